"""Reports to located incidents: read each, name what it tells in neutral words, join what several reports tell.

Nothing here asserts: titles say what kind of incident and where, summaries say who stated which figure. The same
reports give the same bytes on every machine, whatever was ingested before in the same order.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from incidents import extract, merge
from incidents._errors import UnreadableReport
from incidents.extract import Reading
from incidents.extract.drafts import Draft
from incidents.merge import Candidate
from incidents.model import Claim, Incident, Point, Source

LARGEST: Final = 2_000_000
"""The largest report that is read, in bytes; longer files are archives, not reports."""
BY: Final = "ingest"

_LABELS: Final = {
    "air_strike": "Air strike", "missile_strike": "Missile strike", "shelling": "Shelling", "explosion": "Explosion",
    "shooting": "Shooting", "burial_site": "Burial site", "detention_torture": "Detention or torture",
    "disappearance": "Disappearance", "sexual_violence": "Sexual violence", "displacement": "Displacement",
    "object_damage": "Damage", "other": "Harm to civilians", "territorial_control": "Change of control",
    "official_visit": "Official visit", "investigation": "Investigation", "accusation": "Accusation",
}  # fmt: skip
_COUNTED: Final = {
    "killed": "killed", "injured": "injured", "missing": "missing", "bodies": "bodies", "graves": "graves",
    "exhumed": "exhumed", "detained": "detained", "displaced": "displaced",
}  # fmt: skip
_PUT: Final = {
    "more_than": "more than ", "at_least": "at least ", "about": "about ", "up_to": "up to ", "fewer_than": "fewer than ",
}  # fmt: skip


@dataclass(frozen=True)
class Ingested:
    """What came of some reports: incidents in a stable order, doubtful pairs, and the reports that were not read."""

    incidents: list[Incident]
    candidates: list[Candidate]
    problems: list[str]
    read: int
    known: int


def text_of(path: Path) -> str:
    """Return the text of a report file, unchanged. Raises UnreadableReport with what would be right."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UnreadableReport(
                f"{path}: {size:,} bytes; a report may have up to {LARGEST:,} (split it, or leave the archive out)"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableReport(f"{path}: cannot be read ({error.strerror})") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableReport(
            f"{path}: not UTF-8 text (byte {error.start} is 0x{raw[error.start]:02x}); save it as UTF-8"
        ) from error
    if not text.strip(" \t\r\n\ufeff\u200b\u00a0"):
        raise UnreadableReport(f"{path}: is empty; a report needs some text")
    if "\x00" in text:
        raise UnreadableReport(f"{path}: holds binary data; a report is plain text in UTF-8")
    return text


def read_file(path: Path, *, published: dt.date | None = None) -> Reading:
    """Read one report file. Raises UnreadableReport."""
    return extract.read(text_of(path), published=published)


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def source_of(reading: Reading) -> Source:
    """Return the source that a read report is."""
    report = reading.report
    language = None if report.language == "und" else report.language
    return Source(
        id=report.id, title=report.title, published=report.published, language=language, sha256=report.sha256
    )


