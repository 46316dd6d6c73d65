"""Learning topics from examples and deciding about messages."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.preprocessing import normalize

from bot.language import topic_model, topic_scorer
from bot.language.encoder import SentenceEncoder
from bot.language.topic_decision import DEFAULT_THRESHOLDS
from bot.language.topic_model import TopicModel, Understanding
from bot.language.topic_scorer import LIKELY, NEAREST, Examples, Spelling, TopicScorer
from tests.support.encoder import encoder as loaded_encoder

OPENINGS = ["", "hi, ", "please tell me ", "hello doctor, ", "quick one: ", "my sister asks: ", "sorry, "]
TOPICS = {
    "ask_price": ["how much is it", "what does it cost", "is it expensive", "price of one session", "any discounts on the fee"],
    "ask_pain": ["does it hurt", "is it painful", "will I feel the needles", "do you numb the skin", "how sore is it"],
    "ask_scars": ["does it help acne scars", "I have old scars", "pitted marks from acne", "can scars be reduced", "injury scar"],
    "ask_makeup": ["when can I wear make-up", "is foundation okay after", "lipstick the next day", "concealer afterwards", "can I put on blusher"],
    "greet": ["hello there", "good morning", "hi", "hey you", "good evening to you"],
    "out_of_scope": ["what is the weather", "tell me a joke", "who won the football", "write me a poem", "fix my laptop", "best pizza in town"],
}  # fmt: skip
UNKNOWN = {"out_of_scope"}
OFFERABLE = {topic for topic in TOPICS if topic.startswith("ask_")}


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return loaded_encoder()


def train(encoder: SentenceEncoder, topics: dict[str, list[str]]) -> TopicModel:
    texts = [text for questions in topics.values() for text in questions]
    names = [topic for topic, questions in topics.items() for _ in questions]
    return TopicModel.train(texts, encoder.encode(texts), names, offerable=OFFERABLE, unknown=UNKNOWN)


def understand(model: TopicModel, encoder: SentenceEncoder, text: str) -> Understanding:
    return model.understand([text], encoder.encode([text]))[0]


@pytest.fixture(scope="module")
def model(encoder: SentenceEncoder) -> TopicModel:
    """Learnt from enough examples to choose its thresholds by."""
    return train(
        encoder,
        {topic: [opening + text for text in texts for opening in OPENINGS] for topic, texts in TOPICS.items()},
    )


@pytest.fixture(scope="module")
def small_model(encoder: SentenceEncoder) -> TopicModel:
    """Learnt from too few examples for that."""
    return train(encoder, TOPICS)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("whats the price", "ask_price"),
        ("is the treatment painful", "ask_pain"),
        ("hiya good morning", "greet"),
    ],
)
def test_known_question_is_answered(model: TopicModel, encoder: SentenceEncoder, text: str, topic: str) -> None:
    understanding = understand(model, encoder, text)
    assert (understanding.decision, understanding.candidates) == ("answer", (topic,))
    assert understanding.ranking[0][0] == topic


def test_question_between_two_topics_is_asked_back(
    model: TopicModel, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    wary = replace(model.calibration.thresholds, closeness=0.1)
    monkeypatch.setattr(model, "calibration", replace(model.calibration, thresholds=wary))
    understanding = understand(model, encoder, "how much is it and does it hurt")
    assert understanding.decision == "clarify"
    assert set(understanding.candidates) == {"ask_price", "ask_pain"}


@pytest.mark.parametrize(
    "text", ["the borrow checker of Rust", "qwrtz plmk", "my aunt repairs violins in Vienna"]
)
def test_unheard_of_message_gets_no_topic(model: TopicModel, encoder: SentenceEncoder, text: str) -> None:
    understanding = understand(model, encoder, text)
    assert understanding.decision == "reject" or understanding.candidates == ("out_of_scope",)


def test_message_is_decided_about_together_with_its_sentences(
    model: TopicModel, encoder: SentenceEncoder
) -> None:
    texts = ["my aunt repairs violins. what does it cost", "my aunt repairs violins", "what does it cost"]
    vectors = encoder.encode(texts)
    together, alone = model.understand_message(texts, vectors), model.understand(texts, vectors)
    assert together.candidates == ("ask_price",)
    assert together.similarity == pytest.approx(alone[2].similarity)
    assert sum(chance for _, chance in together.ranking) == pytest.approx(1)
    assert model.understand_message(texts[2:], vectors[2:]).candidates == alone[2].candidates


def test_ranking_holds_all_topics_with_their_probabilities(model: TopicModel, encoder: SentenceEncoder) -> None:
    names, probabilities = zip(*understand(model, encoder, "scars?").ranking, strict=True)
    assert set(names) == set(TOPICS)
    assert sum(probabilities) == pytest.approx(1)
    assert list(probabilities[1:]) == sorted(probabilities[1:], reverse=True)


def test_known_words_are_most_similar_to_themselves(model: TopicModel, encoder: SentenceEncoder) -> None:
    assert understand(model, encoder, "does it hurt").similarity == pytest.approx(1, abs=1e-5)
    assert understand(model, encoder, "the borrow checker of Rust").similarity < 0.5


@pytest.mark.parametrize("text", ["👍", "???", "你好", "x" * 10_000, "how much does it cost " * 500])
def test_any_text_is_decided_about_quickly(model: TopicModel, encoder: SentenceEncoder, text: str) -> None:
    started = time.perf_counter()
    assert understand(model, encoder, text).decision in {"answer", "clarify", "reject"}
    assert time.perf_counter() - started < 2


def test_thresholds_are_chosen_on_held_out_examples(model: TopicModel) -> None:
    chosen = model.calibration.thresholds.answer
    point = next(point for point in model.calibration.curve if point.threshold == chosen)
    assert point.answered_right > point.answered_wrong
    assert point.unknown_answered < model.calibration.curve[0].unknown_answered


def test_few_examples_get_the_default_thresholds(small_model: TopicModel) -> None:
    assert small_model.calibration.thresholds == DEFAULT_THRESHOLDS
    assert small_model.calibration.curve == ()


def test_nothing_is_held_out_for_thresholds_that_cannot_be_chosen(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would make training six times as long."""
    monkeypatch.setattr(topic_model, "hold_out", None)
    assert train(encoder, TOPICS).calibration.thresholds == DEFAULT_THRESHOLDS


