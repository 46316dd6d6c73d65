"""Asking when: the free times that fit the visitor's wish, or why there are none and which are nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker
from sqlalchemy.orm import Session

from actions.appointment_words import button, spoken, time_button
from actions.base import ClinicAction, Say, database
from actions.booking_times import Heard, hear_wish, moment_of, offers_to, takes_bookings, wish_of
from bot.booking.availability import Why, Window
from bot.booking.offers import Offers
from bot.booking.schedule import Slot
from bot.language.wish import Ambiguous, Impossible, Wish

MOST = 3
LOOKED_AT = 120  # free times, among which those to offer are chosen
NOON = 12
MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Found:
    """The free times to choose from, and the response that introduces them."""

    response: str
    slots: list[Slot]
    values: dict[str, Any]


class ActionAskBookingFormTime(ClinicAction):
    """Offers times as choices; where the clinic has told no hours, asks for the days and times that would suit."""

    def name(self) -> str:
        return "action_ask_booking_form_time"

    def decide(self, tracker: Tracker) -> Say:
        if not takes_bookings():
            return Say(outcome="booking", response="utter_ask_wishes")
        wish = wish_of(tracker)
        heard = hear_wish(str(wish.get("text") or ""))
        if isinstance(heard, Ambiguous):
            return _which(heard)
        with database().reading() as session:
            return _offer(session, tracker, wish, heard)


def _offer(session: Session, tracker: Tracker, wish: dict[str, Any], heard: Heard) -> Say:
    offers = offers_to(session, tracker, beside_present=True)
    found = _find(offers, wish, heard)
    if not found.slots:
        buttons = [{"title": "Talk to a person", "payload": "/talk_to_human"}]
        return Say(outcome="booking", response="utter_times_nothing", buttons=buttons)
    name_who = len(offers.schedule.weeks) > 1
    buttons = [time_button(offers.schedule, slot, name_who=name_who) for slot in found.slots]
    buttons.append(button("Other times", more=found.slots[-1].starts_at.isoformat()))
    return Say(outcome="booking", response=found.response, values=found.values, buttons=buttons)


def _find(offers: Offers, wish: dict[str, Any], heard: Heard) -> Found:
    after = moment_of(wish["after"]) + MOMENT if wish.get("after") else offers.now
    if wish.get("at"):
        return _instead(offers, moment_of(wish["at"]))
    if isinstance(heard, Impossible):
        return Found("utter_time_impossible", _from(offers, after), {"said": heard.said})
    if isinstance(heard, Wish):
        return _for_wish(offers, heard, after)
    if wish.get("text"):
        return Found("utter_time_unclear", _from(offers, after), {})
    return Found("utter_times_more" if wish.get("after") else "utter_times_first", _from(offers, after), {})


def _for_wish(offers: Offers, wish: Wish, after: datetime) -> Found:
    if wish.exact and after == offers.now:
        if offers.why_not(wish.exact):
            return _instead(offers, wish.exact)
        return Found("utter_times_wished", offers.nearest(wish.exact, most=MOST), {})
    windows = [(max(since, after), until) for since, until in wish.windows if until > after]
    if slots := spread(offers, windows):
        return Found("utter_times_wished", slots, {})
    if wish.is_past:
        return Found("utter_time_past", _from(offers, after), {})
    if not windows:
        return Found("utter_times_none_wished", _from(offers, after), {})
    first = windows[0][0]
    too_far = first.date() > offers.schedule.last_day(offers.now)
    response = "utter_time_beyond_horizon" if too_far else "utter_times_none_wished"
    return Found(response, _around(offers, first), {})


def _instead(offers: Offers, wished: datetime) -> Found:
    """Why a time cannot be had, and the nearest that can."""
    why = offers.why_not(wished) or Why.TAKEN
    time = spoken(offers.schedule, offers.schedule.slot(wished))
    return Found(f"utter_time_{why.value}", _around(offers, wished), {"time": time})


def _from(offers: Offers, after: datetime) -> list[Slot]:
    return spread(offers, [(after, offers.schedule.day(offers.schedule.last_day(offers.now))[1])])


def spread(offers: Offers, windows: Sequence[Window]) -> list[Slot]:
    """The first free time of three different half-days, where there are so many; else of three different hours."""
    slots = offers.within(windows, most=LOOKED_AT)
    for same in (_half_day, _hour):
        firsts = {same(offers.schedule.local(slot.starts_at)): slot for slot in reversed(slots)}
        if len(firsts) >= MOST:
            break
    chosen = sorted(firsts.values(), key=lambda slot: slot.starts_at)[:MOST]
    return chosen if len(chosen) == MOST else slots[:MOST]


def _around(offers: Offers, wished: datetime) -> list[Slot]:
    """The free times nearest to a moment, of different hours where there are so many."""
    slots = offers.nearest(wished, most=LOOKED_AT)
    slots.sort(key=lambda slot: abs(slot.starts_at - wished))
    nearest: dict[Any, Slot] = {}
    for slot in slots:
        nearest.setdefault(_hour(offers.schedule.local(slot.starts_at)), slot)
    chosen = list(nearest.values())[:MOST]
    return sorted(chosen if len(chosen) == MOST else slots[:MOST], key=lambda slot: slot.starts_at)


def _half_day(local: datetime) -> tuple[Any, ...]:
    return local.date(), local.hour >= NOON


def _hour(local: datetime) -> tuple[Any, ...]:
    return local.date(), local.hour


def _which(heard: Ambiguous) -> Say:
    """Ask which of the readings is meant."""
    buttons = [button(_said(reading), wish=_words(reading)) for reading in heard.readings]
    return Say(outcome="booking", response="utter_time_which", buttons=buttons)


def _said(reading: Wish) -> str:
    start = reading.windows[0][0]
    day = f"{start:%a} {start.day} {start:%b}"
    return f"{day}, {reading.exact:%H:%M}" if reading.exact else day


def _words(reading: Wish) -> str:
    """The reading in words that can be read in one way only."""
    start, end = reading.windows[0]
    return (
        f"{start:%Y-%m-%d at %H:%M}"
        if reading.exact
        else f"{start:%Y-%m-%d} between {start:%H:%M} and {end:%H:%M}"
    )
