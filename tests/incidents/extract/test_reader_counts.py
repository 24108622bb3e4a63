"""Which figures count harm, as whole or part, and which are none."""

import datetime as dt

import pytest

from incidents.extract import read

COUNTED = {"killed", "injured", "missing", "bodies", "exhumed"}


def _counts(text: str) -> list[tuple[str, object, str]]:
    found = read(text, published=dt.date(2023, 5, 10)).claims
    return [(c.predicate, c.value, c.extent) for c in found if c.predicate in COUNTED]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("436 bodies were exhumed.", [("exhumed", 436, "whole")]),
        ("Five of the victims were children.", [("killed", 5, "part")]),
        ("One of the killed is a child.", [("killed", 1, "part")]),
        ("Two of the wounded are in critical condition.", [("injured", 2, "part")]),
        ("Twenty-two people, five of them children, died.", [("killed", 22, "whole"), ("killed", 5, "part")]),
        (
            "The death toll from a rocket attack on a five-storey block of flats in Chasiv Yar rose to 15 on Sunday.",
            [("killed", 15, "whole")],
        ),
        ("The attack cost the lives of three civilians.", [("killed", 3, "whole")]),
        ("В двух братских могилах похоронили 270 человек.", [("bodies", 270, "whole")]),
        ("59 человек обратились за медицинской помощью.", [("injured", 59, "whole")]),
        ("Прокуратура сообщила о 410 телах, найденных в области.", [("bodies", 410, "whole")]),
        ("The girl's brother, 8, was taken to a hospital.", [("injured", 1, "whole")]),
        (
            "Shelling of Kherson killed 15 people and wounded 35.",
            [("killed", 15, "whole"), ("injured", 35, "whole")],
        ),
        (
            "At least two died, one of them a woman, seven were wounded.",
            [("killed", 2, "whole"), ("killed", 1, "part"), ("injured", 7, "whole")],
        ),
        ("No civilians were hurt in Kherson.", [("injured", 0, "whole")]),
        ("Planes bombed Kyiv on Wednesday. Three people died.", [("killed", 3, "whole")]),
        ("On Thursday five people died in Kyiv.", [("killed", 5, "whole")]),
        ("A shell hit a school. Two people died.", [("killed", 2, "whole")]),
        ("On day 40 of the war school 5 was hit, two people died.", [("killed", 2, "whole")]),
        ("Two children aged 3 and 7 were killed.", [("killed", 2, "whole")]),
        ("The morgue can hold 60 bodies.", []),
    ],
)
def test_counts(text: str, counts: list[tuple[str, object, str]]) -> None:
    assert _counts(text) == counts


def test_the_month_of_may_is_no_hedge() -> None:
    found = read("Two civilians were wounded in Ochakiv on 3 May.", published=dt.date(2023, 5, 10)).claims
    assert [c.modality for c in found if c.predicate == "injured"] == ["asserted"]


def test_a_month_and_a_count_after_a_comma_are_no_date() -> None:
    found = read("Since January, 25 aid workers have been wounded.", published=dt.date(2023, 5, 10))
    assert [c.value for c in found.claims if c.predicate == "injured"] == [25]
    assert [d.value for d in found.dates] == ["2023-01"]


def test_a_mayor_a_little_further_on_is_no_hedge() -> None:
    text = "One person died and 20, incl. a Japanese journalist, were injured, mayor Klitschko said."
    found = read(text, published=dt.date(2023, 5, 10)).claims
    assert {c.modality for c in found} == {"asserted"}
