"""Reading does not get worse: floors under the scores of the gold set. `make bench-reading` prints the scores."""

from __future__ import annotations

import pytest

from bench.reading import scored
from bench.scoring import total

FLOORS = {
    "dev": {
        "claims": 0.97,
        "+ speaker": 0.98,
        "figures": 0.97,
        "places": 0.97,
        "dates": 0.98,
        "incidents": 0.94,
    },
}
FORBIDDEN = {"dev": 0}


@pytest.mark.parametrize("part", FLOORS)
def test_reading_stays_above_its_floors(part: str) -> None:
    tallies, forbidden = total(one for _, one in scored(part))
    below = {
        m: f"{tallies[m].f1:.2f} < {floor}" for m, floor in FLOORS[part].items() if tallies[m].f1 < floor
    }
    assert below == {}
    assert sum(forbidden.values()) <= FORBIDDEN[part]
