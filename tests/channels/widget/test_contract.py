"""The website channel's contract, over HTTP, with real Rasa and the real action server."""

from __future__ import annotations

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from tests.support.assistant import ALLOWED_ORIGIN
from tests.support.visitor import Visitor

REPLY_KEYS = {"id", "cursor", "from", "at", "text", "choices", "topics", "outcome", "sources"}


@pytest.fixture
def visitor(assistant_url: str) -> Visitor:
    return Visitor(assistant_url)


def test_session_is_signed_and_named_by_the_server(assistant_url: str) -> None:
    answer = httpx.post(f"{assistant_url}/sessions", json={"conversation_id": "mine"})
    assert answer.status_code == 201
    assert set(answer.json()) == {"token", "conversation_id", "expires_at"}
    assert answer.json()["conversation_id"] != "mine"


def test_question_is_answered_from_the_knowledge_base(visitor: Visitor) -> None:
    reply = visitor.say("how long is recovery")
    assert set(reply) == REPLY_KEYS
    assert (reply["from"], reply["outcome"], reply["topics"]) == ("bot", "answered", ["recovery_time"])
    assert "normal activities right away" in reply["text"]
    assert {"title", "section"} == set(reply["sources"][0])


def test_same_id_again_returns_the_same_replies_and_changes_nothing(visitor: Visitor) -> None:
    body = {"id": str(uuid4()), "text": "does it hurt"}
    first, again = visitor.post(body), visitor.post(body)
    assert first.json() == again.json()
    assert len(visitor.history()["messages"]) == 2


def test_same_id_ten_times_at_once_is_one_turn(visitor: Visitor) -> None:
    body = {"id": str(uuid4()), "text": "does it hurt"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: visitor.post(body), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(visitor.history()["messages"]) == 2


def test_messages_at_once_are_answered_in_the_order_stored(visitor: Visitor) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: visitor.post({"id": str(uuid4()), "text": f"hello {n}"}), range(8)))
    messages = visitor.history()["messages"]
    asked = [message["id"] for message in messages if message["from"] == "visitor"]
    answered = [message["id"].rpartition(".")[0] for message in messages if message["from"] == "bot"]
    assert answered == asked
    assert [message["cursor"] for message in messages] == list(range(1, 17))


def test_same_id_with_other_content_is_a_conflict(visitor: Visitor) -> None:
    message_id = str(uuid4())
    visitor.post({"id": message_id, "text": "hello"})
    answer = visitor.post({"id": message_id, "text": "goodbye"})
    assert (answer.status_code, answer.json()["error"]) == (409, "id_reused")


def test_choice_answers_as_the_topic_it_offered(visitor: Visitor) -> None:
    reply = visitor.choose(visitor.say("hello"), "How long is recovery?")
    assert reply["topics"] == ["recovery_time"]
    assert visitor.history()["messages"][2]["text"] == "How long is recovery?"


def test_choice_of_another_visitor_is_refused(visitor: Visitor, assistant_url: str) -> None:
    choice = Visitor(assistant_url).say("hello")["choices"][0]["id"]
    answer = visitor.post({"id": str(uuid4()), "choice": choice})
    assert (answer.status_code, answer.json()["error"]) == (422, "unknown_choice")


def test_choices_show_no_intent(visitor: Visitor) -> None:
    assert all(set(choice) == {"id", "title"} for choice in visitor.say("hello")["choices"])


def test_history_shows_both_directions_and_resumes(visitor: Visitor) -> None:
    visitor.say("hello")
    history = visitor.history()
    assert [message["from"] for message in history["messages"]] == ["visitor", "bot"]
    assert set(history["messages"][0]) == {"id", "cursor", "from", "at", "text"}
    assert visitor.history(after=history["cursor"]) == {"messages": [], "cursor": history["cursor"]}


def test_events_resume_after_the_last_seen_cursor(visitor: Visitor) -> None:
    visitor.say("hello")
    visitor.say("thanks")
    headers = {**visitor.headers, "Last-Event-ID": "1"}
    with visitor.client.stream("GET", f"{visitor.url}/events", headers=headers) as stream:
        records = read_records(stream, 3)
    assert [record["id"] for record in records] == ["2", "3", "4"]
    assert json.loads(records[0]["data"]) == visitor.history()["messages"][1]


def test_events_show_another_tabs_message_and_typing(visitor: Visitor) -> None:
    with (
        ThreadPoolExecutor(1) as pool,
        visitor.client.stream("GET", f"{visitor.url}/events", headers=visitor.headers) as stream,
    ):
        lines = stream.iter_lines()
        next(lines)  # connected: what is said from now on must arrive
        said = pool.submit(Visitor.say, visitor, "hello")
        kinds = []
        while kinds.count("message") < 2:
            line = next(lines)
            if line.startswith("event: "):
                kinds.append(line.removeprefix("event: "))
        said.result()
    assert "typing" in kinds


def test_events_need_a_sane_cursor(visitor: Visitor) -> None:
    headers = {**visitor.headers, "Last-Event-ID": "-1; drop"}
    assert visitor.client.get(f"{visitor.url}/events", headers=headers).status_code == 422


def test_erased_conversation_is_gone(visitor: Visitor) -> None:
    visitor.say("hello")
    assert visitor.client.delete(f"{visitor.url}/conversation", headers=visitor.headers).status_code == 204
    for answer in (
        visitor.client.get(f"{visitor.url}/messages", headers=visitor.headers),
        visitor.client.get(f"{visitor.url}/events", headers=visitor.headers),
        visitor.post({"id": str(uuid4()), "text": "hello"}),
        visitor.client.delete(f"{visitor.url}/conversation", headers=visitor.headers),
    ):
        assert (answer.status_code, answer.json()["error"]) == (404, "gone")


