"""Check a collection against its contract: every problem, each with file, line, id and field, all at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from geo.nearest import looks_swapped
from incidents import _lines
from incidents._addresses import bad_addresses
from incidents._errors import BadInput, NotFound, UnreadableCollection
from incidents._features import Header, iter_features
from incidents._journal import NAME as JOURNAL
from incidents._journal import is_tombstone, records
from incidents._locate import misplaced
from incidents.derive import derived
from incidents.geojson import from_feature
from incidents.model import Incident, Point
from incidents.store import refuse_other

Progress = Callable[[int], object]
"""Told the number of bytes read since the last call."""

_DATES: Final = ("date_start", "date_end", "date_discovered", "date_reported")


class Problem(NamedTuple):
    """One thing that is wrong. `line` is 0 and `id` empty where the whole file is meant."""

    file: str
    line: int
    id: str
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (where, self.id, self.field, self.message) if part)


def check(
    path: Path | str, *, today: dt.date | None = None, progress: Progress | None = None
) -> list[Problem]:
    """Return every problem of a collection folder or of one GeoJSON file; an empty list means sound.

    Raises NotFound where there is nothing. `today` is for tests; dates after tomorrow are in the future.
    """
    path = Path(path)
    if not path.exists():
        raise NotFound(f"{path}: there is no such file or folder")
    checker = _Checker(
        limit=(today or dt.datetime.now(dt.UTC).date()) + dt.timedelta(days=1), progress=progress
    )
    if path.is_dir():
        refuse_other(path)
        checker.folder(path)
    else:
        checker.file(path, month=bool(_lines.MONTH.fullmatch(path.name)))
    checker.strangers()
    return sorted(checker.problems)


def check_lines(lines: Iterable[tuple[str, int, bytes]], *, today: dt.date | None = None) -> list[Problem]:
    """Return every problem of Features given as (file, line, bytes), as a store yields them."""
    checker = _Checker(limit=_limit(today), progress=None)
    for name, number, line in lines:
        checker.line(name, number, line, month=False)
    checker.strangers()
    return sorted(checker.problems)


def _limit(today: dt.date | None) -> dt.date:
    return (today or dt.datetime.now(dt.UTC).date()) + dt.timedelta(days=1)


class _Checker:
    def __init__(self, *, limit: dt.date, progress: Progress | None) -> None:
        self.problems: list[Problem] = []
        self._limit = limit
        self._progress = progress or (lambda _: None)
        self._seen: dict[str, tuple[str, int]] = {}
        self._countries: Counter[str] = Counter()
        self._nowhere: list[tuple[str, int, str, Point]] = []

    def folder(self, folder: Path) -> None:
        for path in sorted(folder.glob("*.geojson")):
            named = bool(_lines.MONTH.fullmatch(path.name))
            if not named:
                self._add(
                    path.name, 0, "", "",
                    "is not named by a month (YYYY-MM.geojson) or undated.geojson; what is in it counts all the same, "
                    "and `repair` brings it into the right files",
                )  # fmt: skip
            self.file(path, month=named)
        journal = folder / JOURNAL
        if journal.exists():
            self._journal(journal)

    def file(self, path: Path, *, month: bool) -> None:
        try:
            with path.open("rb") as file:
                ours = file.readline().rstrip() == _lines.HEAD
                file.seek(0)
                if ours:
                    self._our_file(file, path.name, month=month)
                else:
                    self._any_file(file, path.name, month=month)
        except OSError as error:
            self._add(path.name, 0, "", "", f"cannot be read ({error.strerror})")

    def _our_file(self, file: Any, name: str, *, month: bool) -> None:
        last, comma, ended = 1, True, False
        for number, raw in enumerate(file, 1):
            self._progress(len(raw))
            line = raw.rstrip(b" \t\r\n")
            if number == 1 or not line:
                continue
            if ended:
                self._add(name, number, "", "", "stands after the end of the collection")
            elif line == _lines.TAIL:
                ended = True
                if comma and last > 1:
                    self._add(name, last, "", "", "the last Feature has a comma after it; take it off")
            else:
                if not comma:
                    self._add(name, last, "", "", "a comma is missing at the end of the line")
                last, comma = number, line.endswith(b",")
                self.line(name, number, line.removesuffix(b","), month=month)
        if not ended:
            self._add(name, last, "", "", "the file is cut off: its last line is not ]}")

    def _any_file(self, file: Any, name: str, *, month: bool) -> None:
        header, read = Header(), 0
        try:
            for number, feature in iter_features(file, name, header=header):
                self._progress(file.tell() - read)
                read = file.tell()
                self._feature(name, number, feature, month=month)
        except UnreadableCollection as bad:
            for told in bad.problems:
                self._add(name, _line_in(told, name), "", "", _without_place(told, name))
        for member in sorted(header.members - {"type", "features"}) if "features" in header.members else ():
            self._add(name, 1, "", member, "is not a member of a collection; a rewrite would lose it")

    def _journal(self, path: Path) -> None:
        for number, line in records(path):
            self._progress(len(line))
            if not is_tombstone(line):
                self.line(path.name, number, line, month=False, unique=False)

    def line(self, name: str, number: int, line: bytes, *, month: bool, unique: bool = True) -> None:
        try:
            feature = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            self._add(name, number, _id_at_start(line), "", _not_json(line, error))
            return
        self._feature(name, number, feature, month=month, unique=unique)

    def _feature(self, name: str, number: int, feature: Any, *, month: bool, unique: bool = True) -> None:
        found = str(feature.get("id") or "") if isinstance(feature, dict) else ""
        if found and unique:
            self._once(name, number, found)
        try:
            incident = from_feature(feature)
        except BadInput as bad:
            for told in bad.problems:
                field, colon, message = told.partition(": ")
                self._add(name, number, found, field if colon else "", message if colon else told)
            return
        faults = list(self._faults(incident, feature["properties"]))
        for field, message in faults:
            self._add(name, number, found, field, message)
        if incident.country and not _is_by_nearness(incident):
            self._countries[incident.country] += 1
        elif incident.point and not faults:
            self._nowhere.append((name, number, found, incident.point))
        belongs = _lines.file_of(incident)
        if month and belongs != name:
            day = incident.date_start or incident.date_discovered or "no date"
            self._add(name, number, found, "date_start", f"belongs in {belongs} ({day})")

    def strangers(self) -> None:
        """Add the points in no country that is told that would be in the collection's own if they were exchanged."""
        home = next((country for country, _ in self._countries.most_common(1)), None)
        for name, number, found, at in self._nowhere:
            if home and looks_swapped(at.lon, at.lat, home):
                where = (
                    f"[{at.lon}, {at.lat}] would be in {home} like most of the collection if it were swapped"
                )
                self._add(name, number, found, "geometry.coordinates", where)

    def _once(self, name: str, number: int, found: str) -> None:
        first = self._seen.setdefault(found, (name, number))
        if first != (name, number):
            self._add(name, number, found, "id", f"is there twice; the other is at {first[0]}:{first[1]}")

    def _faults(self, incident: Incident, properties: dict[str, Any]) -> Iterator[tuple[str, str]]:
        yield from _sums(incident, properties)
        yield from self._days(incident)
        yield from _swapped(incident)
        yield from bad_addresses(incident)
        for field, items in (("claims", incident.claims), ("sources", incident.sources)):
            ids = [item.id for item in items]
            for twice in sorted({i for i in ids if ids.count(i) > 1}) if len(set(ids)) < len(ids) else ():
                yield field, f"two have the id {twice}"

    def _days(self, incident: Incident) -> Iterator[tuple[str, str]]:
        for field in _DATES:
            day = getattr(incident, field)
            if day and day > self._limit:
                yield field, f"{day} is in the future"
        for source in incident.sources:
            if source.published and source.published > self._limit:
                yield "sources.published", f"{source.published} is in the future (source {source.id})"

    def _add(self, *parts: Any) -> None:
        self.problems.append(Problem(*parts))


