"""Invented incidents for the dashboard's tests: places and speakers that do not exist."""

from __future__ import annotations

import datetime as dt
from typing import Any

from incidents.model import Change, Claim, Incident, Point, Quote, Source, Speaker

HOSTILE = '<script>window.hacked=1</script><img src=x onerror="window.hacked=2">[x](javascript:alert(1)) $a^2$ :red[r] {{7*7}}'
FORMULA = '=HYPERLINK("http://example.invalid","x")'


def claim(
    key: str, predicate: str, low: float | None = None, high: float | None = None, **more: Any
) -> Claim:
    """Build a claim; `who` names the speaker, `role` the speaker's office."""
    who, role = more.pop("who", None), more.pop("role", None)
    speaker = Speaker(name=who, role=role) if who else None
    more.setdefault("url", f"https://example.invalid/{key}")
    return Claim(id=key, predicate=predicate, min=low, max=high, speaker=speaker, **more)


def quoted(text: str) -> Quote:
    return Quote(report="r1", start=10, end=10 + len(text), text=text)


def source(key: str, day: str | None, publisher: str = "The Daily Sample", **more: Any) -> Source:
    published = dt.date.fromisoformat(day) if day else None
    return Source(
        id=key, publisher=publisher, url=f"https://example.invalid/{key}", published=published, **more
    )


def burial() -> Incident:
    """Two speakers, an open figure, a part, a denial of graves and a general denial."""
    return Incident(
        id="t-burial",
        point=Point(lon=37.25, lat=49.2),
        title="Burial ground at Testove",
        summary="Officials gave figures that differ.",
        category="burial_site",
        date_discovered=dt.date(2022, 9, 15),
        place_name="Testove",
        country="UA",
        admin1="UA-63",
        admin1_name="Kharkiv Oblast",
        geo_precision="settlement",
        uncertainty_m=8000,
        geo_method="the only town of that name",
        claims=(
            claim("c3", "graves", 445, 445, who="Second Office", source="s2"),
            claim("c1", "graves", 440, None, qualifier="more_than", who="Anna Sample", role="police", source="s1",
                  via=("Wire",), quote=quoted("more than 440 graves")),
            claim("c2", "graves", 17, 17, extent="part", group="soldiers", who="Anna Sample", source="s2"),
            claim("c4", "bodies", 430, 450, who="Anna Sample", source="s2"),
            claim("c5", "bodies", qualifier="unspecified", who="Third Party", source="s1"),
            claim("c6", "denial", who="Denying Office", target="statements about mass graves there", source="s2"),
            claim("c7", "denial", who="Denying Office", target="that crimes were committed in the region",
                  extent="beside", source="s2"),
            claim("c8", "cause", polarity="unknown", source="s1"),
        ),
        sources=(source("s1", "2022-09-15"), source("s2", "2022-09-20", "Another Paper")),
        history=(Change(at="2026-11-01T10:00:00Z", by="editor", what="created"),),
    )  # fmt: skip


def strike(
    key: str, day: str, *, killed: int, lon: float = 36.23, lat: float = 49.99, **more: Any
) -> Incident:
    """A strike in Kharkiv Oblast with one figure."""
    fields: dict[str, Any] = {
        "id": key,
        "point": Point(lon=lon, lat=lat),
        "title": f"Strike {key}",
        "category": "missile_strike",
        "impact": ("residential",),
        "date_start": dt.date.fromisoformat(day),
        "date_precision": "day",
        "place_name": "Prykladne",
        "country": "UA",
        "admin1": "UA-63",
        "geo_precision": "settlement",
        "uncertainty_m": 5000,
        "claims": (
            claim(f"{key}-k", "killed", killed, killed, who="Rescue Service", source="s1"),
            claim(f"{key}-a", "accusation", who="Rescue Service", target="one army", source="s1"),
        ),
        "sources": (source("s1", day),),
    }
    return Incident(**(fields | more))


def unplaced() -> Incident:
    return strike("t-unplaced", "2022-05-05", killed=1, point=None, place_name=None, admin1=None,
                  geo_precision="unknown", uncertainty_m=None, title="Shots at an unknown place",
                  category="shooting")  # fmt: skip


def hostile() -> Incident:
    """Markup, Markdown, math and formulas in every text field, and links that are no links."""
    bad = claim(
        "t-bad-1", "killed", 3, 3, who=HOSTILE, role=HOSTILE, source="s1", url="javascript:alert(1)", via=(HOSTILE,),
        group=HOSTILE, note=HOSTILE, quote=quoted(HOSTILE), about=HOSTILE, said_on=HOSTILE,
    )  # fmt: skip
    return strike(
        "t-hostile", "2022-04-01", killed=3, title=f"{FORMULA}{HOSTILE}", summary=HOSTILE, place_name=HOSTILE,
        admin1_name=HOSTILE, admin2_name=HOSTILE, geo_method=HOSTILE,
        claims=(bad, claim("t-bad-2", "denial", who=HOSTILE, target=HOSTILE, source="s1")),
        sources=(Source(id="s1", title=HOSTILE, publisher=HOSTILE, url="javascript:alert(2)",
                        archive_url="data:text/html,x", language=HOSTILE),),
        history=(Change(at=HOSTILE, by=HOSTILE, what=HOSTILE),),
    )  # fmt: skip


def everything() -> list[Incident]:
    """Six incidents: five on the map, one without a place."""
    return [
        burial(),
        strike("t-first", "2022-03-01", killed=7),
        strike(
            "t-second", "2022-03-09", killed=40, category="air_strike", lon=37.5, lat=47.1, admin1="UA-14"
        ),
        strike("t-late", "2024-05-25", killed=2, impact=("commercial",)),
        unplaced(),
        hostile(),
    ]
