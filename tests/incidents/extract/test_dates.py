import datetime as dt

import pytest

from incidents.extract import dates
from incidents.extract.dates import Anchor

FRIDAY = dt.date(2023, 3, 17)


def values(words: str, day: dt.date | None = FRIDAY, *, ahead: bool = False) -> list[str | None]:
    return [d.value for d in dates.find(words, lambda _: Anchor(day, ahead))]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("on wednesday", "2023-03-15"),
        ("у середу", "2023-03-15"),
        ("в пятницу", "2023-03-17"),
        ("yesterday", "2023-03-16"),
        ("позавчора", "2023-03-15"),
        ("last weekend", "2023-03-11/2023-03-12"),
        ("минулого тижня", "2023-03-06/2023-03-12"),
        ("на прошлой неделе", "2023-03-06/2023-03-12"),
        ("earlier this month", "2023-03-01/2023-03-17"),
        ("за минулу добу", "2023-03-16"),
        ("в ніч на 15 березня", "2023-03-14/2023-03-15"),
        ("on the night of the 12th", "2023-03-12/2023-03-13"),
        ("22 may", "2022-05-22"),
        ("4 марта 2022 года", "2022-03-04"),
        ("14.03.2023", "2023-03-14"),
        ("march 3–5", "2023-03-03/2023-03-05"),
        ("з 24 лютого до 31 березня 2022 року", "2022-02-24/2022-03-31"),
        ("late february", "2023-02-21/2023-02-28"),
        ("на початку березня 2022 року", "2022-03-01/2022-03-10"),
        ("last spring", "2022-03/2022-05"),
        ("three days ago", "2023-03-14"),
        ("in 2014", "2014"),
        ("у ніч на п'ятницю", "2023-03-16/2023-03-17"),
    ],
)
def test_a_date_is_counted_from_the_day_of_speaking(words, value):
    assert values(words) == [value]


def test_plans_look_ahead():
    assert values("on monday", ahead=True) == ["2023-03-20"]


def test_unknown_stays_unknown():
    assert values("on wednesday", None) == [None]
    assert values("people may leave") == []


def test_the_publication_date_is_found_at_the_head_only():
    assert dates.published("date 2023-03-17 text")[0] == FRIDAY
    assert dates.published("дата: 17 березня 2023 текст")[0] == FRIDAY
    assert dates.published("the strike was on 2023-03-17") is None
