"""What a visitor does and sees in the widget, in the visitor's words."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

PAGE = "/webhooks/widget/"
MESSAGES = re.compile(r"/webhooks/widget/messages(\?|$)")
NORMAL = {"at": "2024-05-01T10:00:00+00:00", "choices": [], "topics": [], "sources": []}


class Visitor:
    """One visitor in one tab."""

    def __init__(self, page: Page, assistant_url: str) -> None:
        self.page = page
        self.address = assistant_url.removesuffix(PAGE.rstrip("/")) + PAGE
        self.launcher = page.locator("clinic-chat .launcher")
        self.dialog = page.locator("clinic-chat .window")
        self.composer = page.get_by_label("Your message")
        self.log = page.get_by_role("log")
        self.announcer = page.locator("clinic-chat .announcer")

    def visit(self) -> Visitor:
        """Load the clinic's page; the chat is as it was left in this tab."""
        self.page.goto(self.address)
        return self

    def open(self) -> Visitor:
        """Open the chat by its button."""
        self.launcher.click()
        expect(self.composer).to_be_focused()
        return self

    def say(self, text: str) -> None:
        """Write a message and press Enter."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def ask(self, text: str) -> None:
        """Say something and wait for its reply."""
        before = self.replies.count()
        self.say(text)
        expect(self.replies).not_to_have_count(before)
        expect(self.page.locator("clinic-chat .dots")).to_have_count(0)

    def choose_from_menu(self, item: str) -> None:
        """Open the menu and press one of its buttons."""
        self.page.locator("clinic-chat summary[aria-label=Menu]").click()
        self.page.get_by_role("button", name=item).click()

    @property
    def replies(self) -> Locator:
        """The bubbles of the assistant and of people."""
        return self.page.locator("clinic-chat .bot .bubble, clinic-chat .staff .bubble").filter(
            has_not=self.page.locator("i")
        )

    @property
    def own(self) -> Locator:
        """The visitor's own bubbles."""
        return self.page.locator("clinic-chat .visitor .bubble")

    def other_tab(self) -> Visitor:
        """The same visitor in a second tab."""
        return Visitor(self.page.context.new_page(), self.address.removesuffix(PAGE))

    def get_answers(self, *replies: dict[str, Any]) -> list[dict[str, Any]]:
        """Let the next messages be answered with these replies, whatever the assistant would say.

        Returns:
            What the widget posted; grows with every message.
        """
        posted: list[dict[str, Any]] = []

        def answer(route: Route) -> None:
            if route.request.method != "POST":
                route.continue_()
                return
            posted.append(route.request.post_data_json or {})
            chosen = [_complete(reply, number) for number, reply in enumerate(replies, 1000 * len(posted))]
            route.fulfill(status=200, content_type="application/json", body=json.dumps({"replies": chosen}))

        self.page.route(MESSAGES, answer)
        return posted

    def meet_refusal(self, status: int, message: str, *, headers: dict[str, str] | None = None) -> None:
        """Let the next message be refused with this status; those after it reach the assistant."""
        left = [None]

        def refuse(route: Route) -> None:
            if route.request.method != "POST" or not left:
                route.continue_()
                return
            left.pop()
            body = json.dumps({"error": "refused", "message": message})
            route.fulfill(status=status, content_type="application/json", body=body, headers=headers)

        self.page.route(MESSAGES, refuse)


def _complete(reply: dict[str, Any], number: int) -> dict[str, Any]:
    return {"id": f"reply-{number}", "cursor": number, "from": "bot", "outcome": "answered", **NORMAL, **reply}
