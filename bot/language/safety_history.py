"""What several messages of a visitor report together: "I have the shivers", and then "the red is at my neck now"."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc

from bot.language.safety import Assessment, as_assessment, find_signs


def assess_together(docs: Sequence[Doc]) -> Assessment:
    """What the last message of `docs` reports in the light of those before it, oldest first (say, of the last hour).

    A message that adds nothing to a report ("ok, thanks") reports nothing, however grave the ones before it were. One
    that adds to it counts with all that was said and not taken back since; a crisis counts only where it is said.
    """
    if not docs:
        return Assessment(None, ())
    alone = find_signs(docs[-1:])
    if len(docs) == 1:
        return as_assessment(alone)
    before, together = find_signs(docs[:-1]), find_signs(docs)
    added = [sign for sign in together if sign not in before]
    if not alone and not added:
        return Assessment(None, ())
    known = [sign for sign in together if sign.level != "crisis"]
    return as_assessment([*alone, *added, *known])
