"""Which topics are taken for which: a picture of the held-out messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from benchmarks.understanding.heldout_run import SINGLE
from benchmarks.understanding.judging import Judged
from benchmarks.understanding.report import instead

CELL, LEFT, TOP = 15, 170, 150
_INK, _PAPER, _RIGHT, _WRONG = "#1f2933", "#ffffff", "#2f7d5b", "#c2410c"


def render_confusions(judged: Sequence[Judged]) -> str:
    """An SVG: a row for what was asked, a column for what was answered, darker where that happened more often."""
    turns = [turn for turn in judged if turn.case.group in SINGLE]
    rows = sorted({turn.case.kind for turn in turns})
    pairs = Counter((turn.case.kind, _answered(turn)) for turn in turns)
    columns = [*rows, *sorted({said for _, said in pairs} - set(rows))]
    most = max(pairs.values(), default=1)
    width, height = LEFT + CELL * len(columns) + 60, TOP + CELL * len(rows) + 20
    body = [
        *(_label(LEFT - 6, TOP + CELL * y + 11, name, anchor="end") for y, name in enumerate(rows)),
        *(_label(LEFT + CELL * x + 11, TOP - 6, name, turned=True) for x, name in enumerate(columns)),
        *(
            _cell(columns.index(said), rows.index(asked), count / most, right=asked == said)
            for (asked, said), count in sorted(pairs.items())
        ),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10">'
        f'<title>Topics asked for (rows) and answered (columns)</title><rect width="100%" height="100%" fill="{_PAPER}"/>'
        f"{''.join(body)}</svg>\n"
    )


def _answered(turn: Judged) -> str:
    return turn.case.kind if turn.right else instead(turn).split("+")[0]


def _label(x: int, y: int, text: str, *, anchor: str = "start", turned: bool = False) -> str:
    turn = f' transform="rotate(-60 {x} {y})"' if turned else ""
    return f'<text x="{x}" y="{y}" fill="{_INK}" text-anchor="{anchor}"{turn}>{escape(text)}</text>'


def _cell(column: int, row: int, share: float, *, right: bool) -> str:
    x, y, colour = LEFT + CELL * column, TOP + CELL * row, _RIGHT if right else _WRONG
    return f'<rect x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" fill="{colour}" fill-opacity="{0.2 + 0.8 * share:.2f}"/>'