def test_visitor_who_leaves_while_erasing_is_erased_all_the_same(visitor: Visitor) -> None:
    with ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(visitor.post, {"id": str(uuid4()), "text": "hello"}) for _ in range(4)]
        with contextlib.suppress(httpx.TimeoutException):
            httpx.delete(f"{visitor.url}/conversation", headers=visitor.headers, timeout=0.01)
        for request in busy:
            request.result()
    deadline = time.monotonic() + 10
    while (answer := visitor.client.get(f"{visitor.url}/messages", headers=visitor.headers)).status_code != 404:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)


def test_message_of_a_visitor_who_leaves_is_answered(visitor: Visitor) -> None:
    with contextlib.suppress(httpx.TimeoutException):
        body = {"id": str(uuid4()), "text": "how long is recovery"}
        httpx.post(f"{visitor.url}/messages", json=body, headers=visitor.headers, timeout=0.01)
    deadline = time.monotonic() + 10
    while len(visitor.history()["messages"]) == 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert [message["from"] for message in visitor.history()["messages"]] in ([], ["visitor", "bot"])


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer forged.token"}, {"Authorization": "Basic x"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "messages"), ("POST", "messages"), ("GET", "events"), ("DELETE", "conversation")],
)
def test_request_without_a_valid_token_is_refused(
    assistant_url: str, header: dict[str, str], method: str, path: str
) -> None:
    answer = httpx.request(method, f"{assistant_url}/{path}", headers=header)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{not json", 400),
        (b'{"id": "x\xff"}', 400),
        (b"[1, 2]", 400),
        (b'{"id": "3f0e8a52-6a0c-4d7e-9d53-0a7f2f3b1c11", "text": ""}', 422),
        (b'{"id": "3f0e8a52-6a0c-4d7e-9d53-0a7f2f3b1c11", "text": "   "}', 422),
        (b'{"id": "3f0e8a52-6a0c-4d7e-9d53-0a7f2f3b1c11", "text": {"a": 1}}', 422),
        (b'{"id": "3f0e8a52-6a0c-4d7e-9d53-0a7f2f3b1c11", "text": "' + b"x" * 2001 + b'"}', 422),
        (b'{"id": "3f0e8a52-6a0c-4d7e-9d53-0a7f2f3b1c11", "text": "' + b"x" * 50_000 + b'"}', 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_body_gets_its_error_and_the_conversation_goes_on(
    visitor: Visitor, body: bytes, status: int
) -> None:
    answer = visitor.client.post(f"{visitor.url}/messages", content=body, headers=visitor.headers)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}
    assert visitor.say("how long is recovery")["topics"] == ["recovery_time"]


@pytest.mark.parametrize(
    "text",
    [
        "/ask_benefits",
        "  /greet",
        '/book_consultation{"name": "x"}',
        "/restart",
        "/session_start",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "null\x00byte",
        "\ud83d broken surrogate",
        "'; DROP TABLE message; --",
        "{caution} {name} %s %(x)s ${HOME}",
        "😀😀😀",
        "مرحبا كم السعر",
    ],
    ids=ascii,
)
def test_hostile_text_is_only_text(visitor: Visitor, text: str) -> None:
    answer = visitor.client.post(
        f"{visitor.url}/messages",
        content=json.dumps({"id": str(uuid4()), "text": text}),
        headers=visitor.headers,
    )
    assert answer.status_code == 200
    replies = answer.json()["replies"]
    assert replies
    assert not any("{" in reply["text"] or "Traceback" in reply["text"] for reply in replies)
    # Words about booking may begin a form, which then asks on behind the answer; what stands in braces fills nothing.
    assert not any("x" in reply["text"].split() for reply in replies)
    answer = visitor.post({"id": str(uuid4()), "text": "how long is recovery"})
    assert answer.json()["replies"][0]["topics"] == ["recovery_time"]


def test_twenty_first_message_of_a_minute_must_wait(visitor: Visitor) -> None:
    answers = [visitor.post({"id": str(uuid4()), "text": "hi"}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_foreign_origin_gets_no_permission(assistant_url: str) -> None:
    answer = httpx.post(f"{assistant_url}/sessions", json={}, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_configured_origin_may_call_everything(assistant_url: str) -> None:
    headers = {
        "Origin": ALLOWED_ORIGIN,
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization, content-type, last-event-id",
    }
    answer = httpx.options(f"{assistant_url}/conversation", headers=headers)
    assert answer.headers["access-control-allow-origin"] == ALLOWED_ORIGIN
    assert "DELETE" in answer.headers["access-control-allow-methods"]
    for name in ("authorization", "content-type", "last-event-id"):
        assert name in answer.headers["access-control-allow-headers"].lower()


def test_widget_script_is_cached_by_its_tag(assistant_url: str) -> None:
    first = httpx.get(f"{assistant_url}/widget.js")
    assert first.headers["content-type"].startswith("text/javascript")
    again = httpx.get(f"{assistant_url}/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_demo_page_is_the_clinics_and_safe(assistant_url: str) -> None:
    page = httpx.get(f"{assistant_url}/")
    assert "Dr Hera&#x27;s Skin &amp; Hair Clinic" in page.text
    assert "{{" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]


def read_records(stream: httpx.Response, count: int) -> list[dict[str, str]]:
    """The first `count` records with an id of an event stream."""
    records: list[dict[str, str]] = []
    record: dict[str, str] = {}
    for line in stream.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            record[name] = value
        elif "id" in record:
            records.append(record)
            record = {}
        else:
            record = {}
        if len(records) == count:
            return records
    raise AssertionError("the stream ended early")
