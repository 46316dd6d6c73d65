"""When to answer, to ask, to pass; and how the thresholds are chosen."""

from __future__ import annotations

import numpy as np
import pytest

from bot.language.topic_decision import Calibration, CurvePoint, Scores, Thresholds, calibrate, decide

SCARS, PORES, PRICE, GREET, OTHER = range(5)
OFFERABLE = np.array([True, True, True, False, False])
UNKNOWN = np.array([False, False, False, False, True])
THRESHOLDS = Thresholds(answer=0.4, clarify=0.3, closeness=0.5)


Message = tuple[tuple[int, int, int], tuple[float, float, float], float]


def scores(*messages: Message, known: float | list[float] = 1.0) -> Scores:
    topics, confidences, similarity = zip(*messages, strict=True)
    return Scores(
        np.array(topics), np.array(confidences), np.broadcast_to(known, len(messages)), np.array(similarity)
    )


def decision(
    topics: tuple[int, int, int], confidences: tuple[float, float, float], similarity: float, known: float = 1.0
) -> object:
    """ "answer", "reject", or the topics that are asked about."""
    decisions = decide(scores((topics, confidences, similarity), known=known), OFFERABLE, THRESHOLDS)
    if decisions.answered[0]:
        return "answer"
    return [
        topic
        for topic, offered in zip(topics, decisions.candidates[0], strict=True)
        if offered and decisions.asked[0]
    ] or "reject"


def test_certain_topic_is_answered() -> None:
    assert decision((SCARS, PORES, PRICE), (0.9, 0.05, 0.01), 0.8) == "answer"


def test_unlike_every_example_is_rejected_however_confident() -> None:
    assert decision((SCARS, PORES, PRICE), (0.95, 0.01, 0.01), 0.3) == "reject"


def test_two_close_topics_are_asked_about_though_the_first_is_certain() -> None:
    assert decision((SCARS, PORES, PRICE), (0.55, 0.4, 0.02), 0.9) == [SCARS, PORES]


def test_three_uncertain_topics_are_asked_about() -> None:
    assert decision((SCARS, PORES, PRICE), (0.35, 0.3, 0.2), 0.6) == [SCARS, PORES, PRICE]


def test_uncertain_topics_unlike_every_example_are_rejected() -> None:
    assert decision((SCARS, PORES, PRICE), (0.35, 0.3, 0.2), 0.25) == "reject"


def test_first_topics_own_probability_counts_a_little() -> None:
    found = scores(((SCARS, PORES, PRICE), (0.9, 0.0, 0.0), 0.8), ((SCARS, PORES, PRICE), (0.2, 0.0, 0.0), 0.8))
    sure, unsure = found.certainty
    assert 0.5 * sure < unsure < 0.8 * sure


def test_what_probably_has_no_answer_is_rejected_however_near_it_is() -> None:
    assert decision((SCARS, PORES, PRICE), (0.3, 0.01, 0.01), 0.95, known=0.32) == "reject"
    assert decision((SCARS, PORES, PRICE), (0.3, 0.29, 0.01), 0.95, known=0.3) == "reject"


def test_topic_is_answered_though_it_shares_its_probability_with_others() -> None:
    assert decision((SCARS, PORES, PRICE), (0.45, 0.2, 0.2), 0.8) == "answer"


def test_visitor_is_never_asked_about_what_cannot_be_offered() -> None:
    assert decision((GREET, PORES, PRICE), (0.35, 0.3, 0.2), 0.35) == "reject"
    assert decision((SCARS, GREET, PRICE), (0.35, 0.3, 0.2), 0.9) == [SCARS, PRICE]


def test_topic_that_cannot_be_offered_is_answered_alone() -> None:
    assert decision((GREET, PORES, PRICE), (0.55, 0.4, 0.01), 0.9) == "answer"


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    """On known messages right from 0.5 upwards, and unknown ones taken for a topic up to 0.48."""
    random = np.random.default_rng(1)
    known = [
        ((SCARS, PORES, PRICE), (0.98, 0.01, 0.0), similarity) for similarity in random.uniform(0.55, 1, 200)
    ]
    unknown = [
        ((SCARS, PORES, PRICE), (0.98, 0.01, 0.0), similarity) for similarity in random.uniform(0.1, 0.48, 50)
    ]
    truth = np.array([SCARS] * len(known) + [OTHER] * len(unknown))
    return calibrate(scores(*known, *unknown), truth, OFFERABLE, UNKNOWN)


def test_threshold_divides_known_from_unknown(calibration: Calibration) -> None:
    assert 0.45 < calibration.thresholds.answer < 0.56


def test_curve_shows_what_other_thresholds_cost(calibration: Calibration) -> None:
    first, last = calibration.curve[0], calibration.curve[-1]
    assert (first.answered_right, first.unknown_answered) == (1, 1)
    assert last.answered_right < 0.2
    assert last.unknown_answered == 0
    assert [point.threshold for point in calibration.curve] == sorted(
        point.threshold for point in calibration.curve
    )


def test_calibration_survives_json(calibration: Calibration) -> None:
    assert Calibration.from_dict(calibration.as_dict()) == calibration
    assert isinstance(Calibration.from_dict(calibration.as_dict()).curve[0], CurvePoint)


def test_wrong_topics_raise_the_threshold() -> None:
    right = [((SCARS, GREET, OTHER), (0.9, 0.05, 0.0), 0.9)] * 60
    wrong = [((SCARS, GREET, OTHER), (0.6, 0.2, 0.1), 0.9)] * 40
    truth = np.array([SCARS] * 60 + [PRICE] * 40)
    found = scores(*right, *wrong, known=[0.95] * 60 + [0.6] * 40)
    assert calibrate(found, truth, OFFERABLE, UNKNOWN).thresholds.answer > 0.6 * 0.9 * 0.6**0.25


def test_asking_pays_where_the_second_is_often_right() -> None:
    torn = [((SCARS, PORES, OTHER), (0.5, 0.45, 0.01), 0.9)] * 100
    truth = np.array([SCARS, PORES] * 50)
    thresholds = calibrate(scores(*torn), truth, OFFERABLE, UNKNOWN).thresholds
    assert decide(scores(*torn), OFFERABLE, thresholds).asked.all()
