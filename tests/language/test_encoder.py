"""Encoding: one vector a text, whatever the text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SetupError
from bot.language.encoder import BATCH_PIECES, BATCH_TEXTS, SentenceEncoder, _batches, shared_encoder
from tests.support.encoder import encoder as loaded_encoder
from tests.support.encoder import encoder_folder


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return loaded_encoder()


def test_vectors_have_length_1(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(["does it hurt", "how much"])
    assert vectors.shape == (2, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_no_texts_have_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_same_meaning_is_nearer_than_same_words(encoder: SentenceEncoder) -> None:
    asked, paraphrase, other = encoder.encode(
        [
            "how long does recovery take",
            "when am I back to normal afterwards",
            "how long is the drive to the clinic",
        ]
    )
    assert asked @ paraphrase > asked @ other


def test_texts_keep_their_order_in_batches(encoder: SentenceEncoder) -> None:
    texts = [f"question {number} about " + "skin " * (number * 7 % 31) for number in range(150)]
    alone = np.concatenate([encoder.encode([text]) for text in texts[:40]])
    assert np.abs(encoder.encode(texts)[:40] - alone).max() < 1e-5


def test_letter_case_makes_no_difference(encoder: SentenceEncoder) -> None:
    shouted, quiet = encoder.encode(["DOES IT HURT", "does it hurt"])
    assert shouted @ quiet == pytest.approx(1, abs=1e-5)


def test_long_text_counts_at_either_end_only(encoder: SentenceEncoder) -> None:
    middles = ["my cat sat on the mat. " * 200, "the train to London was late again. " * 200]
    begin, end = "I had my first session last week. " * 30, "So when can I wear make-up again? " * 30
    first, second, other = encoder.encode(
        [begin + middles[0] + end, begin + middles[1] + end, begin + middles[0]]
    )
    assert first @ second == pytest.approx(1, abs=1e-5)
    assert first @ other < 0.98


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "👍", "x" * 50_000, "how long " * 5_000])
def test_any_text_has_a_vector(encoder: SentenceEncoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode([text])[0]) == pytest.approx(1, abs=1e-5)


def test_dictionary_holds_english_words(encoder: SentenceEncoder) -> None:
    words = encoder.dictionary()
    assert {"recovery", "swelling"} <= words
    assert not {"downtme", "[CLS]", "##ing"} & words


def test_loading_says_how_to_build_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="make train"):
        SentenceEncoder.load(tmp_path)


def test_process_shares_one_encoder(tmp_path: Path) -> None:
    folder = encoder_folder()
    assert shared_encoder(folder) is shared_encoder(folder / ".." / folder.name, precision="fp32", threads=1)


@given(st.lists(st.integers(2, 256), max_size=300))
@settings(deadline=None)
def test_batches_hold_every_text_once_within_the_limits(lengths: list[int]) -> None:
    batches = list(_batches(lengths))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len(batch) <= BATCH_TEXTS for batch in batches)
    assert all(len(batch) * max(lengths[index] for index in batch) <= BATCH_PIECES for batch in batches)
