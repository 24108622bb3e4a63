from __future__ import annotations

import pytest

from incidents._errors import BadInput
from incidents.filters import Filter


@pytest.mark.parametrize(
    ("word", "value", "form"),
    [
        ("near", "nonsense", "36.23,49.99,20"),
        ("near", "49.99,36.23", "36.23,49.99,20"),
        ("bbox", "1,2,3", "west, south, east and north"),
        ("since", "yesterday", "2022-03-01"),
        ("min_killed", "two", "whole number"),
    ],
)
def test_a_bad_word_is_told_once_with_the_form_it_takes(word: str, value: str, form: str) -> None:
    with pytest.raises(BadInput) as caught:
        Filter.from_words({word: value})
    (problem,) = caught.value.problems
    assert problem.startswith(f"{word}: ")
    assert " is not " in problem
    assert form in problem
