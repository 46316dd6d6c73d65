"""How replies look: what the assistant would say is laid down here, so that each kind is certain to come."""

from __future__ import annotations

from playwright.sync_api import Route, expect
from visitor import MESSAGES, Visitor

CHOICES = [{"id": "c1", "title": "What it is good for"}, {"id": "c2", "title": "Who it suits"}]
ARTICLE = "What Are The Benefits Of Micro-needling?"


def test_choices_are_buttons_that_post_their_id(visitor: Visitor) -> None:
    posted = visitor.get_answers({"text": "Which do you mean?", "choices": CHOICES, "outcome": "clarify"})
    visitor.open().ask("whats it good for")
    visitor.page.get_by_role("button", name="Who it suits").click()
    expect(visitor.own).to_have_text(["You: whats it good for", "You: Who it suits"])
    expect(visitor.replies).to_have_count(2)
    assert posted[1] == {"id": posted[1]["id"], "choice": "c2"}


def test_choices_go_once_the_visitor_has_spoken(visitor: Visitor) -> None:
    visitor.get_answers({"text": "Which do you mean?", "choices": CHOICES})
    visitor.open().ask("whats it good for")
    expect(visitor.page.get_by_role("button", name="Who it suits")).to_have_count(1)
    visitor.page.get_by_role("button", name="Who it suits").click()
    expect(visitor.composer).to_be_focused()
    expect(visitor.page.get_by_role("group", name="Choices").locator("visible=true")).to_have_count(1)


def test_choice_unknown_to_the_server_is_said_in_words(visitor: Visitor) -> None:
    visitor.get_answers({"text": "Which do you mean?", "choices": CHOICES})
    visitor.open().ask("whats it good for")
    visitor.page.unroute(MESSAGES)
    visitor.meet_refusal(404, "There is no such choice.")
    visitor.page.get_by_role("button", name="Who it suits").click()
    expect(visitor.replies).to_have_count(2)
    expect(visitor.own.filter(has_text="Who it suits")).to_have_count(1)


def test_person_is_marked_as_a_person(visitor: Visitor) -> None:
    visitor.get_answers({"text": "Hello, I have read your chat.", "from": "staff", "outcome": None})
    visitor.open().ask("a person please")
    staff = visitor.page.locator("clinic-chat .staff")
    expect(staff.locator(".who")).to_be_visible()
    expect(staff.locator(".bubble")).to_contain_text("A person from the clinic: Hello, I have read your chat.")


def test_urgent_reply_is_an_alert(visitor: Visitor) -> None:
    visitor.get_answers({"text": "This needs medical attention now.", "outcome": "urgent"})
    visitor.open().ask("i cant breathe")
    expect(visitor.page.locator("clinic-chat .urgent .who")).to_have_text("Urgent")
    expect(visitor.page.get_by_role("alert").filter(has_text="medical attention")).to_have_count(1)


def test_one_source_is_a_line(visitor: Visitor) -> None:
    visitor.get_answers({"text": "None for a day.", "sources": [{"title": ARTICLE, "section": "Aftereffects"}]})
    visitor.open().ask("makeup?")
    expect(visitor.page.locator("clinic-chat .sources")).to_have_text(f"From: {ARTICLE}, Aftereffects")


def test_several_sources_can_be_unfolded(visitor: Visitor) -> None:
    sources = [{"title": ARTICLE, "section": section} for section in ("Benefits", "Aftereffects")]
    visitor.get_answers({"text": "Right away.", "sources": sources})
    visitor.open().ask("recovery?")
    last = visitor.page.get_by_text(f"{ARTICLE}, Aftereffects")
    expect(last).to_be_hidden()
    visitor.page.get_by_text("2 sources").click()
    expect(last).to_be_visible()


def test_lines_with_a_dash_are_a_list(visitor: Visitor) -> None:
    visitor.get_answers({"text": "Afterwards:\n\n- stay out of the sun\n- drink water\nAsk us anything."})
    visitor.open().ask("aftercare?")
    expect(visitor.replies.locator("li")).to_have_text(["stay out of the sun", "drink water"])
    expect(visitor.replies.locator("p")).to_have_text(["Afterwards:", "Ask us anything."])


def test_markup_in_a_reply_is_shown_as_text(visitor: Visitor) -> None:
    markup = "<img src=x onerror='window.hacked=1'> <script>window.hacked=1</script>"
    choice = {"id": "c1", "title": "<b>bold</b>"}
    source = {"title": "<i>title</i>", "section": "<u>section</u>"}
    visitor.get_answers({"text": markup, "choices": [choice], "sources": [source]})
    visitor.open().ask("hello")
    for text in (markup, "<b>bold</b>", "<i>title</i>, <u>section</u>"):
        expect(visitor.log).to_contain_text(text)
    assert visitor.page.evaluate("window.hacked") is None


def test_only_web_addresses_become_links(visitor: Visitor) -> None:
    visitor.get_answers({"text": "See https://clinic.example/book?a=1, not javascript:alert(1)."})
    visitor.open().ask("website?")
    expect(visitor.replies.get_by_role("link")).to_have_text(["https://clinic.example/book?a=1"])


def test_typing_is_shown_until_the_reply_comes(visitor: Visitor) -> None:
    held: list[Route] = []
    visitor.page.route(
        MESSAGES, lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    visitor.open().say("hello")
    dots = visitor.page.get_by_label("The assistant is writing")
    expect(dots).to_be_visible()
    held[0].fulfill(json={"replies": []})
    expect(dots).to_have_count(0)


def test_event_stream_is_resumed_where_it_ended(visitor: Visitor) -> None:
    reply = '{"id":"s1","cursor":99,"from":"staff","at":"2024-05-01T10:00:00Z","text":"It is me, a person."}'
    body = f": hello\r\n\r\nid: 99\r\nevent: message\r\ndata: {reply}\r\n\r\n"
    history = {"messages": [], "cursor": 98}
    visitor.page.route(MESSAGES, lambda route: route.fulfill(json={"replies": []} | history))
    visitor.page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    with visitor.page.expect_request("**/events") as stream:
        visitor.open().say("hello")
    assert stream.value.headers["last-event-id"] == "98"
    with visitor.page.expect_request("**/messages?after=99"):
        expect(visitor.page.locator("clinic-chat .staff")).to_have_count(1)
    expect(visitor.page.locator("clinic-chat .staff")).to_have_count(1)
