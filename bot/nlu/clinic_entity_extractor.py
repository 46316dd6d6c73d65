"""Hands the pipeline's entities to Rasa, with canonical values."""

from typing import Any, Dict, List, Optional, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.tokens import Doc, Span

import bot.language.pipeline  # noqa: F401 - registers what `SpacyNLP` loads
from bot.language.words import content_hash

SPACY_DOC = "text_spacy_doc"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ClinicEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds `entity`, canonical `value`, `start`, `end`, `text`, `negated`, `hypothetical` and `past` of what is mentioned.

    The value of an `elapsed_time` is a number of hours.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """`SpacyNLP` makes the documents."""
        return [SpacyNLP]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """A new component; it keeps nothing."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """Changes with the pipeline's words and code."""
        return content_hash()

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the entities to each message that has a document."""
        for message in messages:
            doc = message.get(SPACY_DOC)
            if doc is not None:
                found = self.add_extractor_name(entities_of(doc, message.get(TEXT)))
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages


def entities_of(doc: Doc, text: str) -> List[Dict[str, Any]]:
    """The entities of `doc` as Rasa writes them, with offsets into `text`, of which `doc` may be the lower case."""
    places = _places(doc.text, text)
    return [_entity(ent, text, places[ent.start_char], places[ent.end_char]) for ent in doc.ents]


def _entity(ent: Span, text: str, start: int, end: int) -> Dict[str, Any]:
    return {
        "entity": ent.label_,
        "value": float(ent.id_) if ent.label_ == "elapsed_time" else ent.id_,
        "start": start,
        "end": end,
        "text": text[start:end],
        "negated": ent._.negated,
        "hypothetical": ent._.hypothetical,
        "past": ent._.past,
    }


def _places(lowered: str, text: str) -> List[int]:
    """For each offset into `lowered` the offset into `text`: lower case can be longer (one letter "İ" becomes two)."""
    if len(lowered) == len(text):
        return list(range(len(text) + 1))
    places = [offset for offset, letter in enumerate(text) for _ in letter.lower()]
    return [*places, len(text)]
