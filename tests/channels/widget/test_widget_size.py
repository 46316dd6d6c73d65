"""The widget stays small: every page of the clinic's website loads it."""

from __future__ import annotations

import gzip
from pathlib import Path

WIDGET = Path(__file__).resolve().parents[3] / "bot/channels/widget/static/widget.js"


def test_widget_weighs_at_most_15_kilobytes_gzipped() -> None:
    assert len(gzip.compress(WIDGET.read_bytes(), 9)) <= 15_000
