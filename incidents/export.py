"""Exports that other programs open: GeoJSON for a GIS, CSV for a spreadsheet. Streaming; raw bytes where nothing changes.

A public export (the default) blurs exact locations, leaves out personal words and the editing history. See `redacted`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Final, Literal, TextIO, TypeVar

import orjson

from incidents import _lines, personal
from incidents.filters import Filter
from incidents.geojson import from_line, to_feature, to_line
from incidents.model import Claim, Incident, Point, Source

Format = Literal["geojson", "csv"]
T = TypeVar("T")

BLUR_DEGREES: Final = 0.1
BLUR_M: Final = 10_000.0
WITHHELD: Final = "withheld"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


# ---- what the public may see


def redacted(incident: Incident) -> Incident:
    """Return the incident as a public export shows it. The one place where this is decided.

    Always: no editing history (it names users and keeps earlier values). `exact_location`: the point moves to the
    middle of its 0.1° cell, the uncertainty is at least 10 km, and the words that may name the spot are left out
    (titles, summary, quotes, notes, worded values, distances). `personal_information`: those words, and speakers.
    `personal_names`: the same for the claims that are so marked, and other words only where they name somebody private.
    Figures, dates, the named settlement and links stay.
    """
    changed = incident.model_copy(update={"history": ()}) if incident.history else incident
    if "exact_location" in incident.sensitivity:
        changed = _blurred(changed)
    if personal.MARK in incident.sensitivity:
        changed = _impersonal(changed)
    elif personal.needs_care(incident):
        changed = _unnamed(changed)
    return changed


def _blurred(incident: Incident) -> Incident:
    update: dict[str, Any] = {
        "title": _title(incident, "exact place withheld"),
        "summary": "",
        "geo_method": "blurred for safety: the middle of a cell of 0.1 degrees",
        "claims": tuple(_without_words(c) for c in incident.claims if c.predicate != "place_offset"),
        "sources": tuple(_untitled(source) for source in incident.sources),
    }
    if incident.point is not None:
        update["point"] = Point(lon=_cell(incident.point.lon, 180), lat=_cell(incident.point.lat, 90))
        update["geo_precision"] = "district"
        update["uncertainty_m"] = max(BLUR_M, incident.uncertainty_m or 0.0)
    return incident.model_copy(update=update)


def _title(incident: Incident, why: str) -> str:
    what = incident.category.replace("_", " ").capitalize()
    where = f", {incident.place_name}" if incident.place_name else ""
    return f"{what}{where} ({why})"


def _cell(degrees: float, limit: int) -> float:
    steps = round(1 / BLUR_DEGREES)
    index = min(math.floor(degrees * steps), limit * steps - 1)
    return round((index + 0.5) / steps, 6)


def _impersonal(incident: Incident) -> Incident:
    return incident.model_copy(
        update={
            "title": _title(incident, "personal information withheld"),
            "summary": "",
            "geo_method": None,
            "claims": tuple(_unattributed(_without_words(claim)) for claim in incident.claims),
            "sources": tuple(_untitled(source) for source in incident.sources),
        }
    )


def _unnamed(incident: Incident) -> Incident:
    """Return the incident without the words that name private people; the rest of its words stay."""
    claims = [_unattributed(_without_words(c)) if _is_named(c) else c for c in incident.claims]
    names = [c.speaker.name for c in incident.claims if c.speaker and _is_named(c)]
    public = [c.speaker.name for c in incident.claims if c.speaker and c.speaker.name not in names]
    title = incident.title
    if _names(title, names):
        title = _title(incident, "personal information withheld")
    return incident.model_copy(
        update={
            "title": title,
            "summary": _hidden(incident.summary, names, public),
            "geo_method": None if _names(incident.geo_method, names) else incident.geo_method,
            "claims": tuple(claims),
            "sources": tuple(_untitled(s) if _names(s.title, names) else s for s in incident.sources),
        }
    )


def _is_named(claim: Claim) -> bool:
    """Say whether the words of a claim name a private person: marked so, or by themselves where no report was read."""
    if personal.MARK in claim.sensitivity:
        return True
    return claim.quote is None and any(_names(text, ()) for text in (claim.note, claim.target, claim.group))


def _names(text: str | None, names: Iterable[str]) -> bool:
    return bool(text) and (
        any(name in str(text) for name in names) or bool(personal.private_people(str(text)))
    )


def _hidden(text: str, names: Iterable[str], public: Iterable[str]) -> str:
    """Return a text with names withheld, nothing of it where another private person is left in it."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, WITHHELD)
    rest = text
    for name in public:
        rest = rest.replace(name, "")
    return "" if personal.private_people(rest) else text


def _without_words(claim: Claim) -> Claim:
    value = None if isinstance(claim.value, str | tuple) else claim.value
    link = claim.url or f"urn:incident-atlas:{WITHHELD}"
    words = {"quote": None, "note": None, "group": None, "target": None}
    return claim.model_copy(update={**words, "value": value, "url": link})


def _unattributed(claim: Claim) -> Claim:
    speaker = claim.speaker and claim.speaker.model_copy(update={"name": WITHHELD, "key": None})
    return claim.model_copy(update={"speaker": speaker, "via": ()})


def _untitled(source: Source) -> Source:
    return source.model_copy(update={"title": None})


# A hand may have written the line, with blanks, in another order, with a name twice or spelt with escapes. So it goes
# out as it is only where this word is nowhere but in empty lists as we write them, where the history is named once, at
# the end and empty, and where no character is spelt by its number.
_NO_HISTORY: Final = b'"history":[]}}'
_HISTORY: Final = b'"history"'
_BEFORE: Final = -len(_NO_HISTORY)
_WORD: Final = b"sensitivity"
_EMPTY: Final = b'"sensitivity":[]'
_SIGN, _SPELT = b"\\", b"\\u"


