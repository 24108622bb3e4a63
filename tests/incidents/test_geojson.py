from __future__ import annotations

import pytest

from incidents._errors import BadInput
from incidents.geojson import from_line, to_line
from incidents.model import Claim, Incident, Point, Source


def _incident() -> Incident:
    source = Source(id="s1", url="https://example.org/a")
    claim = Claim(
        id="c1", predicate="bodies", value=400, min=400, qualifier="more_than", source="s1", url=source.url
    )
    return Incident(
        id="i1", title="t", point=Point(lon=37.2767912, lat=49.2), claims=(claim,), sources=(source,)
    )


def test_a_line_round_trips_byte_for_byte() -> None:
    line = to_line(_incident())
    assert to_line(from_line(line)) == line


def test_all_problems_are_told_at_once_with_their_fields() -> None:
    line = to_line(_incident()).replace(b"[37.276791,49.2]", b"[37.2,149.2]").replace(b'"i1"', b'""')
    with pytest.raises(BadInput) as caught:
        from_line(line)
    assert [p.partition(":")[0] for p in caught.value.problems] == ["id", "geometry.coordinates"]


def test_an_open_claim_opens_the_range() -> None:
    assert b'"bodies_min":400,"bodies_max":null' in to_line(_incident())
