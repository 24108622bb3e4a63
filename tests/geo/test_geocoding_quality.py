"""Geocoding stays as good as asked on real, noisy rows, and honest about it."""

from __future__ import annotations

import csv
import statistics

import pytest

from bench import geocoding

PLACES = geocoding.SHARED / "places-with-coordinates.csv"


@pytest.mark.slow
@pytest.mark.skipif(not PLACES.exists(), reason=f"{PLACES.name} is not beside the repository")
def test_rows_of_events_are_placed_and_the_claimed_circles_hold() -> None:
    with PLACES.open(encoding="utf-8") as lines:
        answers = [geocoding.ours(row) for row in csv.DictReader(lines)]
    offs = [a.off for a in answers]
    assert geocoding.share([off is not None for off in offs]) >= 0.98
    assert geocoding.share([off is not None and off <= 25 for off in offs]) >= 0.92
    assert geocoding.share([off is not None and off <= 10 for off in offs]) >= 0.86
    held = [a.off is not None and a.circle is not None and a.off <= a.circle for a in answers]
    assert geocoding.share(held) >= 0.90
    assert statistics.median(a.circle for a in answers if a.circle is not None) < 15
