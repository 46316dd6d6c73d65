"""What is known of a visitor: cautions are called for, and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from actions.cautions import remembered


def mention(value: str, *, kind: str = "condition", **marks: bool) -> dict[str, Any]:
    return {"entity": kind, "value": value, **marks}


PREGNANT = mention("pregnant", kind="life_stage")


def test_caution_is_remembered_over_messages() -> None:
    assert remembered([[PREGNANT], [], [mention("diabetes")]]) == ["pregnancy", "medical_conditions"]


def test_caution_is_taken_back() -> None:
    assert remembered([[PREGNANT], [mention("pregnant", kind="life_stage", negated=True)]]) == []


def test_denial_beside_a_condition_takes_nothing_back() -> None:
    assert remembered([[mention("diabetes"), mention("eczema", negated=True)]]) == ["medical_conditions"]


@pytest.mark.parametrize(("value", "known"), [("cancer", ["medical_conditions"]), ("infection", [])])
def test_what_is_over_stays_a_caution_where_a_clinician_wants_to_know(value: str, known: list[str]) -> None:
    assert remembered([[mention(value, past=True)]]) == known
