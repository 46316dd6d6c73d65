"""The website's channel, under `/webhooks/widget`: Rasa loads this module, the rest of the folder stays plain."""

import asyncio
import functools
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, Awaitable, Callable, Coroutine, Dict, List, Optional, Set, TypeVar

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.booking.service import erase_bookings
from bot.channels.last_resort import (
    SafeWords,
    emergency_reply,
    get_ready,
    safe_reply,
    unavailable_wording,
    urgent_wording,
)
from bot.channels.taken_over import TakenOver
from bot.channels.turns import Answered, Turns
from bot.channels.widget.events import Doorbells, stream
from bot.channels.widget.pages import demo_page, widget_script
from bot.channels.widget.payloads import (
    MOST_BODY_BYTES,
    RequestError,
    Submission,
    message_json,
    read_object,
    read_submission,
)
from bot.channels.widget.tokens import Session, Tokens
from bot.conversations import inbound
from bot.conversations.conversation import ConversationGoneError, require_conversation, start_conversation
from bot.conversations.history import messages_after
from bot.conversations.inbound import ChoiceUnknownError, MessageIdReusedError, TooManyMessagesError, Waiting
from bot.conversations.models import Inbound, Message
from bot.conversations.privacy import erase_conversation, forget_words
from bot.conversations.replies import Reply
from bot.database import Database
from bot.dialogue.adjustments import adjust, release
from bot.dialogue.lock_store import ClinicLockStore
from bot.dialogue.reading import reply_from_message
from bot.dialogue.signals import Signals
from bot.errors import where
from bot.settings import Clinic, Settings, load_clinic, load_secret_key, load_settings

logger = logging.getLogger(__name__)

CHANNEL = "widget"
EXPECTED = (
    RequestError,
    ConversationGoneError,
    MessageIdReusedError,
    ChoiceUnknownError,
    TooManyMessagesError,
)
Handler = Callable[..., Awaitable[Optional[HTTPResponse]]]


