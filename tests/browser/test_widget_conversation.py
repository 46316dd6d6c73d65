"""A conversation with the real assistant: asked, kept, shared between tabs, left and erased."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect
from visitor import MESSAGES, Visitor

QUESTION = "how long is recovery?"


def test_question_is_answered_with_its_source(visitor: Visitor) -> None:
    visitor.open().ask(QUESTION)
    expect(visitor.own).to_have_text([f"You: {QUESTION}"])
    expect(visitor.replies.first).to_contain_text("sources")


def test_first_use_shows_what_the_assistant_is(visitor: Visitor) -> None:
    visitor.open()
    for words in ("automated assistant", "not medical advice", "not for emergencies"):
        expect(visitor.log).to_contain_text(words)
    privacy = visitor.page.locator("clinic-chat").get_attribute("privacy")
    assert privacy
    expect(visitor.log).to_contain_text(privacy)


def test_opening_alone_starts_no_session(visitor: Visitor) -> None:
    requests: list[str] = []
    visitor.page.on("request", lambda request: requests.append(request.url))
    visitor.open()
    visitor.page.wait_for_timeout(200)
    assert requests == []


def test_suggested_question_is_asked_by_a_click(visitor: Visitor) -> None:
    suggestion = (
        visitor.open().page.get_by_role("group", name="Suggested questions").get_by_role("button").first
    )
    text = suggestion.inner_text()
    suggestion.click()
    expect(visitor.own).to_have_text([f"You: {text}"])
    expect(visitor.replies).not_to_have_count(0)


def test_conversation_survives_a_reload(visitor: Visitor) -> None:
    visitor.open().ask(QUESTION)
    said = visitor.replies.all_inner_texts()
    visitor.visit()
    expect(visitor.own).to_have_text([f"You: {QUESTION}"])
    expect(visitor.replies).to_have_text(said, use_inner_text=True)


def test_draft_survives_a_reload(visitor: Visitor) -> None:
    visitor.open().composer.fill("I was about to ask")
    visitor.visit()
    expect(visitor.composer).to_have_value("I was about to ask")


def test_second_tab_shows_the_conversation_live(visitor: Visitor) -> None:
    second = visitor.other_tab().visit().open()
    visitor.open().ask(QUESTION)
    expect(second.own).to_have_text([f"You: {QUESTION}"])
    expect(second.replies).to_have_text(visitor.replies.all_inner_texts(), use_inner_text=True)
    second.ask("hello")
    expect(visitor.own).to_have_count(2)


def test_two_tabs_writing_at_once_lose_and_double_nothing(visitor: Visitor) -> None:
    second = visitor.other_tab().visit().open()
    visitor.open().say("hello from the first tab")
    second.say("hello from the second tab")
    for tab in (visitor, second):
        expect(tab.own.filter(has_text="first tab")).to_have_count(1)
        expect(tab.own.filter(has_text="second tab")).to_have_count(1)
        expect(tab.page.locator("clinic-chat .pending")).to_have_count(0)


def test_reply_to_a_closed_chat_is_counted_on_the_launcher(visitor: Visitor) -> None:
    held: list[Route] = []
    visitor.page.route(
        MESSAGES, lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    with visitor.page.expect_request(
        lambda request: request.method == "POST" and request.url.endswith("/messages")
    ):
        visitor.open().say(QUESTION)
    visitor.page.keyboard.press("Escape")
    held[0].continue_()
    expect(visitor.launcher).to_have_accessible_name(re.compile(r"^Open chat, new messages: \d$"))
    visitor.open().page.keyboard.press("Escape")
    expect(visitor.launcher).to_have_accessible_name("Open chat")


def test_starting_over_shows_an_empty_chat_and_leaves_the_old_one(visitor: Visitor) -> None:
    erased: list[str] = []
    visitor.page.on(
        "request", lambda request: erased.append(request.url) if request.method == "DELETE" else None
    )
    visitor.open().ask(QUESTION)
    visitor.choose_from_menu("Start over")
    visitor.page.get_by_role("alertdialog").get_by_role("button", name="Start over").click()
    expect(visitor.own).to_have_count(0)
    visitor.ask("hello")
    visitor.visit()
    expect(visitor.own).to_have_text(["You: hello"])
    assert erased == []


def test_erasing_asks_first_and_then_removes_the_conversation(visitor: Visitor) -> None:
    visitor.open().ask(QUESTION)
    visitor.choose_from_menu("Erase this chat")
    question = visitor.page.get_by_role("alertdialog")
    expect(question).to_contain_text(
        "everything you wrote here, also a booking you requested, from the clinic’s records"
    )
    with visitor.page.expect_response("**/conversation") as response:
        question.get_by_role("button", name="Erase everything").click()
    assert response.value.request.method == "DELETE" and response.value.ok
    expect(visitor.log).to_contain_text("Your chat has been erased.")
    visitor.visit()
    expect(visitor.dialog).to_be_visible()
    expect(visitor.own).to_have_count(0)


def test_erasing_can_be_called_off(visitor: Visitor) -> None:
    visitor.open().ask(QUESTION)
    visitor.choose_from_menu("Erase this chat")
    visitor.page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    expect(visitor.page.get_by_role("alertdialog")).to_be_hidden()
    expect(visitor.own).to_have_count(1)


def test_erasing_reaches_chats_left_by_starting_over(visitor: Visitor) -> None:
    erased: list[str] = []
    visitor.page.on(
        "request", lambda request: erased.append(request.url) if request.method == "DELETE" else None
    )
    visitor.open().ask("hello")
    visitor.choose_from_menu("Start over")
    visitor.page.get_by_role("alertdialog").get_by_role("button", name="Start over").click()
    visitor.ask("hello again")
    visitor.choose_from_menu("Erase this chat")
    visitor.page.get_by_role("button", name="Erase everything").click()
    expect(visitor.log).to_contain_text("Your chat has been erased.")
    assert len(erased) == 2


def test_erasing_in_one_tab_empties_the_other(visitor: Visitor) -> None:
    second = visitor.other_tab().visit().open()
    visitor.open().ask("hello")
    expect(second.own).to_have_count(1)
    visitor.choose_from_menu("Erase this chat")
    visitor.page.get_by_role("button", name="Erase everything").click()
    expect(second.own).to_have_count(0)


def test_markup_that_a_visitor_writes_is_shown_as_text(visitor: Visitor) -> None:
    markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> & <b>bold</b>'
    visitor.open().ask(markup)
    visitor.visit()
    expect(visitor.own).to_have_text([f"You: {markup}"])
    assert visitor.page.evaluate("window.hacked") is None
