"""WCAG 2.2 AA, as far as a machine can tell: rules, keyboard, focus, announcements, small and large screens."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from visitor import Visitor

AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SCHEMES = pytest.mark.parametrize(
    "context_options", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"]
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
EVERY_KIND: list[dict[str, Any]] = [
    {
        "text": "Right away.\n- one\n- two",
        "sources": [{"title": "A", "section": "B"}, {"title": "C", "section": "D"}],
    },
    {"text": "Seek care now.", "outcome": "urgent"},
    {"text": "I am a person: https://clinic.example", "from": "staff", "outcome": None},
    {"text": "Which?", "choices": [{"id": "1", "title": "This"}, {"id": "2", "title": "That"}]},
]


def violations(page: Page) -> list[str]:
    page.wait_for_timeout(300)  # until what was opened has faded in
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found]


@SCHEMES
def test_page_with_closed_chat_has_no_violations(visitor: Visitor) -> None:
    assert violations(visitor.page) == []


@SCHEMES
def test_chat_with_every_kind_of_reply_has_no_violations(visitor: Visitor) -> None:
    visitor.get_answers(*EVERY_KIND)
    visitor.open().ask("hello")
    visitor.composer.fill("x" * 2005)
    visitor.composer.press("Enter")
    assert violations(visitor.page) == []


@SCHEMES
def test_menu_and_confirmation_have_no_violations(visitor: Visitor) -> None:
    visitor.open().page.locator("clinic-chat summary").first.click()
    assert violations(visitor.page) == []
    visitor.page.get_by_role("button", name="Erase this chat").click()
    assert violations(visitor.page) == []


@pytest.mark.parametrize("context_options", [PHONE], ids=["phone"])
def test_full_screen_chat_on_a_phone_has_no_violations(visitor: Visitor) -> None:
    visitor.open()
    assert violations(visitor.page) == []
    box = visitor.dialog.bounding_box()
    assert box is not None and (round(box["width"]), round(box["height"])) == (390, 844)


@pytest.mark.parametrize("accent", ["#ffe14d", "black"])
def test_any_accent_is_readable(visitor: Visitor, accent: str) -> None:
    visitor.page.evaluate(
        "accent => document.querySelector('clinic-chat').setAttribute('accent', accent)", accent
    )
    visitor.get_answers(*EVERY_KIND)
    visitor.open().ask("hello")
    assert violations(visitor.page) == []


def test_everything_can_be_done_by_keyboard(visitor: Visitor) -> None:
    visitor.get_answers({"text": "Which?", "choices": [{"id": "1", "title": "This"}]})
    press = visitor.page.keyboard.press
    visitor.launcher.focus()
    press("Enter")
    visitor.page.keyboard.type("hello")
    press("Enter")
    choice = visitor.page.get_by_role("button", name="This")
    expect(choice).to_be_visible()
    press("Shift+Tab")
    expect(choice).to_be_focused()
    press("Enter")
    expect(visitor.replies).to_have_count(2)
    expect(visitor.composer).to_be_focused()
    for _ in range(4):
        press("Shift+Tab")
    expect(visitor.page.locator("clinic-chat summary").first).to_be_focused()
    press("Enter")
    press("Tab")
    press("Tab")
    press("Enter")
    expect(visitor.page.get_by_role("button", name="Cancel")).to_be_focused()
    press("Escape")
    expect(visitor.page.get_by_role("alertdialog")).to_be_hidden()
    expect(visitor.dialog).to_be_visible()


def test_tab_order_is_the_order_on_the_screen(visitor: Visitor) -> None:
    visitor.open()
    visitor.composer.fill("hello")
    visitor.launcher.focus()
    order = [
        "Menu",
        "Close chat",
        "Conversation",
        "How long is recovery?",
        "What is it good for?",
        "Book a consultation",
    ]
    for name in [*order, "Your message", "Send"]:
        visitor.page.keyboard.press("Tab")
        focused = "document.querySelector('clinic-chat').shadowRoot.activeElement"
        label = f"{focused}.ariaLabel || ({focused}.labels?.[0] || {focused}).textContent"
        assert visitor.page.evaluate(label) == name


@pytest.mark.parametrize("context_options", [{}, PHONE], ids=["desktop", "phone"])
def test_escape_closes_and_returns_the_focus(visitor: Visitor) -> None:
    visitor.open().page.keyboard.press("Escape")
    expect(visitor.dialog).to_be_hidden()
    expect(visitor.launcher).to_be_focused()
    expect(visitor.launcher).to_have_attribute("aria-expanded", "false")


def test_escape_closes_the_menu_before_the_chat(visitor: Visitor) -> None:
    visitor.open().page.locator("clinic-chat summary").first.click()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("button", name="Start over")).to_be_hidden()
    expect(visitor.page.locator("clinic-chat summary").first).to_be_focused()
    expect(visitor.dialog).to_be_visible()


def test_dialog_is_named_after_the_clinic(visitor: Visitor) -> None:
    name = visitor.page.locator("clinic-chat").get_attribute("clinic-name")
    assert name
    visitor.open()
    expect(visitor.page.get_by_role("dialog", name=name)).to_be_visible()


@pytest.mark.parametrize("context_options", [PHONE], ids=["phone"])
def test_page_behind_a_full_screen_chat_is_out_of_reach(visitor: Visitor) -> None:
    visitor.open()
    for _ in range(12):
        visitor.page.keyboard.press("Tab")
        assert visitor.page.evaluate("['CLINIC-CHAT', 'BODY'].includes(document.activeElement.tagName)")


def test_only_new_messages_are_announced(visitor: Visitor) -> None:
    visitor.open().ask("how long is recovery?")
    expect(visitor.announcer).to_contain_text("Assistant: ")
    assert visitor.announcer.get_attribute("role") == "status"
    visitor.visit()
    expect(visitor.replies).to_have_count(1)
    expect(visitor.announcer).to_have_text("")
    expect(visitor.log).to_have_attribute("aria-live", "off")
    visitor.ask("hello")
    expect(visitor.announcer.locator("p")).to_have_count(1)


def test_reload_with_an_open_chat_leaves_the_focus_on_the_page(visitor: Visitor) -> None:
    visitor.open().page.reload()
    expect(visitor.dialog).to_be_visible()
    assert visitor.page.evaluate("document.activeElement.tagName") == "BODY"


@pytest.mark.parametrize(
    "context_options",
    [{"viewport": {"width": 320, "height": 640}}, {"viewport": {"width": 640, "height": 400}}],
    ids=["320-px", "200-percent-zoom"],
)
def test_small_window_reflows_without_scrolling_sideways(visitor: Visitor) -> None:
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.get_answers(*EVERY_KIND, {"text": "Averyveryverylongwordwithoutanyspace" * 4})
    visitor.open().ask("x" * 300)
    for part in (visitor.dialog, visitor.log):
        assert part.evaluate("node => node.scrollWidth <= node.clientWidth")
    expect(visitor.composer).to_be_in_viewport()
    expect(visitor.page.get_by_role("button", name="Close chat").last).to_be_in_viewport()


def test_zooming_an_open_chat_keeps_the_focus(visitor: Visitor) -> None:
    visitor.open()
    visitor.page.set_viewport_size({"width": 320, "height": 500})
    expect(visitor.dialog).to_have_class("window sheet")
    expect(visitor.composer).to_be_focused()
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    expect(visitor.dialog).to_have_class("window")
    expect(visitor.composer).to_be_focused()


@pytest.mark.parametrize("context_options", [{"reduced_motion": "reduce"}], ids=["reduced"])
def test_reduced_motion_stops_all_animation(visitor: Visitor) -> None:
    visitor.get_answers(*EVERY_KIND)
    visitor.open().ask("hello")
    moving = "document.querySelector('clinic-chat').shadowRoot.getAnimations().length"
    assert visitor.page.evaluate(moving) == 0
    assert visitor.dialog.evaluate("node => getComputedStyle(node).animationName") == "none"


def test_main_buttons_are_large_enough_for_a_finger(visitor: Visitor) -> None:
    visitor.get_answers(*EVERY_KIND)
    visitor.open().ask("hello")
    root = visitor.page.locator("clinic-chat")
    for button in root.locator("button:not(.jump), summary.icon").locator("visible=true").all():
        box = button.bounding_box()
        assert box is not None and min(box["width"], box["height"]) >= 43.9
    sources = root.locator(".sources summary").bounding_box()
    assert sources is not None and sources["height"] >= 24


def test_focus_can_be_seen(visitor: Visitor) -> None:
    visitor.launcher.focus()
    visitor.page.keyboard.press("Shift+Tab")
    visitor.page.keyboard.press("Tab")
    assert visitor.launcher.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"


def test_page_shortcuts_do_not_hear_what_is_typed(visitor: Visitor) -> None:
    visitor.page.evaluate(
        "window.heard = []; addEventListener('keydown', (event) => window.heard.push(event.key))"
    )
    visitor.open().page.keyboard.type("s")
    assert visitor.page.evaluate("window.heard") == []
