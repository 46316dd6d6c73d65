"""The commands by which staff see who waits and talk to a visitor, until the console has them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bot.progress import say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.conversations.models import Handoff, Message
    from bot.settings import Clinic

MINUTE = "%Y-%m-%d %H:%M"


def add_staff_commands(commands: Any) -> None:
    """Add them to the command line's subparsers."""
    waiting = commands.add_parser(
        "waiting", help="list who waits for the clinic, and who has which conversation"
    )
    waiting.set_defaults(command=_waiting)
    shown = _add(commands, "conversation", _conversation, "print a conversation, with who joined and left")
    shown.set_defaults(by="")
    taking = _add(commands, "take-over", _take_over, "answer a visitor instead of the assistant", named=True)
    taking.add_argument("--force", action="store_true", help="take it from whoever has it")
    reply = _add(
        commands, "reply", _reply, "write to the visitor of a conversation that was taken over", named=True
    )
    reply.add_argument("text", help="what the visitor will read")
    reply.add_argument("--key", help="the same key again stores nothing; by default each reply has a new one")
    _add(commands, "hand-back", _hand_back, "let the assistant answer again", named=True)


def _add(
    commands: Any, name: str, command: Callable[[argparse.Namespace], None], help: str, *, named: bool = False
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help)
    parser.add_argument("id", help="the conversation's id, as `waiting` shows it")
    if named:
        parser.add_argument(
            "--as", dest="by", required=True, metavar="NAME", help="who you are, for colleagues"
        )
    parser.set_defaults(command=command)
    return parser


def _waiting(_arguments: argparse.Namespace) -> None:
    from bot.booking.service import open_requests
    from bot.conversations.handoff import open_handoffs
    from bot.conversations.takeover import held_conversations

    database, _clinic = _opened()
    with database.reading() as session:
        for handoff in open_handoffs(session):
            _show_handoff(handoff)
        for request in open_requests(session):
            noted = f", mentioned {', '.join(request.cautions)}" if request.cautions else ""
            contact = request.phone or request.email
            say(
                f"{request.created_at:{MINUTE}} UTC  consultation {request.code}: {request.name}, {contact}{noted}"
            )
            for words in filter(None, (request.concern, request.wishes)):
                say(f"    {words}")
        for held in held_conversations(session):
            say(f"{held.taken_over_at:{MINUTE}} UTC  {held.taken_over_by} has conversation {held.id}")


def _show_handoff(handoff: Handoff) -> None:
    contact = handoff.phone or handoff.email or "no contact left"
    taken = f", taken by {handoff.taken_by}" if handoff.status == "taken" else ""
    say(f"{handoff.created_at:{MINUTE}} UTC  {handoff.reason}: {handoff.name or 'no name'}, {contact}{taken}")
    say(f"    {handoff.summary}")
    say(f"    conversation {handoff.conversation_id}")


def _conversation(arguments: argparse.Namespace) -> None:
    from bot.conversations.conversation import require_conversation
    from bot.conversations.history import messages_after

    database, _clinic = _opened()
    with database.reading() as session:
        conversation = require_conversation(session, arguments.id)
        by = conversation.taken_over_by
        say(f"{conversation.channel}, {f'{by} has it' if by else 'the assistant answers'}")
        cursor = 0
        while messages := messages_after(session, arguments.id, cursor):
            for message in messages:
                say(_line(message))
            cursor = int(messages[-1].cursor)


def _line(message: Message) -> str:
    who = {"bot": "assistant", "staff": "staff"}.get(message.sender, "visitor")
    author = f" ({message.author})" if message.author else ""
    marked = f" [{message.outcome}]" if message.outcome else ""
    return f"{message.at:{MINUTE}} UTC  {who}{author}{marked}: {message.text}"


def _take_over(arguments: argparse.Namespace) -> None:
    from bot.conversations.takeover import take_over
    from bot.database import now

    def take(session: Session, clinic: Clinic) -> None:
        options = {"handover": clinic.handover, "force": arguments.force}
        take_over(session, arguments.id, by=arguments.by, now=now(), **options)

    _change(take)
    say(f"{arguments.by} has the conversation. Write with: reply {arguments.id} TEXT --as NAME")


def _reply(arguments: argparse.Namespace) -> None:
    from bot.conversations.takeover import reply_as_staff

    key = arguments.key or uuid4().hex

    def write(session: Session, _clinic: Clinic) -> None:
        reply_as_staff(session, arguments.id, arguments.text, by=arguments.by, key=key)

    _change(write)
    say("The visitor will see it.")


def _hand_back(arguments: argparse.Namespace) -> None:
    from bot.conversations.takeover import hand_back

    _change(lambda session, clinic: hand_back(session, arguments.id, by=arguments.by, handover=clinic.handover))
    say("The assistant answers again.")


def _change(work: Callable[[Session, Clinic], None]) -> None:
    database, clinic = _opened()
    with database.transaction() as session:
        work(session, clinic)


def _opened() -> tuple[Any, Clinic]:
    from bot.database import Database
    from bot.settings import load_clinic, load_settings

    settings = load_settings()
    return Database(settings.database_url), load_clinic(settings.clinic_file)
