"""What is taken to have happened: one category for each incident, from the words beside it."""

import datetime as dt

import pytest

from incidents.extract import read

DAY = dt.date(2024, 5, 26)


def _categories(text: str) -> list[str]:
    return sorted(d.category for d in read(text, published=DAY).drafts if d.role == "incident")


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Russian troops opened fire on border villages 18 times; one person was killed in Bilopillia.", "shelling"),
        ("Two people were killed in Kherson under Russian fire.", "shelling"),
        ("A tank shell hit a house in Orikhiv and killed a woman.", "shelling"),
        ("Soldiers opened fire on a car in Irpin and killed two men.", "shooting"),
        ("Troops fired on protesters in Kherson and wounded one man.", "shooting"),
        ("A helicopter attacked the bridge in Nikopol and wounded a man.", "air_strike"),
        ("The army dropped a 500-kg bomb on Toretsk and killed three people.", "air_strike"),
        ("A car bomb killed an official in Melitopol.", "explosion"),
        ("A boy was injured by an unexploded shell in Balakliia.", "explosion"),
        ("Armed men abducted two officials in Melitopol.", "disappearance"),
        ("Балістика вдарила по Кривому Рогу, загинули четверо.", "missile_strike"),
        ("Військові відкрили вогонь з артилерії по Херсону, загинула жінка.", "shelling"),
        ("Винищувач скинув бомбу на школу у Білогорівці, загинули 60 людей.", "air_strike"),
        ("Викрали двох чиновників у Мелітополі.", "disappearance"),
        ("В Мелитополе взорвался автомобиль, погиб чиновник.", "explosion"),
        ("Баллистическая ракета упала на Полтаву, погибли трое.", "missile_strike"),
        ("Два человека погибли в Славянске.", "other"),
    ],
)  # fmt: skip
def test_category_of_what_happened(text: str, category: str) -> None:
    assert _categories(text) == [category]


def test_the_weapon_is_taken_from_the_words_that_tell_of_the_strike() -> None:
    text = "Харків. Удар КАБами по гіпермаркету.\n\nЗагинули 14 людей."
    [draft] = [d for d in read(text, published=DAY).drafts if d.role == "incident"]
    assert (draft.category, draft.weapon) == ("air_strike", ("air_bomb",))
