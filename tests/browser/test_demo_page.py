"""The clinic's demo page: filled in, strict about what may run, and joined to the widget."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from visitor import Visitor


def test_page_is_filled_in(visitor: Visitor) -> None:
    content = visitor.page.content()
    assert "{{" not in content
    name = visitor.page.locator("clinic-chat").get_attribute("clinic-name")
    assert name
    expect(visitor.page).to_have_title(f"Micro-needling at {name}")


def test_page_and_widget_obey_their_security_policy(visitor: Visitor) -> None:
    complaints: list[str] = []
    page = visitor.page
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    response = page.reload()
    assert response is not None and "style-src 'nonce-" in response.headers["content-security-policy"]
    visitor.open().ask("hello")
    assert complaints == []
    expect(page.locator(".hero")).to_have_css("display", "grid")


def test_question_on_the_page_is_put_into_the_composer(visitor: Visitor) -> None:
    visitor.page.get_by_role("main").get_by_role("button", name="Does it hurt?").click()
    expect(visitor.composer).to_have_value("Does it hurt?")
    expect(visitor.composer).to_be_focused()
    expect(visitor.own).to_have_count(0)


@pytest.mark.parametrize("context_options", [{"color_scheme": "dark"}], ids=["dark"])
def test_dark_page_has_a_dark_widget(visitor: Visitor) -> None:
    expect(visitor.page.locator("clinic-chat .root")).to_have_class("root dark")
    visitor.page.evaluate("document.querySelector('clinic-chat').setAttribute('theme', 'light')")
    expect(visitor.page.locator("clinic-chat .root")).to_have_class("root")


def test_attributes_change_the_widget_at_once(visitor: Visitor) -> None:
    changes: dict[str, Any] = {"heading": "Ask the nurse", "position": "left", "accent": "rgb(120, 0, 60)"}
    visitor.page.evaluate(
        "changes => { for (const [name, value] of Object.entries(changes))"
        " document.querySelector('clinic-chat').setAttribute(name, value) }",
        changes,
    )
    visitor.open()
    expect(visitor.page.get_by_role("dialog", name="Ask the nurse")).to_be_visible()
    expect(visitor.launcher).to_have_css("background-color", "rgb(120, 0, 60)")
    box = visitor.dialog.bounding_box()
    assert box is not None and box["x"] < 100