class WidgetChannel(InputChannel):
    """Serves the widget, takes its messages in and streams the replies. See docs/architecture.md for the contract."""

    def __init__(self, settings: Settings, clinic: Clinic, database: Database) -> None:
        self._settings = settings
        self._clinic = clinic
        self._database = database
        self._bells = Doorbells()
        self._signals = Signals(settings.database_url, alone=settings.sanic_workers == 1)
        self._signals.listen(self._bells.hear)
        self._tokens = Tokens(load_secret_key(settings), lifetime=timedelta(days=settings.session_days))
        self._turns: Optional[Turns] = None
        # Where an emergency is recognised when every other thread waits for a database that is away.
        self._apart = ThreadPoolExecutor(max_workers=1, thread_name_prefix="emergency")

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        settings = load_settings()
        return cls(settings, load_clinic(settings.clinic_file), Database(settings.database_url))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint, clinic = Blueprint("widget_channel"), self._clinic
        blueprint.add_route(_guarded(self._demo, clinic), "/", methods=["GET"])
        blueprint.add_route(_guarded(self._script, clinic), "/widget.js", methods=["GET"])
        blueprint.add_route(_guarded(self._open_session, clinic), "/sessions", methods=["POST"], stream=True)
        blueprint.add_route(
            _guarded(self._post_message, clinic),
            "/messages",
            methods=["POST"],
            name="post_message",
            stream=True,
        )
        blueprint.add_route(
            _guarded(self._get_messages, clinic), "/messages", methods=["GET"], name="get_messages"
        )
        blueprint.add_route(_guarded(self._stream_events, clinic), "/events", methods=["GET"])
        blueprint.add_route(_guarded(self._erase, clinic), "/conversation", methods=["DELETE"])

        @blueprint.listener("after_server_start")
        async def start_turns(app: Sanic, _loop: Any) -> None:
            adjust(app.ctx.agent)  # here, too, for Rasa's own interfaces
            await self._signals.start()
            self._turns = self._make_turns(app)
            app.add_task(self._turns.keep_resuming())
            app.add_task(get_ready(self._settings))

        @blueprint.listener("before_server_stop")
        async def end_streams(app: Sanic, _loop: Any) -> None:
            self._bells.stop()
            await self._signals.stop()

        @blueprint.listener("after_server_stop")
        async def leave_the_queue(app: Sanic, _loop: Any) -> None:
            if isinstance(app.ctx.agent.lock_store, ClinicLockStore):
                await app.ctx.agent.lock_store.close()
            await release(app.ctx.agent)
            self._database.close()

        return blueprint

    def _make_turns(self, app: Sanic) -> Turns:
        def reply_to(message: Inbound, failure: str, heard: str | None) -> Reply:
            said = app.ctx.agent.domain.responses
            words = SafeWords(
                concerning=replace(reply_from_message(said["utter_concerning_reaction"][0]), outcome="handoff"),
                ordinary=reply_from_message(said["utter_safe_reply"][0]),
            )
            return safe_reply(message, failure, heard, words, self._database, self._settings, self._clinic)

        def speak_up(message: Inbound, heard: str | None) -> Reply | None:
            return emergency_reply(message, heard, self._database, self._settings, self._clinic)

        def agent() -> Any:
            return app.ctx.agent

        return Turns(
            self._database,
            CHANNEL,
            agent=agent,
            taken_over=TakenOver(
                self._database, agent=agent, handover=self._clinic.handover, emergency=speak_up
            ),
            safe_reply=reply_to,
            on_change=self._signals.publish,
        )

    async def _demo(self, request: Request) -> HTTPResponse:
        page, policy = demo_page(self._clinic)
        return response.html(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    async def _script(self, request: Request) -> HTTPResponse:
        source, tag = widget_script()
        headers = {"ETag": tag, "Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == tag:
            return response.empty(status=304, headers=headers)
        return response.text(source, headers=headers, content_type="text/javascript; charset=utf-8")

    async def _open_session(self, request: Request) -> HTTPResponse:
        read_object(await _body(request))
        session = self._tokens.issue(await asyncio.to_thread(self._start_conversation))
        body = {
            "token": session.token,
            "conversation_id": session.conversation_id,
            "expires_at": session.expires_at.isoformat(),
        }
        return response.json(body, status=201, headers={"Cache-Control": "no-store"})

    async def _post_message(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        submission = read_submission(await _body(request))
        if self._turns is None or not request.app.ctx.agent.is_ready():
            raise RequestError(503, "starting", "The assistant is starting. Please try again.", retry_after=2)
        try:
            answered = await _detached(self._take_in(self._turns, session, submission))
            replies = answered.get(submission.id)
            if replies is None:  # answered before, or by another task
                replies = await asyncio.to_thread(self._replies, session, submission)
        except EXPECTED:
            raise
        except Exception as error:
            logger.error("A message could not be taken or answered: %s", where(error))
            raise await self._unavailable(submission) from error
        return response.json({"replies": [message_json(reply) for reply in replies]})

    async def _get_messages(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        after = _cursor(request.args.get("after"))
        messages = await asyncio.to_thread(self._history, session, after)
        cursor = messages[-1].cursor if messages else after
        body = {"messages": [message_json(message) for message in messages], "cursor": cursor}
        return response.json(body, headers={"Cache-Control": "no-store"})

    async def _stream_events(self, request: Request) -> None:
        session = self._session(request)
        last_seen = request.headers.get("last-event-id")
        latest = await asyncio.to_thread(self._latest_cursor, session)
        cursor = latest if last_seen is None else _cursor(last_seen)
        reply = await request.respond(
            content_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        with self._bells.listen(session.conversation_id) as queue:
            read = functools.partial(self._history_or_none, session)
            try:
                async for record in stream(queue, cursor, read, message_json):
                    await reply.send(record)
            except (
                SQLAlchemyError
            ) as error:  # the stream has begun: end it, the browser resumes where it stopped
                logger.error("The database did not answer a stream: %s", where(error))
        await reply.eof()

    async def _erase(self, request: Request) -> HTTPResponse:
        session = self._session(request)
        if self._turns is None:
            raise RequestError(503, "starting", "The assistant is starting. Please try again.", retry_after=2)
        await _detached(self._erase_under_lock(self._turns, session))
        return response.empty(status=204)

    async def _take_in(self, turns: Turns, session: Session, submission: Submission) -> Answered:
        waiting = await asyncio.to_thread(self._receive, session, submission)
        self._signals.publish("message", session.conversation_id)
        return await turns.start(session.conversation_id, waiting)

    async def _erase_under_lock(self, turns: Turns, session: Session) -> None:
        async with turns.lock(session.conversation_id):
            await asyncio.to_thread(self._erase_conversation, session)
            await turns.forget(session.conversation_id)
        await asyncio.to_thread(forget_words, self._database)

    async def _unavailable(self, submission: Submission) -> RequestError:
        """What is said where nothing can be stored: how to reach a person, and to an emergency what to do now."""
        assess = functools.partial(urgent_wording, submission.text, self._settings, self._clinic)
        urgent = await asyncio.get_running_loop().run_in_executor(self._apart, assess)
        message = urgent or unavailable_wording(self._clinic)
        return RequestError(503, "urgent" if urgent else "unavailable", message, retry_after=5)

    def _session(self, request: Request) -> Session:
        return self._tokens.read(request.headers.get("authorization"))

    def _start_conversation(self) -> str:
        with self._database.transaction() as session:
            return start_conversation(session, channel=CHANNEL)

    def _receive(self, session: Session, submission: Submission) -> Optional[Waiting]:
        with self._database.transaction() as transaction:
            return inbound.receive(
                transaction,
                session.conversation_id,
                submission.id,
                text=submission.text,
                choice_id=submission.choice,
                per_minute=self._settings.messages_per_minute,
            )

    def _replies(self, session: Session, submission: Submission) -> List[Message]:
        with self._database.reading() as transaction:
            replies = inbound.replies_to(transaction, session.conversation_id, submission.id)
            if replies is not None:
                return replies
            require_conversation(transaction, session.conversation_id)
        raise RequestError(503, "not_yet", "The answer is taking a moment. Please try again.", retry_after=2)

    def _history(self, session: Session, after: int) -> List[Message]:
        with self._database.reading() as transaction:
            require_conversation(transaction, session.conversation_id)
            return messages_after(transaction, session.conversation_id, after)

    def _history_or_none(self, session: Session, after: int) -> Optional[List[Message]]:
        try:
            return self._history(session, after)
        except ConversationGoneError:
            return None

    def _latest_cursor(self, session: Session) -> int:
        with self._database.reading() as transaction:
            return int(require_conversation(transaction, session.conversation_id).last_cursor)

    def _erase_conversation(self, session: Session) -> None:
        with self._database.transaction() as transaction:
            erase_conversation(transaction, session.conversation_id, [erase_bookings])


async def _body(request: Request) -> bytes:
    """The request's body, but never much more of it than a message may hold."""
    body = b""
    while len(body) <= MOST_BODY_BYTES and (chunk := await request.stream.read()):
        body += chunk
    return body


_detached_tasks: Set["asyncio.Task[Any]"] = set()
T = TypeVar("T")


async def _detached(work: Coroutine[Any, Any, T]) -> T:
    """Wait for the work, which goes on when the visitor leaves and the request is cancelled."""
    task = asyncio.ensure_future(work)
    _detached_tasks.add(task)
    task.add_done_callback(_detached_tasks.discard)
    return await asyncio.shield(task)


def _cursor(value: Optional[str]) -> int:
    if value is None or value == "":
        return 0
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        raise RequestError(422, "invalid", "The cursor is not one that this server gave out.")
    return int(value)


def _guarded(handler: Handler, clinic: Clinic) -> Handler:
    """Turn what a handler raises into the contract's errors."""

    @functools.wraps(handler)
    async def guarded(request: Request, *args: Any) -> Optional[HTTPResponse]:
        try:
            return await handler(request, *args)
        except RequestError as error:
            return _error(error)
        except ConversationGoneError as error:
            return _error(RequestError(404, "gone", error.message))
        except MessageIdReusedError as error:
            return _error(RequestError(409, "id_reused", error.message))
        except ChoiceUnknownError as error:
            return _error(RequestError(422, "unknown_choice", error.message))
        except TooManyMessagesError as error:
            return _error(RequestError(429, "too_many", error.message, retry_after=error.retry_after))
        except Exception as error:
            logger.error("A request to the widget's channel failed: %s", where(error))
            return _error(RequestError(503, "unavailable", unavailable_wording(clinic), retry_after=5))

    return guarded


def _error(error: RequestError) -> HTTPResponse:
    headers = {"Access-Control-Expose-Headers": "Retry-After"}  # a widget on another origin may read it, too
    if error.retry_after:
        headers["Retry-After"] = str(error.retry_after)
    body = {"error": error.code, "message": error.message}
    return response.json(body, status=error.status, headers=headers)
