"""A search in one script finds what is written in the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from incidents._fold import fold
from incidents._scripts import other, written
from incidents.catalogues import open_catalogue
from incidents.filters import Filter

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "ukraine"


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("Синєгубов", "syniehubov"),
        ("Синегубов", "syniehubov"),
        ("Sinegubov", "синєгубов"),
        ("Зеленського", "zelenskyy"),
        ("Peskov", "песков"),
        ("Kharkiv", "харків"),
        ("лікарня", "likarnia"),
        ("больница", "bolnitsa"),
    ],
)
def test_a_term_is_known_in_the_other_script(term: str, found: str) -> None:
    assert any(spelt.startswith(found[:6]) for spelt in other(fold(term)))
    assert written(fold(term))[0] == fold(term)


@pytest.mark.parametrize("term", ["no", "dim", "3000", "", "1,5"])
def test_short_terms_and_numbers_stay_as_they_are(term: str) -> None:
    assert other(term) == ()


@pytest.mark.parametrize("spelt", ["Синєгубов", "Синегубов", "Sinegubov", "Syniehubov", "syniehubov"])
def test_one_person_is_found_under_every_spelling(spelt: str) -> None:
    with_him = open_catalogue(SHIPPED)
    assert (
        with_him.counts(Filter(text=spelt)).total
        == with_him.counts(Filter(text="Oleh Syniehubov")).total
        == 11
    )
