"""What opens, lifts and leaves alone a range, and what contests an incident."""

from __future__ import annotations

import pytest

from incidents.derive import derived, figure_range, is_disputed
from incidents.model import Claim, Incident


def claim(predicate: str, low: int | None = None, high: int | None = None, **rest: object) -> Claim:
    fields = {"id": f"{predicate}{low}{high}{rest}", "predicate": predicate, "min": low, "max": high}
    return Claim.model_validate(fields | {"url": "https://example.org/"} | rest)


@pytest.mark.parametrize(
    ("claims", "low", "high"),
    [
        ([claim("killed", 7, 7), claim("killed", 9, 9)], 7, 9),
        ([claim("killed", 7, 7), claim("killed", 9, None)], 7, None),
        ([claim("killed", 7, 7), claim("killed", 1, 1, extent="part")], 7, 7),
        ([claim("killed", 412, 412), claim("killed", 419, 419, extent="part")], 412, 419),
        ([claim("killed", 2, 2, extent="part")], 2, None),
        ([claim("killed", 7, 7), claim("killed", 5000, 5000, extent="beside")], 7, 7),
        ([claim("killed", 5000, 5000, extent="beside")], None, None),
        ([claim("killed", 7, 7), claim("killed", 3, 3, review="rejected")], 7, 7),
        ([claim("killed", 7, 7), claim("killed", 3, 3, modality="planned")], 7, 7),
        ([claim("killed", None, 80)], None, 80),
        ([claim("killed", 0, 0)], 0, 0),
        ([claim("graves", 440, 440), claim("injured", 3, 3)], None, None),
    ],
)
def test_range(claims: list[Claim], low: int | None, high: int | None) -> None:
    assert figure_range(claims, "killed") == (low, high)


def _incident(*claims: Claim) -> Incident:
    return Incident(id="x", title="x", claims=claims)


def test_one_party_in_many_words_is_no_rival() -> None:
    words = ["Russian forces", "Russia", "a Russian aircraft (bomb)", "російські війська", "армия РФ"]
    assert not is_disputed(_incident(*(claim("accusation", value=word) for word in words)))
    assert not is_disputed(_incident(*(claim("accusation", target=word) for word in words)))


def test_another_party_accused_contests_the_incident() -> None:
    blamed = (claim("accusation", value="Russian forces"), claim("accusation", value="ВСУ"))
    assert derived(_incident(*blamed))["grading"] == "contested"


def test_a_denial_contests_and_a_general_one_does_not() -> None:
    assert is_disputed(_incident(claim("denial", target="that the school was hit")))
    assert not is_disputed(_incident(claim("denial", target="war crimes in general", extent="beside")))
