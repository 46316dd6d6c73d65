"""Rasa without what this assistant never uses: `python -m bot.light_rasa <any Rasa command line>`.

Rasa imports TensorFlow, every channel and every database it knows before it does anything. Here they are left out: a
module that is only named while Rasa is imported becomes a stand-in, whose names can be imported, written in annotations,
inherited from and caught, and nothing else. Whoever uses one is told to set LIGHT_RASA=false, which starts Rasa as it is.
Measurements, and what to do after an upgrade of Rasa: docs/decisions/0006-light-serving.md.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bot.errors import BotError
from bot.settings import load_settings
from bot.worker_watch import WorkerWatch

# Rasa's own components that config.yml uses, with the module of each. Ours register themselves.
COMPONENTS = {
    "SpacyNLP": "rasa.nlu.utils.spacy_utils",
    "SpacyTokenizer": "rasa.nlu.tokenizers.spacy_tokenizer",
    "MemoizationPolicy": "rasa.core.policies.memoization",
    "RulePolicy": "rasa.core.policies.rule_policy",
}
# Behave as if they were not installed, with the reason: importing one fails, which other libraries are ready for.
UNINSTALLED = {
    "tensorflow": "none of our components is a neural network of Rasa's",
    "keras": "none of our components is a neural network of Rasa's",
    "h5py": "thinc looks for it, only to exchange weights with Keras",
    "rich": "structlog looks for it, only to colour errors on a terminal",
}
# Stand-ins for these and for the modules below them, with the reason that nobody misses them.
LEFT_OUT = {
    "rasa.utils.tensorflow.callback": "only neural networks are trained with it",
    "rasa.utils.tensorflow.data_generator": "only neural networks are trained with it",
    "rasa.nlu.classifiers.diet_classifier": "not one of our components",
    "rasa.nlu.selectors.response_selector": "not one of our components",
    "rasa.nlu.extractors.crf_entity_extractor": "not one of our components",
    "rasa.core.policies.ted_policy": "not one of our components",
    "rasa.core.channels.botframework": "not one of our channels",
    "rasa.core.channels.facebook": "not one of our channels",
    "rasa.core.channels.hangouts": "not one of our channels",
    "rasa.core.channels.mattermost": "not one of our channels",
    "rasa.core.channels.rocketchat": "not one of our channels",
    "rasa.core.channels.slack": "not one of our channels",
    "rasa.core.channels.socketio": "not one of our channels",
    "rasa.core.channels.telegram": "not one of our channels",
    "rasa.core.channels.twilio": "not one of our channels",
    "rasa.core.channels.twilio_voice": "not one of our channels",
    "rasa.core.channels.webexteams": "not one of our channels",
    "rasa.core.brokers.pika": "our events are not sent to RabbitMQ",
    "aio_pika": "our events are not sent to RabbitMQ",
    "aiormq": "our events are not sent to RabbitMQ",
    "boto3": "our conversations are not kept in DynamoDB",
    "botocore": "our conversations are not kept in DynamoDB",
    "pymongo": "our conversations are not kept in MongoDB",
    "jinja2": "dask draws its graphs with it",
    "requests": "telemetry, which is off, is sent with it",
    "scipy.stats": "scikit-learn searches at random with it",
    "spacy.cli": "it is spaCy's own command line",
}
LEFT_OUT_OF_RUN = {
    "rasa.core.channels.console": "`rasa shell` and `rasa interactive` need it, `rasa run` does not",
    "rasa.utils.plotting": "`rasa test` draws with it, `rasa run` does not",
}


class LightRasaError(BotError):
    """Something was used that light Rasa leaves out."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is left out of Rasa ({_reason(name)}): set LIGHT_RASA=false for all of Rasa.")


class LightRasaImportError(LightRasaError, ModuleNotFoundError):
    """A module was imported that light Rasa treats as not installed."""


class StandIn(type):
    """What every name of a module that is left out stands for: classes that refuse to be used.

    They are made as exceptions, so that they may stand in an `except` clause; nothing that is raised is one.
    """

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        raise LightRasaError(cls.left_out())

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise LightRasaError(cls.left_out())

    def left_out(cls) -> str:
        """The name that is left out: the class's own, or that of the stand-in which it inherits from."""
        stand_in = next(kind for kind in reversed(cls.__mro__) if isinstance(kind, StandIn))
        return f"{stand_in.__module__}.{stand_in.__name__}"

    def name(cls) -> str:
        """What credentials.yml calls a channel, which Rasa asks of each while it is imported: its module's name."""
        module = cls.__module__.rpartition(".")[2]
        return "cmdline" if module == "console" else module


