"""From one foreign row to one incident: what each field needs, and every reason why a row cannot be used."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from typing import Any, Final

import orjson
from pydantic import ValidationError

from geo.nearest import looks_swapped
from incidents import vocabulary
from incidents._addresses import ADDRESSES, is_address
from incidents._counts import Count, count
from incidents._days import last_day
from incidents._locate import country_code, located, misplaced
from incidents._mapping import FIGURES, LISTS, SOURCE, Mapping, Unusable, applied
from incidents._records import Record
from incidents.model import Claim, Incident, Source, Speaker

_DATES: Final = frozenset({"date_start", "date_end", "date_discovered", "date_reported", "source_published"})
_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d{2}))?")


Remark = Callable[[str, str], object]
"""Told of a row that is kept: the field, and what is to be looked at."""


def built(
    mapping: Mapping,
    record: Record,
    *,
    file: str,
    places: bool = True,
    remark: Remark = lambda *_: None,
) -> Incident:
    """Return the incident of one row. Raises Unusable with every reason."""
    reader = _Reader(applied(mapping, record), remark)
    fields = reader.flat()
    lon, lat = reader.position()
    sources = reader.sources()
    fields["claims"] = reader.claims(
        sources, link=f"urn:import:{file}:{record.line}", rule=f"import:{mapping.name}"
    )
    fields["sources"] = sources
    if reader.reasons:
        raise Unusable(reader.reasons)
    fields["id"] = str(fields.get("id") or _minted(record))
    named = fields.get("place_name")
    _place(fields, lon, lat, places=places)
    _check_swapped(fields)
    if places:
        _check_place(fields, str(named) if named else None, lon, lat, remark)
    _check_days(fields, remark)
    if not fields.get("title"):
        fields["title"] = _title(fields)
    try:
        return Incident.model_validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError as error:
        raise Unusable(
            [(_where(e["loc"]), e["msg"].removeprefix("Value error, ")) for e in error.errors()]
        ) from error


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc))


def _minted(record: Record) -> str:
    text = orjson.dumps(record.values, option=orjson.OPT_SORT_KEYS, default=str)
    return f"import-{hashlib.sha256(text).hexdigest()[:16]}"


def _title(fields: dict[str, Any]) -> str:
    what = str(fields.get("category") or "other").replace("_", " ").capitalize()
    return ", ".join(str(part) for part in (what, fields.get("place_name"), fields.get("date_start")) if part)


def _place(fields: dict[str, Any], lon: float | None, lat: float | None, *, places: bool) -> None:
    if fields.get("country"):
        fields["country"] = country_code(str(fields["country"])) if places else str(fields["country"])
    given = {name: value for name, value in fields.items() if value is not None}
    found: dict[str, Any] = {}
    if lon is None:  # what the import says of its precision is said of its coordinates
        fields["geo_precision"] = fields["uncertainty_m"] = None
        given = {n: v for n, v in given.items() if n not in {"geo_precision", "uncertainty_m"}}
    if places and "place_id" not in given:
        text = given.pop("place_name", None)
        found = located(text, lon, lat, admin1=given.get("admin1"), province=given.get("admin1_name"))
        lon, lat = found.pop("lon", lon), found.pop("lat", lat)
    if "geo_precision" in given and "uncertainty_m" not in given:
        found["uncertainty_m"] = _radius(given["geo_precision"]) or found.get("uncertainty_m")
    if lon is not None and lat is not None:
        found["point"] = {"lon": lon, "lat": lat}
    fields.update(found | given)


def _check_swapped(fields: dict[str, Any]) -> None:
    at, country = fields.get("point"), fields.get("country")
    if at and country and looks_swapped(at["lon"], at["lat"], str(country)):
        raise Unusable(
            [("lat", f"{at['lon']}, {at['lat']} is not in {country}; are longitude and latitude swapped?")]
        )


def _check_place(
    fields: dict[str, Any], named: str | None, lon: float | None, lat: float | None, remark: Remark
) -> None:
    """Remark on a place that is not known or lies elsewhere; raise Unusable where the two coordinates are exchanged."""
    if lon is None or lat is None:
        if fields.get("point") is None:
            why = f"{named[:60]!r} is not found; the row has" if named else "there is no place and there are"
            remark("place_name", f"{why} no coordinates, so that it is not on the map")
        return
    found = misplaced(named, lon, lat, country=fields.get("country"))
    if found is None:
        return
    if found.swapped:
        raise Unusable([("lat", found.why)])
    remark(found.field, found.why)


def _check_days(fields: dict[str, Any], remark: Remark) -> None:
    limit = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    for field in sorted(_DATES & fields.keys()):
        day = fields[field]
        if day is not None and day > limit:
            remark(field, f"{day} is in the future")


def _radius(precision: str) -> float | None:
    radius = vocabulary.terms("geo_precision").get(precision, {}).get("radius")
    return float(radius) if radius else None


class _Reader:
    """The values of one row, read as what their fields need; every reason against it is kept in `reasons`."""

    def __init__(self, values: dict[str, list[Any]], remark: Remark) -> None:
        self.values = values
        self.remark = remark
        self.reasons: list[tuple[str, str]] = []

    def one(self, field: str) -> Any:
        return next((value for value in self.values.get(field, []) if value is not None), None)

    def flat(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for field in self.values:
            if field in {"lon", "lat", "speaker", *SOURCE, *FIGURES}:
                continue
            if field in LISTS:
                fields[field] = tuple(dict.fromkeys(v for v in self.values[field] if v is not None))
            elif field in _DATES:
                fields[field] = self.date(field, self.one(field))
            elif field == "uncertainty_m":
                fields[field] = self.number(field, 0, 20_037_508)
            else:
                value = self.one(field)
                fields[field] = None if value is None else _plain_text(value)
        self._partial(fields)
        return fields

    def _partial(self, fields: dict[str, Any]) -> None:
        """A month or a year is an interval; a day ends on itself."""
        text = str(self.one("date_start") or "")
        partial = _PARTIAL.fullmatch(text)
        start = fields.get("date_start")
        if start is None:
            return
        if partial and not fields.get("date_end"):
            fields["date_end"] = last_day(start, whole_year=partial[2] is None)
        precision = "day" if not partial else "month" if partial[2] else "year"
        fields["date_precision"] = fields.get("date_precision") or precision

    def date(self, field: str, value: Any) -> dt.date | None:
        if value is None or isinstance(value, dt.date):
            return value
        text = str(value)
        partial = _PARTIAL.fullmatch(text)
        try:
            if partial:
                return dt.date(int(partial[1]), int(partial[2] or 1), 1)
            return dt.date.fromisoformat(re.split(r"[T ]", text, maxsplit=1)[0])
        except ValueError:
            self.reasons.append((field, f"{text[:40]!r} is not a date such as 2022-09-16; give its `format`"))
            return None

    def position(self) -> tuple[float | None, float | None]:
        lon, lat = self.number("lon", -180, 180), self.number("lat", -90, 90)
        if (lon is None) != (lat is None) and not self.reasons:
            self.reasons.append(("lat" if lat is None else "lon", "is missing beside the other coordinate"))
        return lon, lat

    def number(self, field: str, low: float, high: float) -> float | None:
        value = self.one(field)
        if value is None:
            return None
        try:
            number = float(str(value).replace(",", ".") if isinstance(value, str) else value)
        except (ValueError, TypeError):
            self.reasons.append((field, f"{str(value)[:40]!r} is not a number"))
            return None
        if not low <= number <= high:
            swapped = "; are longitude and latitude swapped?" if field == "lat" and abs(number) <= 180 else ""
            self.reasons.append((field, f"{number:g} is not between {low:g} and {high:g}{swapped}"))
            return None
        return number

    def sources(self) -> tuple[Source, ...]:
        columns = {name: self.values.get(name, []) for name in SOURCE}
        count = max(map(len, columns.values()), default=0)
        rows = [{n: (v[i] if i < len(v) else None) for n, v in columns.items()} for i in range(count)]
        taken: set[str] = set()
        found = []
        for number, row in enumerate((r for r in rows if any(v is not None for v in r.values())), 1):
            published = self.date("source_published", row.pop("source_published"))
            texts = {n.removeprefix("source_"): str(v) for n, v in row.items() if v is not None}
            if "url" in texts and not is_address(texts["url"]):
                self.remark("source_url", f"{texts.pop('url')[:60]!r} is left out; {ADDRESSES}")
                if not texts and published is None:
                    continue
            found.append(
                Source(**{**texts, "id": free(texts.get("id", f"s{number}"), taken)}, published=published)
            )
        return tuple(found)

    def claims(self, sources: tuple[Source, ...], *, link: str, rule: str) -> tuple[Claim, ...]:
        name = self.one("speaker")
        url = next((source.url for source in sources if source.url), link)
        found = []
        for kind in dict.fromkeys(f.removesuffix("_min").removesuffix("_max") for f in FIGURES):
            one, low, high = (self.figure(f"{kind}{end}") for end in ("", "_min", "_max"))
            if one is low is high is None:
                continue
            value = one.value if one else None
            bounds = (
                (one.low, one.high)
                if one and low is high is None
                else (low and _first(low.low, low.value), high and _first(high.high, high.value))
            )
            text = orjson.dumps([kind, value, *bounds, name, url])
            found.append(
                {
                    "id": hashlib.sha256(text).hexdigest()[:16],
                    "predicate": kind,
                    "value": value,
                    "min": bounds[0],
                    "max": bounds[1],
                    "qualifier": one.qualifier if one and low is high is None else "as_stated",
                    "speaker": Speaker(name=str(name)) if name else None,
                    "source": sources[0].id if sources else None,
                    "url": url,
                    "rule": rule,
                }
            )
        return tuple(Claim.model_validate(claim) for claim in found if not self.reasons)

    def figure(self, field: str) -> Count | None:
        value = self.one(field)
        if value is None:
            return None
        try:
            return count(value)
        except ValueError as error:
            self.reasons.append((field, str(error)))
            return None


def _first(*figures: int | None) -> int | None:
    return next((figure for figure in figures if figure is not None), None)


def _plain_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def free(name: str, taken: set[str]) -> str:
    """Return `name`, with a number behind it where it is taken."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free
