"""The command line: `python -m bot.cli --help`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from bot.booking_commands import add_booking_commands
from bot.errors import BotError
from bot.staff_commands import add_staff_commands


def main() -> int:
    """Run one command; a mistake that a person can mend is one sentence on standard error and exit status 1."""
    arguments = _parser().parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, _interrupt)
    try:
        arguments.command(arguments)
    except BotError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\nStopped.\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.cli", description="The clinic assistant's commands.")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="set up what is missing, start every process, print the addresses")
    run.set_defaults(command=_run)
    train = commands.add_parser("train", help="train the model if its inputs changed")
    train.set_defaults(command=_train)
    load = commands.add_parser("load", help="load data/knowledge and clinic.toml into the database")
    load.set_defaults(command=_load)
    validate = commands.add_parser(
        "validate", help="check intents, rules and stories with Rasa's own validator"
    )
    validate.set_defaults(command=_validate)
    add_staff_commands(commands)
    add_booking_commands(commands)
    outbox = commands.add_parser("outbox", help="list what has still to be sent, and what could not be")
    outbox.add_argument("--retry", type=int, metavar="ID", help="try again what could not be sent")
    outbox.set_defaults(command=_outbox)
    calendar = commands.add_parser("calendar", help="print the private address of the staff's calendar feed")
    calendar.set_defaults(command=_calendar)
    export = commands.add_parser("export", help="write the approved entries as Markdown")
    export.add_argument("folder", type=Path, help="where the files go")
    export.set_defaults(command=_export)
    return parser


def _run(_arguments: argparse.Namespace) -> None:
    from bot.progress import say
    from bot.setup import load_knowledge, migrate
    from bot.supervision import address, processes, require_free_ports, wait_until_answering
    from bot.training import train

    settings, clinic = _configuration()
    require_free_ports(settings)
    migrate(settings)
    load_knowledge(settings, clinic)
    model = train(settings)
    with processes(settings, model) as supervisor:
        wait_until_answering(settings, supervisor)
        say(f"The assistant answers. Try it: {address(settings)}/\nCtrl-C stops everything.")
        supervisor.wait()


def _train(_arguments: argparse.Namespace) -> None:
    from bot.progress import say
    from bot.training import train

    settings, _clinic = _configuration()
    say(f"The model is ready: {train(settings)}")


def _load(_arguments: argparse.Namespace) -> None:
    from bot.progress import say
    from bot.setup import load_knowledge, migrate

    settings, clinic = _configuration()
    migrate(settings)
    load_knowledge(settings, clinic)
    say("The answers are loaded.")


def _outbox(arguments: argparse.Namespace) -> None:
    from bot.conversations.outbox import count_by_status, list_dead, list_waiting, revive
    from bot.database import Database
    from bot.progress import say

    settings, _clinic = _configuration()
    database = Database(settings.database_url)
    if arguments.retry is not None:
        with database.transaction() as session:
            revive(session, arguments.retry)
        say(f"{arguments.retry} will be tried again.")
        return
    with database.reading() as session:
        say(", ".join(f"{count} {status}" for status, count in count_by_status(session).items()))
        for outgoing in [*list_dead(session), *list_waiting(session)]:
            tried = f"{outgoing.status} after {outgoing.attempts} attempts"
            say(f"{outgoing.created_at:%Y-%m-%d %H:%M} UTC  {outgoing.id}: {outgoing.kind}, {tried}")
            if outgoing.fault:
                say(f"    {outgoing.fault}")


def _calendar(_arguments: argparse.Namespace) -> None:
    from bot.booking.calendar_links import feed_link
    from bot.progress import say

    settings, clinic = _configuration()
    say(
        feed_link(settings, clinic)
        or "There is no feed: set feed = 1 under [calendar] in clinic.toml and restart."
    )


def _validate(_arguments: argparse.Namespace) -> None:
    from bot.progress import say
    from bot.training import validate

    settings, _clinic = _configuration()
    validate(settings)
    say("Intents, rules and stories agree.")


def _export(arguments: argparse.Namespace) -> None:
    from bot.database import Database
    from bot.knowledge.loader import export_folder
    from bot.progress import say

    settings, _clinic = _configuration()
    with Database(settings.database_url).reading() as session:
        count = len(export_folder(session, arguments.folder))
    say(f"{count} answers written to {arguments.folder}.")


def _configuration() -> tuple[Any, Any]:
    from bot.settings import load_clinic, load_settings

    settings = load_settings()
    return settings, load_clinic(settings.clinic_file)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