def _is_public(line: bytes) -> bool:
    """Say whether nothing of a stored line is withheld, by its bytes alone; false where only reading it can tell."""
    return (
        line.endswith(_NO_HISTORY)
        and 0 < line.count(_WORD) == line.count(_EMPTY)
        and line.rfind(_HISTORY, 0, _BEFORE) < 0
        and (_SIGN not in line or _SPELT not in line)  # the first is found in a tenth of the time
    )


def _public_line(line: bytes) -> bytes:
    """Return a stored line as the public may see it, the very same bytes where nothing must change."""
    return line if _is_public(line) else to_line(redacted(from_line(line)))


# ---- GeoJSON


def write_geojson(incidents: Iterable[Incident | bytes], file: BinaryIO, *, public: bool = True) -> int:
    """Write incidents (or stored lines, which is faster) as one RFC 7946 FeatureCollection; returns how many."""
    count = 0
    file.write(_lines.HEAD)
    between = b"\n"
    for batch in _batches(incidents):
        file.write(between)
        file.write(b",\n".join(_exported_together(batch) if public else [_whole(one) for one in batch]))
        count += len(batch)
        between = b",\n"
    file.write(b"\n" + _lines.TAIL + b"\n")
    return count


def _batches(incidents: Iterable[T], size: int = 256) -> Iterator[list[T]]:
    rest = iter(incidents)
    while batch := list(islice(rest, size)):
        yield batch


def _exported_together(batch: list[Incident | bytes]) -> list[bytes]:
    return [one if isinstance(one, bytes) and _is_public(one) else _exported(one) for one in batch]


def _exported(incident: Incident | bytes) -> bytes:
    return _public_line(incident) if isinstance(incident, bytes) else to_line(redacted(incident))


def _whole(incident: Incident | bytes) -> bytes:
    return incident if isinstance(incident, bytes) else to_line(incident)


def geojson_bytes(incidents: Iterable[Incident | bytes], *, public: bool = True) -> bytes:
    """Return `write_geojson` as bytes, for a download."""
    file = io.BytesIO()
    write_geojson(incidents, file, public=public)
    return file.getvalue()


# ---- CSV

COLUMNS: Final = (
    "id", "title", "category", "role", "date_start", "date_end", "date_precision", "date_discovered", "date_reported",
    "place_name", "place_id", "country", "admin1", "admin1_name", "admin2_name", "lon", "lat", "geo_precision",
    "uncertainty_m", "geo_method", "impact", "weapon", "killed_min", "killed_max", "injured_min", "injured_max",
    "bodies_min", "bodies_max", "grading", "disputed", "review", "sensitivity", "n_claims", "n_sources", "n_speakers",
    "summary", "speakers", "source_urls", "previous_ids",
)  # fmt: skip


def write_csv(incidents: Iterable[Incident | bytes], file: TextIO, *, public: bool = True) -> int:
    """Write one row an incident (RFC 4180, header first); returns how many. Open `file` with newline="".

    Lists are joined with "; ". A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for count, given in enumerate(incidents, 1):  # noqa: B007 (the count is what remains)
        row = _row(_as_feature(given, public=public))
        writer.writerow([_cell_of(row.get(name)) for name in COLUMNS])
    return count


def _as_feature(given: Incident | bytes, *, public: bool) -> dict[str, Any]:
    if isinstance(given, bytes):
        feature: dict[str, Any] = orjson.loads(_public_line(given) if public else given)
        return feature
    return to_feature(redacted(given) if public else given)


def csv_bytes(incidents: Iterable[Incident | bytes], *, public: bool = True) -> bytes:
    """Return `write_csv` as UTF-8 bytes, for a download."""
    file = io.StringIO(newline="")
    write_csv(incidents, file, public=public)
    return file.getvalue().encode()


def _row(feature: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = feature["properties"]
    speakers = dict.fromkeys(claim["speaker"]["name"] for claim in flat["claims"] if claim.get("speaker"))
    urls = dict.fromkeys(source["url"] for source in flat["sources"] if source.get("url"))
    lon, lat = feature["geometry"]["coordinates"] if feature["geometry"] else (None, None)
    return flat | {
        "id": feature["id"],
        "lon": lon,
        "lat": lat,
        "speakers": list(speakers),
        "source_urls": list(urls),
    }


def _cell_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return orjson.dumps(value).decode()
    text = "; ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    return neutral(text)


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    # A spreadsheet may skip blanks before the sign, so they do not protect.
    begins = text.lstrip(" \u00a0\u3000\ufeff")[:1]
    full_width = unicodedata.normalize("NFKC", begins)[:1]
    return f"'{text}" if text[:1] in _FORMULA or begins in _FORMULA or full_width in _FORMULA[:4] else text


def filename(where: Filter, date: dt.date, fmt: Format) -> str:
    """Return a file name that tells the filter and the date: `incidents_since-2022-03-01_2022-09-16.geojson`."""
    words = [part.replace("=", "-", 1) for part in _spelled(where)]
    name = "_".join(["incidents", *words])
    return f"{name[:120].rstrip('_-,. ')}_{date.isoformat()}.{fmt}"


def _spelled(where: Filter) -> Iterator[str]:
    for name, value in where:
        if value in (None, ()):
            continue
        if name == "within":
            yield "within-an-area"
            continue
        parts = value if isinstance(value, tuple) else (value,)
        text = ",".join(f"{p:g}" if isinstance(p, float) else str(p) for p in parts)
        safe = re.sub(r"[^\w.,-]+", "-", unicodedata.normalize("NFC", text)).strip("-.")
        yield f"{name.replace('_', '-')}={safe}"
