"""The sentence encoder: all-MiniLM-L6-v2 on ONNX Runtime turns a text into a vector of what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.errors import SetupError

Precision = Literal["fp32", "int8"]
Vectors = NDArray[np.float32]

DIMENSIONS = 384
# SHA-256 of the published model.safetensors, and the number of the way we build a graph from it.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUILD = 1
# The model was trained on at most 256 word pieces (its sentence_bert_config.json).
MAX_PIECES = 256
# A batch holds at most this many texts and padded pieces: about 100 MB of working memory.
BATCH_TEXTS, BATCH_PIECES = 64, 4096


class SentenceEncoder:
    """Encodes texts; may be used by several threads at once. Get one with `load` or `shared_encoder`."""

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path, *, precision: Precision = "fp32", threads: int = 1) -> SentenceEncoder:
        """Load what `bot.language.encoder_graph.ensure_encoder` built into `folder`; takes a fraction of a second.

        `threads` is how many cores one call may use; 0 means all.

        Raises:
            SetupError: nothing usable was built there.
        """
        built = encoder_location(folder, precision)
        if not is_built(built):
            raise SetupError(f"The sentence encoder is not built in {folder}: run 'make train'.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Idle threads sleep: the servers beside us need the cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            built / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(built / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(session, tokenizer)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1, shape (number of texts, 384): their dot product is the texts' cosine similarity.

        Of a text longer than 256 word pieces (some 200 words) only the first and the last 128 count: in a long
        message the question stands at either end. Letter case makes no difference. An empty text gets a vector too,
        which means nothing.
        """
        pieces = self._word_pieces(texts)
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for batch in _batches([len(row) for row in pieces]):
            vectors[batch] = self._run([pieces[index] for index in batch])
        return vectors

    def dictionary(self) -> frozenset[str]:
        """The words that the encoder knows as a whole, in lower case: the 20,000 commonest of English, roughly."""
        return frozenset(piece for piece in self._tokenizer.get_vocab() if piece.isalpha())

    def _word_pieces(self, texts: Sequence[str]) -> list[list[int]]:
        # Half a surrogate pair, which JSON may carry, is no text to the tokenizer.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        return [_shorten(encoding.ids) for encoding in self._tokenizer.encode_batch(clean)]

    def _run(self, pieces: list[list[int]]) -> Vectors:
        shape = (len(pieces), max(len(row) for row in pieces))
        ids, mask = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
        for index, row in enumerate(pieces):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        (vectors,) = self._session.run(["vectors"], {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)


def shared_encoder(folder: Path, *, precision: Precision = "fp32", threads: int = 1) -> SentenceEncoder:
    """`SentenceEncoder.load`, but the same instance for the same arguments: a process needs the weights once."""
    return _shared(folder.resolve(), precision, threads)


@cache
def _shared(folder: Path, precision: Precision, threads: int) -> SentenceEncoder:
    return SentenceEncoder.load(folder, precision=precision, threads=threads)


def encoder_location(folder: Path, precision: Precision) -> Path:
    """The folder inside `folder` that holds today's build; another build or precision lives beside it."""
    return folder / f"minilm-{precision}-{BUILD}"


def is_built(location: Path) -> bool:
    """Whether `location` holds a whole build: every file that its manifest lists, in the size it lists (bytes)."""
    try:
        sizes = json.loads((location / "manifest.json").read_text(encoding="utf-8"))
        return all((location / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False


def _shorten(pieces: list[int]) -> list[int]:
    half = MAX_PIECES // 2
    return pieces if len(pieces) <= MAX_PIECES else pieces[:half] + pieces[-half:]


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Indices in batches of similar lengths, so that little is computed for padding."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == BATCH_TEXTS or (len(batch) + 1) * lengths[index] > BATCH_PIECES):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
