"""Incidents for the tests of the store, drawn from plain numbers. Invented; no real event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from incidents.model import Claim, Incident, Point, Source


def incident(number: int = 1, **fields: Any) -> Incident:
    source = Source(id="s1", title="A report", url=f"https://example.org/{number}")
    claim = Claim(
        id=f"c{number}", predicate="killed", value=number, min=number, max=number, source="s1", url=source.url
    )
    usual: dict[str, Any] = {
        "id": f"i{number:04}",
        "title": f"Shelling № {number}",
        "point": Point(lon=30 + number % 10, lat=48 + number % 3),
        "category": "shelling",
        "date_start": dt.date(2022, 1 + number % 12, 1 + number % 28),
        "date_end": dt.date(2022, 1 + number % 12, 1 + number % 28),
        "date_precision": "day",
        "country": "UA",
        "place_name": "Testivka",
        "geo_precision": "settlement",
        "uncertainty_m": 900.0,
        "claims": (claim,),
        "sources": (source,),
    }
    return Incident.model_validate(usual | fields)
