"""When the network or the server says no: nothing is lost, nothing is doubled, and the visitor is told."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, Route, expect
from visitor import MESSAGES, Visitor


def test_messages_written_offline_are_sent_once_and_in_order(visitor: Visitor) -> None:
    visitor.open().ask("hello")
    visitor.page.context.set_offline(True)
    expect(visitor.dialog).to_contain_text("You are offline")
    for text in ("one: does it hurt?", "two: how long is recovery?", "three: thanks"):
        visitor.say(text)
    expect(visitor.page.locator("clinic-chat .pending")).to_have_count(3)
    visitor.page.context.set_offline(False)
    expect(visitor.page.locator("clinic-chat .pending")).to_have_count(0)
    visitor.visit()
    expect(visitor.own).to_have_text([re.compile(start) for start in ("hello", "one:", "two:", "three:")])


def test_unsent_message_is_sent_after_the_tab_was_closed(visitor: Visitor) -> None:
    visitor.page.route(MESSAGES, lambda route: route.abort())
    visitor.open().say("are you there?")
    expect(visitor.dialog).to_contain_text("cannot be reached")
    second = visitor.other_tab()
    visitor.page.close()
    second.visit().open()
    expect(second.own).to_have_text(["You: are you there?"])
    expect(second.replies).not_to_have_count(0)


def test_answer_lost_on_the_way_is_fetched_with_the_same_id(visitor: Visitor) -> None:
    posted: list[str] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST":
            posted.append((route.request.post_data_json or {})["id"])
        if len(posted) == 1 and route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    visitor.page.route(MESSAGES, lose_the_first)
    visitor.open().say("hello")
    visitor.page.wait_for_event(
        "requestfinished", lambda request: request.method == "POST" and "messages" in request.url
    )
    expect(visitor.replies).to_have_count(1)
    assert len(posted) > 1 and len(set(posted)) == 1
    visitor.visit()
    expect(visitor.own).to_have_text(["You: hello"])
    expect(visitor.replies).to_have_count(1)


def test_lost_session_is_followed_by_a_new_one(visitor: Visitor) -> None:
    visitor.open().ask("hello")
    forged = "for (const key in localStorage) if (key.endsWith('session')) localStorage[key] = JSON.stringify({token: 'forged'})"
    visitor.page.evaluate(forged)
    visitor.say("how long is recovery?")
    expect(visitor.log).to_contain_text("Your earlier chat has ended. This is a new one.")
    expect(visitor.own).to_have_text(["You: how long is recovery?"])
    expect(visitor.replies).not_to_have_count(0)


def test_lost_session_is_noticed_at_the_next_visit(visitor: Visitor) -> None:
    visitor.open().ask("hello")
    visitor.page.route(
        MESSAGES, lambda route: route.fulfill(status=410, json={"error": "gone", "message": "Gone."})
    )
    visitor.visit()
    expect(visitor.log).to_contain_text("Your earlier chat has ended.")
    visitor.page.unroute(MESSAGES)
    visitor.ask("hello again")


def test_server_that_refuses_every_session_is_not_hammered(visitor: Visitor) -> None:
    sessions: list[str] = []
    visitor.page.on(
        "request", lambda request: sessions.append(request.url) if request.url.endswith("/sessions") else None
    )
    visitor.page.route(
        MESSAGES, lambda route: route.fulfill(status=401, json={"error": "no", "message": "No."})
    )
    visitor.open().say("hello")
    visitor.page.wait_for_timeout(1500)
    assert 1 < len(sessions) <= 4
    expect(visitor.own).to_have_text(["You: hello"])


def test_haste_waits_as_long_as_the_server_asks(visitor: Visitor) -> None:
    visitor.meet_refusal(429, "Please wait a moment.", headers={"Retry-After": "2"})
    visitor.open().say("hello")
    expect(visitor.dialog).to_contain_text("Please wait a moment.")
    started = time.monotonic()
    expect(visitor.replies).to_have_count(1)
    assert time.monotonic() - started > 1.5
    expect(visitor.dialog).not_to_contain_text("Please wait a moment.")


def test_refused_text_comes_back_with_the_reason(visitor: Visitor) -> None:
    visitor.meet_refusal(422, "Please write it without a secret.")
    visitor.open().say("a secret")
    expect(visitor.page.locator("clinic-chat .error").first).to_have_text("Please write it without a secret.")
    expect(visitor.composer).to_have_value("a secret")
    expect(visitor.composer).to_have_attribute("aria-invalid", "true")
    expect(visitor.own).to_have_count(0)
    visitor.composer.press("Enter")
    expect(visitor.replies).to_have_count(1)


def test_text_over_the_limit_is_not_sent(visitor: Visitor) -> None:
    visitor.open().say("x" * 2001)
    expect(visitor.dialog).to_contain_text("That is 2001 characters. Please use 2000 at most.")
    expect(visitor.dialog).to_contain_text("1 too many")
    expect(visitor.own).to_have_count(0)
    visitor.composer.fill("x" * 1990)
    expect(visitor.dialog).to_contain_text("10 left")
    expect(visitor.composer).to_have_attribute("aria-invalid", "false")


def test_blank_text_is_not_sent(visitor: Visitor) -> None:
    visitor.open().say(" \n ")
    expect(visitor.page.get_by_role("button", name="Send")).to_be_disabled()
    expect(visitor.own).to_have_count(0)


def test_chat_works_where_storage_and_locks_are_missing(page: Page, assistant_url: str) -> None:
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new Error('forbidden') } });"
        "Object.defineProperty(navigator, 'locks', { value: undefined });"
    )
    visitor = Visitor(page, assistant_url).visit()
    visitor.open().ask("hello")
    visitor.ask("hello again")
    expect(visitor.own).to_have_count(2)


def test_erasing_that_fails_says_so_and_keeps_the_chat(visitor: Visitor) -> None:
    visitor.open().ask("hello")
    visitor.page.route("**/conversation", lambda route: route.abort())
    visitor.choose_from_menu("Erase this chat")
    visitor.page.get_by_role("button", name="Erase everything").click()
    expect(visitor.dialog).to_contain_text("Not everything could be erased")
    expect(visitor.own).to_have_count(1)
