from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from dashboard import timeline
from dashboard.bulk import bulk
from incidents.catalogue import Bin


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([30, 31, 32, 33, 50], (30, 33)),
        ([30, 31, 50, 51], (30, 51)),
        ([30, 30, 30, 50, 51], (30, 51)),
        ([30, 50], (30, 50)),
        ([30, 31, 32, 33, 34.5], (30, 34.5)),
    ],
)
def test_one_stray_is_left_out_and_two_clusters_are_not(
    values: list[float], kept: tuple[float, float]
) -> None:
    assert bulk(np.array(values, dtype=float), least=4.0) == kept


def test_one_date_years_away_does_not_squeeze_the_timeline() -> None:
    bins = [Bin(dt.date(2023, 5, day), "shelling", 2) for day in range(1, 9)]
    assert timeline.bulk_of([*bins, Bin(dt.date(2031, 1, 1), "shelling", 1)])[1] == dt.date(2023, 5, 8)
    assert timeline.bulk_of([*bins, Bin(dt.date(2031, 1, 1), "shelling", 3)])[1] == dt.date(2031, 1, 1)