def _is_by_nearness(incident: Incident) -> bool:
    """Say whether nobody named the country: it is that of the settlement nearest to the coordinates."""
    return "nearest settlement" in (incident.geo_method or "")


def _swapped(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield coordinates that fit the country, or the place named, only when they are exchanged."""
    at, country = incident.point, incident.country
    if at is None:
        return
    if country and looks_swapped(at.lon, at.lat, country):
        yield "geometry.coordinates", f"[{at.lon}, {at.lat}] is not in {country}; are they swapped?"
    elif incident.place_name and not incident.place_id:
        found = misplaced(incident.place_name, at.lon, at.lat, country=country)
        if found and found.swapped:
            yield "geometry.coordinates", found.why


def _sums(incident: Incident, properties: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field, value in derived(incident).items():
        if field not in properties:
            yield field, f"is missing; the claims say {_shown(value)}"
        elif properties[field] != value:
            yield field, f"is {_shown(properties[field])}, the claims say {_shown(value)}"


def _shown(value: object) -> str:
    return orjson.dumps(value).decode()


def _id_at_start(line: bytes) -> str:
    try:
        return _lines.id_of(line)
    except BadInput:
        return ""


def _not_json(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as bad:
        return f"is not UTF-8 text (byte 0x{line[bad.start]:02x} at {bad.start + 1}); save it as UTF-8"
    return f"is not JSON: {error.msg} (at character {error.pos + 1})"


def _line_in(told: str, name: str) -> int:
    number = told.removeprefix(f"{name}:").partition(":")[0]
    return int(number) if number.isdigit() else 0


def _without_place(told: str, name: str) -> str:
    rest = told.removeprefix(name).removeprefix(":")
    number, colon, message = rest.partition(":")
    return (message if colon and number.isdigit() else rest).strip()
