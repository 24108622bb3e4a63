from __future__ import annotations

import pytest

from dashboard import plainly
from dashboard.strings import load
from incidents.model import Claim

EN, UK = load("en"), load("uk")


@pytest.mark.parametrize(
    ("note", "rule", "shown"),
    [
        ("a figure beside 'killing'", "figure.killed", "The number stands beside “killing”."),
        ("words for damage", "statement.damage.1", ""),
        ("words for damage", None, "Note: words for damage"),
        ("his estimate", "figure.killed", "Note: his estimate"),
    ],
)
def test_notes_of_rules_are_put_plainly_and_those_of_people_stand(
    note: str, rule: str | None, shown: str
) -> None:
    claim = Claim(id="c", predicate="killed", min=1, url="https://example.org", note=note, rule=rule)
    assert plainly.note(claim, EN) == shown


def test_places_and_reasons_are_ukrainian_on_the_ukrainian_page() -> None:
    assert plainly.place_name("Izium", "geonames:707292", UK) == "Ізюм"
    assert plainly.place_name("Izium", "geonames:707292", EN) == "Izium"
    assert plainly.place_name("Somewhere", None, UK) == "Somewhere"
    assert plainly.district_name("Iziumskyi Raion", UK) == "Ізюмський район"
    method = "'Izyum' is spelt as Izium (Kharkiv Oblast); the report says near it; chosen by hand"
    said = plainly.reason(method, UK)
    assert said.startswith("'Izyum' — написання назви Izium")
    assert "«поблизу»" in said
    assert said.endswith("; chosen by hand")
    assert plainly.reason(method, EN) == method


def test_values_of_rules_are_words() -> None:
    assert plainly.value("mass_grave", EN) == "mass grave"
    assert plainly.value("building", UK) == "пошкоджено будівлі"
    assert plainly.value("two schools", EN) == "two schools"


def test_a_title_made_by_rule_is_ukrainian_and_one_by_a_person_stands() -> None:
    izium = ("shelling", "Izium", "geonames:707292")
    assert plainly.title("Shelling, Izium", *izium, UK) == "Обстріл, Ізюм"
    assert plainly.title("Shelling, Izium", *izium, EN) == "Shelling, Izium"
    assert (
        plainly.title("Burial ground at the edge of Izium", *izium, UK)
        == "Burial ground at the edge of Izium"
    )