class LeftOutModule(ModuleType):
    """A module in which every name is there, and is a stand-in."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        stand_in = StandIn(name, (Exception,), {"__module__": self.__name__})
        setattr(self, name, stand_in)
        return stand_in


class LeftOutFinder(MetaPathFinder, Loader):
    """Gives Python the modules that are left out, before it looks for the real ones."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        known = any(part in self._names for part in _and_parents(name))
        return ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        if spec.name in UNINSTALLED:
            raise LightRasaImportError(spec.name)
        return LeftOutModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it to run."""


def lighten(*, serving: bool) -> None:
    """Make Rasa light in this process. Comes before anything of Rasa is imported; `serving` is for `rasa run` alone."""
    sys.meta_path.insert(0, LeftOutFinder({**UNINSTALLED, **LEFT_OUT, **(LEFT_OUT_OF_RUN if serving else {})}))
    _register_components()
    _load_spacy_once()
    _trust_our_classes_only()


def _register_components() -> None:
    """Offer our components to Rasa's recipe instead of all that Rasa has, and say so when it misses one."""
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.shared.exceptions import InvalidConfigException

    ours = ModuleType("rasa.engine.recipes.default_components")
    ours.__dict__["DEFAULT_COMPONENTS"] = [
        getattr(importlib.import_module(module), name) for name, module in COMPONENTS.items()
    ]
    sys.modules[ours.__name__] = ours
    find = DefaultV1Recipe._from_registry

    def find_or_explain(name: str) -> Any:
        try:
            return find(name)
        except InvalidConfigException as error:
            raise InvalidConfigException(
                f"{error} Of Rasa's own components only {', '.join(COMPONENTS)} are there: set LIGHT_RASA=false for "
                "all of Rasa, or add it to COMPONENTS in bot/light_rasa.py."
            ) from error

    DefaultV1Recipe._from_registry = staticmethod(find_or_explain)


def _load_spacy_once() -> None:
    """`SpacyNLP` stands twice in Rasa's graph and loads the pipeline each time, though one of them never uses it."""
    import spacy
    from rasa.nlu.utils.spacy_utils import SpacyNLP

    # All that Rasa wants of spaCy's command line is the version in the pipeline's description.
    spacy.info = lambda pipeline: json.loads((Path(pipeline) / "meta.json").read_text(encoding="utf-8"))
    SpacyNLP.load_model = staticmethod(functools.cache(SpacyNLP.load_model))


def _trust_our_classes_only() -> None:
    """skops lists every class and function of scikit-learn, SciPy and NumPy that a file may hold, and imports and
    searches them all for that. A topic model holds these."""
    scalars: Any = np.sctypes
    numbers = [kind.__name__ for kinds in scalars.values() for kind in kinds if issubclass(kind, np.generic)]
    trusted = ModuleType("skops.io._trusted_types")
    trusted.__dict__.update(
        PRIMITIVES_TYPES=[int, float, str, bool],
        PRIMITIVE_TYPE_NAMES=["builtins.int", "builtins.float", "builtins.str", "builtins.bool"],
        NUMPY_DTYPE_TYPE_NAMES=sorted(f"numpy.{name}" for name in numbers),
        NUMPY_UFUNC_TYPE_NAMES=[],
        SCIPY_UFUNC_TYPE_NAMES=[],
        SKLEARN_ESTIMATOR_TYPE_NAMES=[
            "sklearn.feature_extraction.text.TfidfTransformer",
            "sklearn.feature_extraction.text.TfidfVectorizer",
            "sklearn.linear_model._logistic.LogisticRegression",
        ],
    )
    sys.modules[trusted.__name__] = trusted


def _and_parents(name: str) -> list[str]:
    """The module and the packages it is in, the module first."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _reason(name: str) -> str:
    reasons = {**UNINSTALLED, **LEFT_OUT, **LEFT_OUT_OF_RUN}
    return next(reasons[part] for part in _and_parents(name) if part in reasons)


def main() -> int:
    """Run Rasa's command line, lightly unless LIGHT_RASA is false."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # nothing is sent to anybody else
    serving = sys.argv[1:2] == ["run"]
    watch = WorkerWatch()
    try:
        if load_settings().light_rasa:
            lighten(serving=serving)
        from rasa.__main__ import main as rasa

        if serving and os.environ.get("SANIC_WORKERS", "1") != "1":
            watch.start()
        rasa()
    except BotError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 1 if watch.lost_one else 0


if __name__ == "__main__":
    sys.exit(main())
