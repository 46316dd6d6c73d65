"""What visitors write under fault, and what each line leaves behind where nothing fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One message of a visitor's.

    Args:
        outcomes: of its replies.
        leaves: the table in which it leaves one row; "" for none.
    """

    text: str
    outcomes: tuple[str, ...]
    leaves: str = ""


EMERGENCY = Line("my lips are swelling and i cant breathe", ("urgent",), leaves="handoff")
REPORT = Line("yellow pus keeps coming out of my cheek since the treatment", ("handoff",) * 2, leaves="handoff")
GAP = Line("can i go swimming after", ("unanswered",), leaves="knowledge_gap")
QUESTION = Line("how long is recovery", ("answered",))

DIALOGUE = (
    Line("hello", ("smalltalk",)),
    QUESTION,
    Line("im pregnant, is it ok for me", ("answered",)),
    GAP,
    Line("book a consultation", ("booking",)),
    Line("Example Person", ("booking",)),
    Line("me@example.com", ("booking",)),
    Line("acne scars", ("booking",)),
    Line("any morning", ("booking",)),
    Line("yes please", ("booking",), leaves="booking"),
    EMERGENCY,
    Line("thanks", ("smalltalk",)),
    Line("when can i wear makeup", ("answered",)),
)