def test_same_examples_make_the_same_model(small_model: TopicModel, encoder: SentenceEncoder) -> None:
    assert understand(train(encoder, TOPICS), encoder, "cost?") == understand(small_model, encoder, "cost?")


def test_saved_model_understands_the_same(model: TopicModel, encoder: SentenceEncoder, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = TopicModel.load(tmp_path)
    assert loaded.calibration == model.calibration
    for text in ("whats the price", "how much is it and does it hurt", "pizza"):
        assert understand(loaded, encoder, text) == understand(model, encoder, text)


def test_missing_model_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TopicModel.load(tmp_path)


def test_model_with_foreign_code_is_refused(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    skops.io.dump({"names": [], "runs": Path.home}, tmp_path / "topics.skops")
    with pytest.raises(TypeError):
        TopicModel.load(tmp_path)


def test_one_topic_is_told_by_similarity_alone(encoder: SentenceEncoder, tmp_path: Path) -> None:
    train(encoder, {"ask_price": TOPICS["ask_price"]}).save(tmp_path)
    model = TopicModel.load(tmp_path)
    assert understand(model, encoder, "how much is it").candidates == ("ask_price",)
    assert understand(model, encoder, "tell me about violins").decision == "reject"


def test_two_topics_are_told_apart(encoder: SentenceEncoder) -> None:
    model = train(encoder, {topic: TOPICS[topic] for topic in ("ask_price", "ask_pain")})
    assert understand(model, encoder, "is it painful").ranking[0][0] == "ask_pain"
    assert understand(model, encoder, "is it expensive").ranking[0][0] == "ask_price"


def test_single_example_is_enough_to_learn_from(encoder: SentenceEncoder) -> None:
    model = train(encoder, {"ask_price": ["how much"]})
    assert understand(model, encoder, "how much").decision == "answer"


def test_scorer_prefers_the_spelling_where_vectors_are_equal() -> None:
    vectors = np.full((4, 384), 384**-0.5, dtype=np.float32)
    texts = ["gratte", "grattes", "plomb", "plombs"]
    scorer = TopicScorer.fit(Examples.of(texts, vectors, ["itch", "itch", "lead", "lead"]))
    assert scorer.logits(["gratt", "plombe"], vectors[:2]).argmax(axis=1).tolist() == [0, 1]


def test_scorer_prefers_the_topic_of_the_nearest_example(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = np.eye(384, dtype=np.float32)
    scorer = TopicScorer.fit(Examples.of(["a", "b"], axes[:2], ["itch", "lead"]))
    vector = np.float32(0.6) * axes[:1] + np.float32(0.8) * axes[1:2]
    with_nearest = scorer.logits([""], vector)
    monkeypatch.setattr(topic_scorer, "NEAREST", 0)
    assert with_nearest - scorer.logits([""], vector) == pytest.approx(
        NEAREST * np.array([[0.6, 0.8]]), abs=1e-5
    )


def test_scorer_looks_at_examples_of_the_likeliest_topics_only(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = np.eye(384, dtype=np.float32)
    topics = [f"topic {number:02}" for number in range(LIKELY + 3)]
    scorer = TopicScorer.fit(Examples.of(topics, axes[: len(topics)], topics))
    vector = np.ones((1, 384), dtype=np.float32) * np.float32(384**-0.5)
    with_nearest = scorer.logits(topics[:1], vector)
    monkeypatch.setattr(topic_scorer, "NEAREST", 0)
    gained = with_nearest - scorer.logits(topics[:1], vector) > 0.01
    assert gained.sum() == LIKELY


def test_similarity_is_that_of_the_nearest_example() -> None:
    axes = np.eye(384, dtype=np.float32)
    scorer = TopicScorer.fit(Examples.of(["a", "b", "c"], axes[:3], ["itch", "lead", "itch"]))
    assert np.allclose(scorer.similarities(axes[1:4]), [[0, 1], [1, 0], [0, 0]])
    assert np.allclose(scorer.similarities(axes[1:4], only=0), [[0, 0], [1, 0], [0, 0]])


def test_spelling_of_unknown_letters_is_nothing() -> None:
    spelling = Spelling.fit(["how much", "how long"])
    assert np.linalg.norm(spelling.rows(["你好", "", "how"]), axis=1) == pytest.approx([0, 0, 1], abs=1e-5)


@pytest.mark.parametrize("text", ["how much is it", "", "zzz", "HW MUCH??", "é ü", "how much " * 50])
def test_spelling_row_is_what_scikit_learn_gives(text: str) -> None:
    spelling = Spelling.fit(["how much", "how long", "does it hurt much", "is it long"])
    expected = normalize(spelling.runs.transform([text]) @ spelling.projection.astype(np.float32))
    assert np.allclose(spelling.rows([text]), expected, atol=1e-6)
