"""Calendar files, under `/webhooks/calendar`: Rasa loads this module, the rest of the folder stays plain."""

import asyncio
import functools
import logging
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.booking.calendar_links import LinkError
from bot.channels.calendar.files import CalendarFiles
from bot.channels.calendar.source import Appointments, installed_appointments
from bot.channels.last_resort import unavailable_wording
from bot.database import Database
from bot.errors import where
from bot.settings import Clinic, Settings, load_clinic, load_secret_key, load_settings

logger = logging.getLogger(__name__)

CHANNEL = "calendar"
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}
Handler = Callable[..., Awaitable[HTTPResponse]]


class CalendarChannel(InputChannel):
    """Serves a visitor's appointment and the staff's feed; takes no messages in."""

    def __init__(self, settings: Settings, clinic: Clinic, appointments: Appointments) -> None:
        self._clinic = clinic
        self._files = CalendarFiles(appointments, settings, clinic, secret_key=load_secret_key(settings))

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        settings = load_settings()
        appointments = installed_appointments(Database(settings.database_url))
        return cls(settings, load_clinic(settings.clinic_file), appointments)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("calendar_channel")
        for path, handler in (("/appointments/<name>", self._appointment), ("/feed/<name>", self._feed)):
            blueprint.add_route(_guarded(handler, self._clinic), path, methods=["GET"])
        return blueprint

    async def _appointment(self, request: Request, name: str) -> HTTPResponse:
        return _file(await asyncio.to_thread(self._files.appointment, name), "appointment.ics")

    async def _feed(self, request: Request, name: str) -> HTTPResponse:
        return _file(await asyncio.to_thread(self._files.feed, name), "appointments.ics")


def _file(content: bytes, name: str) -> HTTPResponse:
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return response.raw(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _guarded(handler: Handler, clinic: Clinic) -> Handler:
    """Whatever is wrong with an address is not found; a failure of ours says nothing of the address either."""

    @functools.wraps(handler)
    async def guarded(request: Request, name: str) -> HTTPResponse:
        try:
            return await handler(request, name)
        except LinkError as error:
            return response.text(error.message, status=404, headers=PRIVATE)
        except Exception as error:
            logger.error("A calendar file could not be made: %s", where(error))
            headers = {**PRIVATE, "Retry-After": "60"}
            return response.text(unavailable_wording(clinic), status=503, headers=headers)

    return guarded
