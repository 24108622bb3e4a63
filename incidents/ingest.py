"""Reports to located incidents: read each, name what it tells in neutral words, join what several reports tell.

Nothing here asserts: titles say what kind of incident and where, summaries say who stated which figure. The same
reports give the same incidents on every machine; only the time of a merge, in its history, is that of the act.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from geo.gazetteer import Place
from incidents import bylines, extract, merge, personal, wording
from incidents._errors import BadInput, UnreadableReport
from incidents.bylines import Byline
from incidents.extract import Reading
from incidents.extract.joining import Draft
from incidents.merge import Candidate
from incidents.model import Change, Claim, Incident, Point, Source

LARGEST: Final = 2_000_000
"""The largest report that is read, in bytes; longer files are archives, not reports."""
BY: Final = "ingest"
_ABOUT_A_PLACE: Final = frozenset({"place_population", "place_offset"})
_STANCES: Final = frozenset({"accusation", "denial"})

_LABELS: Final = {
    "air_strike": "Air strike", "missile_strike": "Missile strike", "shelling": "Shelling", "explosion": "Explosion",
    "shooting": "Shooting", "burial_site": "Burial site", "detention_torture": "Detention or torture",
    "disappearance": "Disappearance", "sexual_violence": "Sexual violence", "displacement": "Displacement",
    "object_damage": "Damage", "other": "Harm to civilians", "territorial_control": "Change of control",
    "official_visit": "Official visit", "investigation": "Investigation", "accusation": "Accusation",
}  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """How many reports were read, how many were known, which told nothing, and where their claims went."""

    read: int = 0
    known: int = 0
    silent: tuple[str, ...] = ()
    tied: int = 0
    loose: int = 0


@dataclass(frozen=True)
class Ingested:
    """What came of some reports: incidents in a stable order, doubtful pairs, and the reports that were not read.

    `updated` counts incidents that were there and know more of their source now.
    """

    incidents: list[Incident]
    candidates: list[Candidate]
    problems: list[str]
    tally: Tally
    updated: int = 0


class Told(NamedTuple):
    """A report as read, and what is known of it beside its words."""

    reading: Reading
    byline: Byline


def text_of(path: Path) -> str:
    """Return the text of a report file, unchanged. Raises UnreadableReport with what would be right."""
    if path.is_dir():
        raise UnreadableReport(f"{path}: is a folder; name the reports in it, e.g. {path}/*.txt")
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


def read_report(path: Path, *, listed: Byline | None = None, given: Byline | None = None) -> Told:
    """Read one report file with its byline: a row of a list goes before a file beside it, that before its head.

    `given` says what holds where the report itself is silent. Raises BadInput.
    """
    text = text_of(path)
    head, body = bylines.headed(text, str(path))
    known = (listed or Byline()).over(bylines.beside(path).over(head)).over(given or Byline())
    try:
        reading = extract.read(body, published=known.published)
    except BadInput as bad:
        raise BadInput([f"{path}: {problem}" for problem in bad.problems]) from bad
    return Told(replace(reading, claims=personal.marked(reading.claims, body)), known)


def read_file(path: Path, *, published: dt.date | None = None) -> Reading:
    """Read one report file. Raises BadInput."""
    return read_report(path, given=Byline(published=published)).reading


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def source_of(reading: Reading, byline: Byline) -> Source:
    """Return the source that a read report is."""
    report = reading.report
    language = None if report.language == "und" else report.language
    return Source(
        id=report.id, title=byline.title or report.title, publisher=byline.publisher, url=byline.url,
        archive_url=byline.archive_url, published=report.published, language=byline.language or language,
        sha256=report.sha256,
    )  # fmt: skip


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


def _review(claims: Iterable[Claim]) -> str:
    return "needs_review" if any(c.review == "needs_review" for c in claims) else "unreviewed"


def _incident(
    reading: Reading, draft: Draft, number: int, claims: tuple[Claim, ...], source: Source
) -> Incident:
    site, place = draft.site, draft.site.place if draft.site else None
    written = _named(reading, draft, place) if place else (_written(reading, draft) or "place not known")
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
        summary=wording.summary(claims), role=draft.role, category=draft.category, impact=draft.impact, weapon=draft.weapon,
        date_start=start, date_end=end, date_precision=_precision(draft.value),
        date_discovered=draft.discovered, date_reported=reading.report.published,
        place_name=written if place or site else None, place_id=place.place_id if place else None,
        country=place.country if place else None, admin1=(place.admin1 or None) if place else None,
        admin1_name=(place.admin1_name or None) if place else None,
        admin2_name=(place.admin2_name or None) if place else None,
        geo_precision=site.found.precision if site and place else "unknown",
        uncertainty_m=site.found.uncertainty_m if site and place else None,
        geo_method=site.why if site else None, sensitivity=personal.sensitivity(claims, (source,)),
        review=_review(claims), claims=claims, sources=(source,),
    )  # fmt: skip


def _named(reading: Reading, draft: Draft, place: Place) -> str:
    """Return the name of a place, with what the report wrote where that is another name of it."""
    settled = draft.site.found.candidates[:1] if draft.site else ()
    written = _written(reading, draft)
    if settled and settled[0].how == "another name of" and written and written != place.name:
        return f"{place.name} ({written})"
    return place.name


def _written(reading: Reading, draft: Draft) -> str | None:
    if draft.site is None:
        return None
    return next((p.text for p in reading.places if p.why == draft.site.why), None)


def _loose_incident(reading: Reading, claims: tuple[Claim, ...], source: Source) -> Incident:
    """Return the record of what a report says without tying it to an incident: context, at no place.

    Its figures stand beside (`extent`), so that a sum for a whole country is no range of anything on the map.
    """
    is_stance = all(c.predicate in _STANCES for c in claims)
    return Incident(
        id=f"i-{_hashed(reading.report.sha256, 'loose')}",
        title="Blame and denials tied to no incident" if is_stance else "Said without a place, tied to no incident",
        summary=wording.summary(claims), role="context", category="accusation" if is_stance else "other",
        date_reported=reading.report.published,
        geo_method="the report ties these claims to no place", review=_review(claims),
        sensitivity=personal.sensitivity(claims, (source,)),
        claims=tuple(c.model_copy(update={"extent": "beside"}) for c in claims), sources=(source,),
    )  # fmt: skip


def _shared_out(reading: Reading) -> tuple[list[list[int]], list[int]]:
    """Return the positions of the claims of each draft, and of those that belong to none.

    The size and the whereabouts of a place go with the incident where the whole report is about one place.
    """
    owned = [list(draft.facts) for draft in reading.drafts]
    loose = sorted(set(range(len(reading.claims))) - {i for facts in owned for i in facts})
    places = {d.site.place.place_id if d.site and d.site.place else None for d in reading.drafts}
    if len(places) == 1 and None not in places:
        first = next((n for n, d in enumerate(reading.drafts) if d.role == "incident"), 0)
        owned[first] += [i for i in loose if reading.claims[i].predicate in _ABOUT_A_PLACE]
        loose = [i for i in loose if reading.claims[i].predicate not in _ABOUT_A_PLACE]
    return owned, loose


def incidents_of(reading: Reading, byline: Byline | None = None) -> list[Incident]:
    """Return the incidents of one reading, in order of the text, with one more for the claims tied to none."""
    known = byline or Byline()
    claims = [_passed_on(claim, known) for claim in reading.claims]
    owned, loose = _shared_out(reading)
    source = source_of(reading, known)
    made = [
        _incident(reading, draft, n, tuple(claims[i] for i in sorted(set(owned[n]))), source)
        for n, draft in enumerate(reading.drafts)
    ]
    if loose:
        made.append(_loose_incident(reading, tuple(claims[i] for i in loose), source))
    return made


def _passed_on(claim: Claim, byline: Byline) -> Claim:
    more = tuple(name for name in (*byline.author, *byline.via) if name not in claim.via)
    return claim.model_copy(update={"via": claim.via + more}) if more else claim


@dataclass(frozen=True)
class Gathered:
    """What some reports tell, not yet joined: incidents, the reports not read, and how many were new or known.

    `again` are the bylines of reports that were known, by id, each with the title that their words alone give.
    """

    incidents: list[Incident] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    again: dict[str, tuple[str | None, Byline]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


def gather(
    paths: Iterable[Path],
    *,
    given: Byline | None = None,
    listed: Mapping[Path, Byline] | None = None,
    known: Iterable[str] = (),
) -> Gathered:
    """Read reports; one whose id or sha256 is among `known` is left out.

    `listed` are the bylines of single reports by resolved path, `given` holds for every report that does not say otherwise.
    """
    found = Gathered()
    seen = set(known)
    for path in paths:
        try:
            told = read_report(path, listed=(listed or {}).get(path.resolve()), given=given)
        except BadInput as bad:
            found.problems.extend(bad.problems)
            continue
        found = _taken(found, told, path, seen)
    return found


def _taken(found: Gathered, told: Told, path: Path, seen: set[str]) -> Gathered:
    report = told.reading.report
    names = {report.id, report.sha256}
    if names & seen:
        found.again.setdefault(report.id, (report.title, told.byline))
        return replace(found, tally=replace(found.tally, known=found.tally.known + 1))
    seen |= names
    found.incidents.extend(incidents_of(*told))
    loose = len(_shared_out(told.reading)[1])
    is_silent = not told.reading.claims and not told.reading.drafts
    tally = replace(
        found.tally,
        read=found.tally.read + 1,
        silent=(*found.tally.silent, str(path)) if is_silent else found.tally.silent,
        tied=found.tally.tied + len(told.reading.claims) - loose,
        loose=found.tally.loose + loose,
    )
    return replace(found, tally=tally)


def described(
    incidents: Iterable[Incident], again: Mapping[str, tuple[str | None, Byline]], *, at: str
) -> Iterator[Incident]:
    """Yield those of `incidents` that learn something of a source, with a line of history that says what stood before.

    Only what was not known is filled in; a title that the words gave by themselves gives way to one that is told.
    """
    for incident in incidents:
        now = tuple(_described(s, *again[s.id]) if s.id in again else s for s in incident.sources)
        if now == incident.sources:
            continue
        before = [s.model_dump(mode="json") for s, new in zip(incident.sources, now, strict=True) if s != new]
        line = Change(at=at, by=BY, what="source", detail={"before": before})
        yield incident.model_copy(update={"sources": now, "history": (*incident.history, line)})


def _described(source: Source, own_title: str | None, byline: Byline) -> Source:
    told = {name: getattr(byline, name) for name in ("title", "publisher", "url", "archive_url")}
    return source.model_copy(
        update={
            name: value
            for name, value in told.items()
            if value is not None and getattr(source, name) in {None, own_title if name == "title" else None}
        }
    )


def reports_of(incidents: Iterable[Incident]) -> set[str]:
    """Return the id and the sha256 of every report that `incidents` came from."""
    sources = (s for incident in incidents for s in incident.sources if s.sha256)
    return {name for s in sources for name in (s.id, str(s.sha256))}


def ingest(
    paths: Iterable[Path],
    *,
    given: Byline | None = None,
    listed: Mapping[Path, Byline] | None = None,
    at: str | None = None,
) -> Ingested:
    """Read reports and join what they tell: clear duplicates become one incident with the claims of both.

    Doubtful ones are returned as candidates. `given` and `listed` as for `gather`. `at` (ISO 8601) is the time that
    the history gives for merges, now where it is not given.
    """
    new = gather(paths, given=given, listed=listed)
    at = at or dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    folded = merge.fold(new.incidents, by=BY, at=at, new={i.id for i in new.incidents})
    return Ingested(folded.incidents, folded.candidates, new.problems, new.tally)
