"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass

PHASES = ("training", "starts", "turns", "growth", "database")


@dataclass(frozen=True)
class Options:
    """The size of every measurement.

    Args:
        starts: measured starts of each assistant, after one that is not.
        alone_rounds: batches of ten conversations (fifty messages) with one visitor at a time.
        crowd_rounds: batches of forty-eight conversations (240 messages) with sixteen visitors at a time.
        long_conversations: how many of ours are led to turn 500; `stock_long_conversations` of stock.
        pairs: questions asked both in the long conversation around turn 500 and in a fresh one around turn 5.
        events: rows in the full database's table of events.
        database_rounds: batches of ten conversations on the empty and on the full database.
    """

    starts: int = 3
    alone_rounds: int = 16
    crowd_rounds: int = 6
    long_conversations: int = 6
    stock_long_conversations: int = 1
    pairs: int = 20
    events: int = 1_000_000
    database_rounds: int = 16


QUICK = Options(
    starts=1,
    alone_rounds=4,
    crowd_rounds=2,
    long_conversations=2,
    stock_long_conversations=1,
    pairs=10,
    events=50_000,
    database_rounds=4,
)

ALONE_CONVERSATIONS = 10
CROWD_CONVERSATIONS = 48
CROWD = 16
LONG_TURN = 500
