"""`python -m benchmarks.understanding`: how well the assistant understands. See benchmarks/README.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.speed.places import BENCH_DIR, RESULTS_DIR, BenchmarkError, shown
from benchmarks.understanding.cases import PARTS
from benchmarks.understanding.checks_run import run_checks
from benchmarks.understanding.heldout_run import run_held_out
from benchmarks.understanding.picture import render_confusions
from benchmarks.understanding.report import render_page
from benchmarks.understanding.visits import assistant
from bot.errors import BotError
from bot.progress import say


def main() -> int:
    """Measure what the command line asks for; what goes wrong is one sentence and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding", description=__doc__)
    parser.add_argument("--part", choices=PARTS, default="test", help="of the held-out conversations")
    parser.add_argument("--mistakes", action="store_true", help="list every mistake with its message")
    parser.add_argument("--out", type=Path, help="folder of the results")
    arguments = parser.parse_args()
    try:
        out = arguments.out or (RESULTS_DIR if arguments.part == "test" else BENCH_DIR / "results")
        with tempfile.TemporaryDirectory() as folder, assistant(Path(folder)) as place:
            held_out = run_held_out(place, arguments.part)
            checked = run_checks(place)
    except (BenchmarkError, BotError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    out.mkdir(parents=True, exist_ok=True)
    page = render_page(held_out, checked, mistakes=arguments.mistakes)
    (out / "understanding.md").write_text(page, encoding="utf-8")
    (out / "understanding.svg").write_text(render_confusions(held_out.judged), encoding="utf-8")
    say(page)
    say(f"Written to {shown((out / 'understanding.md').resolve())}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