def _precision(value: str | None) -> str:
    if value is None:
        return "unknown"
    first, _, last = value.partition("/")
    size = min(len(first), len(last or first))
    if size < 10:
        return "month" if size == 7 else "year"
    days = (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days if last else 0
    return "day" if days <= 4 else "week" if days <= 7 else "month"


def _label(draft: Draft) -> str:
    if draft.category == "air_strike" and draft.weapon and draft.weapon[0] == "drone":
        return "Drone attack"
    return _LABELS[draft.category]


def _said(claim: Claim) -> str:
    figure = (
        f"{_PUT.get(claim.qualifier, '')}{claim.value}"
        if claim.value is not None
        else claim.qualifier.replace("_", " ")
    )
    of = f" ({claim.group})" if claim.group else ""
    return f"{figure} {_COUNTED[claim.predicate]}{of}"


def _summary(claims: Iterable[Claim]) -> str:
    """Say who states which figures: "Volodymyr Tymoshko: more than 400 bodies." """
    told: dict[str, list[str]] = {}
    for claim in claims:
        if claim.predicate in _COUNTED and claim.extent == "whole" and claim.modality != "planned":
            who = claim.speaker.name if claim.speaker else "The report"
            told.setdefault(who, []).append(_said(claim))
    return " ".join(f"{who}: {', '.join(dict.fromkeys(figures))}." for who, figures in told.items())


def _incident(reading: Reading, draft: Draft, number: int) -> Incident:
    site, place = draft.site, draft.site.place if draft.site else None
    claims = tuple(reading.claims[i] for i in sorted(set(draft.facts)))
    written = place.name if place else (_written(reading, draft) or "place not known")
    key = (
        reading.report.sha256,
        draft.category,
        place.place_id if place else written,
        draft.value or "",
        str(number),
    )
    start, end = draft.days or (None, None)
    return Incident(
        id=f"i-{_hashed(*key)}",
        point=Point(lon=place.lon, lat=place.lat) if place and place.lon is not None and place.lat is not None else None,
        title=f"{_label(draft)}, {'near ' if site and site.near else ''}{written}",
        summary=_summary(claims), role=draft.role, category=draft.category, impact=draft.impact, weapon=draft.weapon,
        date_start=start, date_end=end, date_precision=_precision(draft.value),
        date_discovered=draft.discovered, date_reported=reading.report.published,
        place_name=written if place or site else None, place_id=place.place_id if place else None,
        country=place.country if place else None, admin1=(place.admin1 or None) if place else None,
        admin1_name=(place.admin1_name or None) if place else None,
        admin2_name=(place.admin2_name or None) if place else None,
        geo_precision=site.found.precision if site and place else "unknown",
        uncertainty_m=site.found.uncertainty_m if site and place else None,
        geo_method=site.why if site else None,
        review="needs_review" if any(c.review == "needs_review" for c in claims) else "unreviewed",
        claims=claims, sources=(source_of(reading),),
    )  # fmt: skip


def _written(reading: Reading, draft: Draft) -> str | None:
    if draft.site is None:
        return None
    return next((p.text for p in reading.places if p.why == draft.site.why), None)


def incidents_of(reading: Reading) -> list[Incident]:
    """Return the incidents of one reading, in order of the text."""
    return [_incident(reading, draft, i) for i, draft in enumerate(reading.drafts)]


def readings(paths: Iterable[Path], *, published: dt.date | None, problems: list[str]) -> Iterator[Reading]:
    """Yield the reading of each report; one that cannot be read is put into `problems` and the others go on."""
    for path in paths:
        try:
            yield read_file(path, published=published)
        except UnreadableReport as bad:
            problems.extend(bad.problems)


@dataclass(frozen=True)
class Gathered:
    """What some reports tell, not yet joined: incidents, the reports not read, and how many were new or known."""

    incidents: list[Incident]
    problems: list[str]
    read: int
    known: int
    latest: str


def gather(paths: Iterable[Path], *, published: dt.date | None = None, known: Iterable[str] = ()) -> Gathered:
    """Read reports; one whose id or sha256 is among `known` is left out."""
    seen = set(known)
    problems: list[str] = []
    fresh: list[Incident] = []
    latest, read, skipped = "", 0, 0
    for reading in readings(paths, published=published, problems=problems):
        names = {reading.report.id, reading.report.sha256}
        if names & seen:
            skipped += 1
            continue
        seen |= names
        read += 1
        fresh += incidents_of(reading)
        latest = max(latest, str(reading.report.published or ""))
    return Gathered(fresh, problems, read, skipped, latest)


def reports_of(incidents: Iterable[Incident]) -> set[str]:
    """Return the id and the sha256 of every report that `incidents` came from."""
    sources = (s for incident in incidents for s in incident.sources if s.sha256)
    return {name for s in sources for name in (s.id, str(s.sha256))}


def ingest(
    paths: Iterable[Path], *, published: dt.date | None = None, held: Iterable[Incident] = ()
) -> Ingested:
    """Read reports and join what they tell with the incidents already `held`.

    A report that one of `held` came from (the same words) changes nothing. Clear duplicates become one incident with the
    claims of both; doubtful ones are returned as candidates.
    """
    before = list(held)
    new = gather(paths, published=published, known=reports_of(before))
    folded = merge.fold([*before, *new.incidents], by=BY, at=new.latest, new={i.id for i in new.incidents})
    return Ingested(folded.incidents, folded.candidates, new.problems, new.read, new.known)
