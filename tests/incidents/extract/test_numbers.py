import pytest

from incidents.extract.numbers import quantities


@pytest.mark.parametrize(
    ("words", "value", "low", "high", "qualifier"),
    [
        ("at least 27 people", 27, 27, None, "at_least"),
        ("27–30 people", 27, 27, 30, "as_stated"),
        ("almost 300 people", 300, 300, 300, "about"),
        ("up to 12 people", 12, None, 12, "up_to"),
        ("більше 100 людей", 100, 100, None, "more_than"),
        ("щонайменше двадцять сім осіб", 27, 27, None, "at_least"),
        ("п'ятеро людей", 5, 5, 5, "as_stated"),
        ("семеро", 7, 7, 7, "as_stated"),
        ("около сорока человек", 40, 40, 40, "about"),
        ("не менее 1,5 тыс. человек", 1500, 1500, None, "at_least"),
        ("one hundred and twenty-three", 123, 123, 123, "as_stated"),
        ("1 200 осіб", 1200, 1200, 1200, "as_stated"),
        ("fewer than 50 people", 50, None, 50, "fewer_than"),
        ("dozens of people", None, 12, None, "dozens"),
        ("сотни человек", None, 100, None, "hundreds"),
    ],
)
def test_a_figure_and_how_it_was_put(words, value, low, high, qualifier):
    found = quantities(words)
    assert [(q.value, q.low, q.high, q.qualifier) for q in found] == [(value, low, high, qualifier)]


@pytest.mark.parametrize(
    "words",
    [
        "a 35-year-old man", "54-річна жінка", "хлопець 12 років", "45-летний мужчина", "at 10:30", "article 438",
        "стаття 438", "howitzer d-30", "s-300", "х-22", "12345678901234567890123456789012345678901", "№ 17",
        "за 120 км", "5th brigade",
    ],
)  # fmt: skip
def test_ages_times_law_articles_weapons_and_long_numbers_are_no_figures(words):
    assert quantities(words) == []


def test_a_growing_toll_is_what_it_grew_to():
    assert [(q.value, q.qualifier) for q in quantities("кількість загиблих зросла до 12.")] == [
        (12, "as_stated")
    ]
