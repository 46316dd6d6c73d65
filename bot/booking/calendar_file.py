"""Appointments as calendar files (RFC 5545): one for a visitor, all of them for the staff's calendars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from email.utils import parseaddr
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from bot.booking.appointment import Appointment
from bot.booking.calendar_zone import time_zone_rules
from bot.database import now
from bot.settings import Clinic, Settings

Method = Literal["REQUEST", "CANCEL"]
REFRESH = timedelta(minutes=15)  # how often the feed is worth asking for
_PRODUCT = "-//Clinic assistant//Appointments//EN"
_STATUS = {"booked": "CONFIRMED", "no_show": "CONFIRMED", "cancelled": "CANCELLED"}
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # a calendar file may hold none of them


def method(appointment: Appointment) -> Method:
    """What its file asks a calendar to do (RFC 5546): take it in, or take it out."""
    return "CANCEL" if appointment.status == "cancelled" else "REQUEST"


def calendar_domain(settings: Settings) -> str:
    """The second half of every appointment's UID, the same in mails, downloads and the feed."""
    return urlsplit(settings.public_address).hostname or "localhost"


def appointment_calendar(
    appointment: Appointment, *, clinic: Clinic, domain: str, organizer: str = "", at: datetime | None = None
) -> bytes:
    """The visitor's file: what the clinic's settings say, and nothing medical.

    Args:
        domain: see `calendar_domain`.
        organizer: the clinic's mail address, also as `Name <address>`; empty: none is named.
        at: when the file is made; None: now.
    """
    calendar = _calendar(clinic, [appointment], method=method(appointment))
    event = _event(appointment, clinic, domain, at or now())
    event.add("summary", _filled(clinic.calendar.title, appointment, clinic))
    event.add("description", _description(appointment, clinic))
    if parseaddr(organizer)[1]:
        event.add("organizer", _person(parseaddr(organizer)[1], clinic.name))
    if appointment.email:
        attendee = _person(appointment.email, appointment.name)
        attendee.params["PARTSTAT"], attendee.params["RSVP"] = "ACCEPTED", "FALSE"
        event.add("attendee", attendee)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(
    appointments: Sequence[Appointment],
    *,
    clinic: Clinic,
    domain: str,
    caution_titles: Mapping[str, str],
    at: datetime | None = None,
) -> bytes:
    """The staff's file: every appointment with the visitor's name, concern and cautions.

    Args:
        caution_titles: by slug, as staff read them; a slug without a title stands for itself.
    """
    calendar = _calendar(clinic, appointments, method="PUBLISH")
    calendar.add("x-wr-calname", _clean(clinic.name))
    calendar.add("x-published-ttl", f"PT{REFRESH.seconds // 60}M")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for appointment in appointments:
        event = _event(appointment, clinic, domain, at or now())
        event.add("summary", _clean(": ".join(filter(None, (appointment.practitioner, appointment.name)))))
        event.add("description", _for_staff(appointment, caution_titles))
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(clinic: Clinic, appointments: Sequence[Appointment], *, method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    zone = ZoneInfo(clinic.time_zone)
    years = [moment.astimezone(zone).year for item in appointments for moment in (item.starts_at, item.ends_at)]
    if years and zone.key != "UTC":
        calendar.add_component(time_zone_rules(zone, min(years), max(years)))
    return calendar


def _event(appointment: Appointment, clinic: Clinic, domain: str, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"appointment-{appointment.code}@{domain}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", at.astimezone(timezone.utc).replace(microsecond=0))
    event.add("last-modified", appointment.changed_at.astimezone(timezone.utc).replace(microsecond=0))
    event.add("dtstart", _local(appointment.starts_at, clinic))
    event.add("dtend", _local(appointment.ends_at, clinic))
    event.add("status", _STATUS.get(appointment.status, "TENTATIVE"))
    if clinic.contact.address:
        event.add("location", _clean(clinic.contact.address))
    return event


def _local(moment: datetime, clinic: Clinic) -> datetime:
    """By the clinic's clock; in the hour that comes twice in UTC, since calendars differ in which of the two they take."""
    local = moment.astimezone(ZoneInfo(clinic.time_zone))
    comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return moment.astimezone(timezone.utc) if comes_twice else local


def _description(appointment: Appointment, clinic: Clinic) -> str:
    wording = clinic.calendar
    lines = [wording.with_practitioner if appointment.practitioner else "", wording.note]
    return "\n".join(_filled(line, appointment, clinic) for line in lines if line)


def _filled(wording: str, appointment: Appointment, clinic: Clinic) -> str:
    values = {"clinic": clinic.name, "practitioner": appointment.practitioner, "code": appointment.code}
    return _clean(re.sub(r"{(\w+)}", lambda m: values[m[1]], wording))


def _for_staff(appointment: Appointment, caution_titles: Mapping[str, str]) -> str:
    cautions: Iterable[str] = (caution_titles.get(slug, slug) for slug in appointment.cautions)
    return _clean("\n".join(filter(None, (appointment.concern, *cautions, appointment.code))))


def _person(address: str, name: str) -> vCalAddress:
    person: vCalAddress = vCalAddress(f"mailto:{_clean(address)}")
    person.params["CN"] = (
        _clean(name).replace('"', "'").replace("\n", " ")
    )  # RFC 5545 knows no quote inside a quoted value
    return person


def _clean(words: str) -> str:
    return _UNWRITABLE.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
