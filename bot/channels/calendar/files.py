"""What the channel answers: the file under an address, as it is now."""

from __future__ import annotations

from datetime import timedelta

from bot.booking.calendar_file import appointment_calendar, calendar_domain, feed
from bot.booking.calendar_links import LinkError, is_kept, opens_feed, read_appointment_token
from bot.channels.calendar.source import Appointments
from bot.database import now
from bot.settings import Clinic, Settings

BEHIND = timedelta(days=30)
AHEAD = timedelta(days=400)
_SUFFIX = ".ics"
_LONGEST = 500  # characters of an address that are read


class CalendarFiles:
    """Calendar files by the last part of their address.

    Args:
        secret_key: what the addresses were signed with.
    """

    def __init__(
        self, appointments: Appointments, settings: Settings, clinic: Clinic, *, secret_key: str
    ) -> None:
        self._appointments = appointments
        self._settings = settings
        self._clinic = clinic
        self._secret_key = secret_key

    def appointment(self, name: str) -> bytes:
        """The visitor's file under `<token>.ics`.

        Raises:
            LinkError: wrong, forged, of an appointment that is gone, or of one that is long over.
        """
        id, code = read_appointment_token(_token(name), secret_key=self._secret_key)
        found = self._appointments.find(id, code)
        if found is None or found.status in {"held", "requested"} or not is_kept(found):
            raise LinkError
        return appointment_calendar(
            found,
            clinic=self._clinic,
            domain=calendar_domain(self._settings),
            organizer=self._settings.mail_from or self._clinic.contact.email,
        )

    def feed(self, name: str) -> bytes:
        """The staff's feed under `<token>.ics`.

        Raises:
            LinkError: wrong, revoked, or there is none.
        """
        if not opens_feed(_token(name), secret_key=self._secret_key, number=self._clinic.calendar.feed):
            raise LinkError
        at = now()
        return feed(
            self._appointments.upcoming(at - BEHIND, at + AHEAD),
            clinic=self._clinic,
            domain=calendar_domain(self._settings),
            caution_titles=self._appointments.caution_titles(),
        )


def _token(name: str) -> str:
    if len(name) > _LONGEST or not name.endswith(_SUFFIX):
        raise LinkError
    return name.removesuffix(_SUFFIX)
