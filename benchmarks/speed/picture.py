"""The ratios as an SVG that can be read on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from benchmarks.speed.measures import Measure, against_stock, within_ours

WIDTH, MARGIN, LABELS, ROW, BAR = 860, 28, 330, 34, 16
SPAN = WIDTH - 2 * MARGIN - LABELS - 90  # pixels of the longest bar; the rest is for its number
TICKS = (1, 2, 4, 8, 16, 32, 64, 128)
LONGEST_GROWTH = 2.5  # a longer bar is cut, or it would hide how the others differ

STYLE = """\
  svg { font: 14px system-ui, sans-serif; }
  .page { fill: #ffffff; } .text { fill: #1f2933; } .faint { fill: #5b6770; } .line { stroke: #d5dbe0; }
  .met { fill: #12806a; } .unmet { fill: #b3541e; } .plain { fill: #7b8a97; } .asked { stroke: #1f2933; }
  .title { font-size: 17px; font-weight: 600; } .small { font-size: 12px; } .number { font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #15191d; } .text { fill: #e8edf1; } .faint { fill: #a3b0ba; } .line { stroke: #343c44; }
    .met { fill: #35b397; } .unmet { fill: #e08a50; } .plain { fill: #74828e; } .asked { stroke: #e8edf1; }
  }"""


def render_picture(results: dict[str, Any]) -> str:
    """Two charts: how many times better than stock, and how a turn's cost grows."""
    better = [measure for measure in against_stock(results) if measure.asked is not None]
    growing = within_ours(results)
    body: list[str] = []
    top = MARGIN
    if better:
        body += _panel(top, "How many times better than stock Rasa", better, _times_better, logarithmic=True)
        top += _height(better)
    if growing:
        body += _panel(top, "How a turn's cost grows (1 = not at all)", growing, _as_it_is, logarithmic=False)
        top += _height(growing)
    height = top + 30
    note = "The upright mark is what was asked for. " + _where(results)
    body.append(f'<text class="faint small" x="{MARGIN}" y="{height - 20}">{escape(note)}</text>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">',
            "<title>This assistant against stock Rasa</title>",
            f"<style>\n{STYLE}\n</style>",
            f'<rect class="page" width="{WIDTH}" height="{height}" rx="10"/>',
            *body,
            "</svg>\n",
        ]
    )


def _panel(
    top: int,
    title: str,
    measures: list[Measure],
    value: Callable[[float, Measure], float],
    *,
    logarithmic: bool,
) -> Iterator[str]:
    shown = [value(measure.ratio.value, measure) for measure in measures]
    bounds = [value(measure.asked, measure) for measure in measures if measure.asked is not None]
    most = max([*shown, *bounds, 2]) if logarithmic else min(max([*shown, *bounds, 1.2]), LONGEST_GROWTH)
    scale = _scale(most, logarithmic=logarithmic)
    yield f'<text class="text title" x="{MARGIN}" y="{top + 16}">{escape(title)}</text>'
    bottom = top + 34 + len(measures) * ROW
    for tick in _ticks(most, logarithmic=logarithmic):
        x = MARGIN + LABELS + scale(tick)
        yield f'<line class="line" x1="{x:.1f}" y1="{top + 30}" x2="{x:.1f}" y2="{bottom - 6}"/>'
        yield f'<text class="faint small" x="{x:.1f}" y="{bottom + 10}" text-anchor="middle">{tick:g}</text>'
    for number, (measure, length) in enumerate(zip(measures, shown, strict=True)):
        bound = None if measure.asked is None else scale(value(measure.asked, measure))
        row, text = top + 34 + number * ROW, f"{length:.{1 if logarithmic else 2}f}"
        yield from _bar(row, measure, scale(length), bound, text)
        if length > most:
            yield _cut(row, scale(most))


def _bar(top: int, measure: Measure, length: float, bound: float | None, number: str) -> Iterator[str]:
    left, middle = MARGIN + LABELS, top + ROW / 2 - 3
    kind = {True: "met", False: "unmet", None: "plain"}[measure.met]
    yield f'<text class="text" x="{left - 12}" y="{middle + 5}" text-anchor="end">{escape(measure.name)}</text>'
    yield f'<rect class="{kind}" x="{left}" y="{middle - BAR / 2}" width="{max(length, 1.5):.1f}" height="{BAR}" rx="2"/>'
    if bound is not None:
        x = left + bound
        yield f'<line class="asked" x1="{x:.1f}" y1="{middle - 12}" x2="{x:.1f}" y2="{middle + 12}" stroke-width="2.5"/>'
    end = left + max(length, bound or 0) + 10
    yield f'<text class="text number" x="{end:.1f}" y="{middle + 5}">{number}</text>'


def _cut(top: int, length: float) -> str:
    """Two strokes across a bar that is longer than the chart."""
    left, middle = MARGIN + LABELS + length - 26, top + ROW / 2 - 3
    strokes = (f"M{left + shift:.1f} {middle + 11:.1f} l8 -22 h5 l-8 22 z" for shift in (0, 10))
    return f'<path class="page" d="{" ".join(strokes)}"/>'


def _scale(most: float, *, logarithmic: bool) -> Callable[[float], float]:
    def scale(value: float) -> float:
        share = math.log(max(value, 1)) / math.log(most) if logarithmic else min(value, most) / most
        return share * SPAN

    return scale


def _ticks(most: float, *, logarithmic: bool) -> list[float]:
    if logarithmic:
        return [tick for tick in TICKS if tick <= most * 1.001]
    pace = next(pace for pace in (0.25, 0.5, 1, 2, 5, 10, 100) if most / pace <= 8)
    return [number * pace for number in range(int(most / pace) + 1)]


def _times_better(value: float, measure: Measure) -> float:
    return value if measure.at_least else 1 / value


def _as_it_is(value: float, _measure: Measure) -> float:
    return value


def _height(measures: list[Measure]) -> int:
    return 34 + len(measures) * ROW + 36


def _where(results: dict[str, Any]) -> str:
    machine = results["machine"]
    return f"{machine['processor']}, {machine['cores']} cores, Rasa {machine['rasa']}, {results['at'][:10]}."
