#!/usr/bin/env python3
"""Score geocoding on real, noisy rows of events with coordinates, beside two baselines, in one run.

usage: python bench/geocoding.py [--places CSV] [--headlines CSV] [--misses] [--halves]

A row is right within R km when the resolved point lies that close to the row's; not found counts as wrong everywhere.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import re
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo import _pack, distance, gazetteer, geocode, names
from geo.gazetteer import Place
from incidents.extract import read

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
Row = dict[str, str]


@dataclass
class Answer:
    """What one method said for one row: km from the truth (None: not found) and the circle claimed in km.

    `best` is how far the nearest candidate lies from the truth: no choice among them does better.
    """

    row: Row
    off: float | None
    circle: float | None = None
    why: str = ""
    best: float | None = None
    located_by: str = ""


def away(row: Row, lon: float | None, lat: float | None) -> float | None:
    """Return how far a point lies from the truth of a row, in km; None without a point."""
    if lon is None or lat is None:
        return None
    return distance.km(lon, lat, float(row["lon"]), float(row["lat"]))


def ours(row: Row) -> Answer:
    """Resolve a row with this product."""
    found = geocode.resolve(row["place"], province=row["province"] or None, district=row["district"] or None)
    circle = None if found.uncertainty_m is None else found.uncertainty_m / 1000
    offs = [off for c in found.candidates if (off := away(row, c.place.lon, c.place.lat)) is not None]
    located_by = found.place.located_by if found.place else ""
    return Answer(
        row, away(row, found.lon, found.lat), circle, found.why, min(offs, default=None), located_by
    )


def baseline(row: Row, *, province: bool) -> Answer:
    """Take the most populous place of exactly that name (in the named province, where one of them lies there)."""
    places = [p for p in gazetteer.load().find(row["place"]) if p.country == "UA" and not p.is_area]
    places = [p for p in places if p.located_by == "coordinates"]
    code = geocode.province_code(row["province"]) if province and row["province"] else None
    places = [p for p in places if p.admin1 == code] or places
    best = max(places, key=lambda p: p.population, default=None)
    return Answer(row, away(row, best.lon, best.lat) if best else None)


def share(flags: list[bool]) -> float:
    """Return the share of true flags."""
    return sum(flags) / len(flags) if flags else float("nan")


def show(name: str, answers: list[Answer]) -> None:
    """Print one line of figures for a method, and its calibration where it claims circles."""
    offs = [a.off for a in answers]
    found = sorted(o for o in offs if o is not None)
    within = "  ".join(
        f"<={km} km {share([o is not None and o <= km for o in offs]):.3f}" for km in (10, 25, 161)
    )
    p90 = found[int(len(found) * 0.9)] if found else float("nan")
    print(
        f"{name:38} found {len(found) / len(offs):.3f}  {within}  median {statistics.median(found):.1f} km  p90 {p90:.1f} km"
    )
    circles = [(a.off, a.circle) for a in answers if a.circle is not None and a.off is not None]
    if circles:
        hit = share([off <= circle for off, circle in circles])
        every = share([a.off is not None and a.circle is not None and a.off <= a.circle for a in answers])
        claimed = statistics.median(c for _, c in circles)
        print(
            f"{'':38} inside the claimed circle {hit:.3f} of found, {every:.3f} of all; median claimed {claimed:.1f} km"
        )


def reason(answer: Answer, km: float) -> str:
    """Say why a row is not right within `km`."""
    if answer.best is None:
        return "named by no shippable source: seas, streets, bays, names beyond recognition"
    if answer.best <= km:
        return "a bearer of the name lies there, but nothing in the row prefers it"
    if answer.located_by in ("hromada", "raion", "admin1"):
        return "in the codifier only: no shippable source has coordinates, so the middle of its hromada stands in"
    if answer.best <= 25:
        return "the named town is right, the event lies farther from its middle"
    return "the row's coordinates lie over 25 km from every place of that name: a wrong row, or a place in no source"


def ceiling(answers: list[Answer]) -> None:
    """Print, for 10 and 25 km, the share no choice among the candidates can pass, and why rows are missed."""
    for km in (10, 25):
        missed: dict[str, Counter[str]] = {}
        for answer in answers:
            if answer.off is None or answer.off > km:
                missed.setdefault(reason(answer, km), Counter())[answer.row["place"]] += 1
        most = share([a.best is not None and a.best <= km for a in answers])
        print(
            f"  ceiling of these sources <={km} km {most:.3f}; {sum(map(Counter.total, missed.values()))} rows missed:"
        )
        for why, towns in sorted(missed.items(), key=lambda item: -item[1].total()):
            print(f"    {towns.total():4}  {why}")
            print(f"          {', '.join(f'{town} ({n})' for town, n in towns.most_common(6))}")


def half_of(row: Row) -> int:
    """Put each town into one of two halves, by the hash of its name."""
    return hashlib.sha256(row["place"].strip(" ,'").lower().encode()).digest()[0] & 1


def places(path: Path, *, misses: bool) -> None:
    """Score the rows of events with coordinates."""
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    begun = time.perf_counter()
    answers = [ours(row) for row in rows]
    took = time.perf_counter() - begun
    print(f"places: {len(rows)} rows of {path.name}, {len(rows) / took:.0f} resolved a second")
    show("exact name, most people", [baseline(row, province=False) for row in rows])
    show("exact name, province, most people", [baseline(row, province=True) for row in rows])
    show("geocode.resolve", answers)
    for half in (0, 1):
        show(f"geocode.resolve, towns of half {half}", [a for a in answers if half_of(a.row) == half])
    ceiling(answers)
    if misses:
        wrong = Counter(
            (
                a.row["place"],
                a.row["province"],
                a.row["district"],
                "-" if a.off is None else f"{a.off:.0f}",
                a.why,
            )
            for a in answers
            if a.off is None or a.off > 25 or (a.circle is not None and a.off > a.circle)
        )
        for key, n in wrong.most_common():
            print(n, *key, sep=" | ")


def gold_names(row: Row) -> set[str]:
    """Return the folded Cyrillic names of the place of a headline, from the gazetteer."""
    known = gazetteer.load().get(f"geonames:{row['geonameid']}")
    lon, lat = float(row["longitude"]), float(row["latitude"])
    places = [known] if known else gazetteer.load().find_loose(row["asciiname"])
    near = [
        p
        for p in places
        if p.lon is not None and p.lat is not None and distance.km(p.lon, p.lat, lon, lat) <= 25
    ]
    return {names.fold(n) for p in near for n in p.names if names.is_cyrillic(n)}


def is_named(row: Row) -> bool:
    """Say whether the text names the place in some case form; most rows stand for a province the text names instead."""
    words = [names.fold(w) for w in re.findall(r"[\w'’ʼ]+", row["representative_text"]) if w[0].isupper()]
    have = {lemma for word in words for lemma in names.lemmas(word)}
    return any(all(word in have for word in name.split()) for name in gold_names(row))


def is_right(row: Row, place: Place | None) -> bool:
    """Say whether a place is the row's: the same id, or within 25 km."""
    if place is None:
        return False
    if place.place_id == f"geonames:{row['geonameid']}":
        return True
    if place.lon is None or place.lat is None:
        return False
    return distance.km(place.lon, place.lat, float(row["longitude"]), float(row["latitude"])) <= 25


def first_named(text: str) -> Place | None:
    """Baseline: the first name in the text, its most populous bearer."""
    for mention in gazetteer.load().scan(text):
        places = [p for i in mention.place_ids if (p := gazetteer.load().get(i)) is not None]
        towns = [p for p in places if not p.is_area and p.country == "UA"]
        if towns:
            return max(towns, key=lambda p: p.population)
    return None


def places_read(text: str, row: Row) -> tuple[Place | None, list[Place]]:
    """Return the main place of a text as the reader sees it, and all its places.

    The main place is the first settlement where something happened, else the first settlement, else the first place.
    """
    day = row["date"]
    reading = read(text, published=dt.date(int(day[:4]), int(day[4:6]), int(day[6:])))
    found = [(m.role, p) for m in reading.places if m.place_id and (p := gazetteer.load().get(m.place_id))]
    order = sorted(found, key=lambda one: (one[1].is_area, one[0] != "site"))
    return (order[0][1] if order else None), [place for _, place in found]


def headlines(path: Path, *, misses: bool) -> None:
    """Score the main place of headlines where the text names it."""
    with path.open(encoding="utf-8") as lines:
        every = list(csv.DictReader(lines))
    rows = [row for row in every if is_named(row)]
    by_text: dict[str, list[Row]] = {}
    for row in rows:
        by_text.setdefault(row["representative_text"], []).append(row)
    main, either, base, alone = [], [], [], []
    for text, alike in by_text.items():
        found, every_place = places_read(text, alike[0])
        main.append([is_right(row, found) for row in alike])
        either.append([any(is_right(row, place) for place in every_place) for row in alike])
        base.append([is_right(row, first_named(text)) for row in alike])
        alone.append(len({place.place_id for place in every_place if not place.is_area}) < 2)
        if misses and not any(main[-1]):
            print(
                "   missed",
                {r["asciiname"] for r in alike},
                found and found.name,
                text[:160].replace("\n", " "),
            )
    print(
        f"headlines: {len(every)} rows of {path.name}, the place is named in {len(rows)} of them, {len(by_text)} texts"
    )
    of_one = [flags for flags, one in zip(main, alone, strict=True) if one]
    of_more = [flags for flags, one in zip(main, alone, strict=True) if not one]
    for name, flags in (
        ("first name, most people", base),
        ("the reader's first site", main),
        (f"  the {len(of_one)} texts that name one town", of_one),
        (f"  the {len(of_more)} texts that name several", of_more),
        ("some place of the text", either),
    ):
        by_row = share([f for group in flags for f in group])
        print(f"{name:38} right {by_row:.3f} of rows  {share([any(g) for g in flags]):.3f} of texts")
    most = [max(sum(near(a, b) for b in alike) for a in alike) for alike in by_text.values()]
    print(
        f"{'':38} ceiling {sum(most) / len(rows):.3f} of rows: a text of rows in several towns has one main place"
    )


def near(one: Row, other: Row) -> bool:
    """Say whether two rows are of one place."""
    a, b = ((float(r["longitude"]), float(r["latitude"])) for r in (one, other))
    return distance.km(*a, *b) <= 25


def speed() -> None:
    """Print how long loading takes and how many names are looked up a second, beside the same index in SQLite."""
    packed = _pack.read(gazetteer.DATA)
    loads = []
    for _ in range(5):
        begun = time.perf_counter()
        gazetteer.read(gazetteer.DATA)
        loads.append((time.perf_counter() - begun) * 1000)
    loaded = gazetteer.load()
    wanted = [p.names[0] for p in loaded.areas("hromada")] + [
        "Izium",
        "Ізюм",
        "Харьков",
        "Kyiv",
        "Bucha",
        "nowhere",
    ]
    begun = time.perf_counter()
    table = sqlite3.connect(":memory:")
    table.execute("create table names (name text primary key, cell text) without rowid")
    table.executemany("insert into names values (?, ?)", packed.exact.items())
    built = (time.perf_counter() - begun) * 1000
    ask = "select cell from names where name = ?"
    megabytes = gazetteer.DATA.stat().st_size / 1e6
    print(f"gazetteer: {len(loaded)} places, {len(packed.exact)} spellings, {megabytes:.2f} MB")
    print(
        f"{'loading':38} {min(loads):.0f} ms (best of 5)   SQLite filled with the spellings alone {built:.0f} ms"
    )
    plain = _rate(lambda name: table.execute(ask, (names.fold(name),)).fetchone(), wanted * 5)
    print(
        f"{'look-ups a second':38} {_rate(loaded.find, wanted * 5):,.0f}   SQLite, row numbers only {plain:,.0f}"
    )


def _rate(ask: Callable[[str], object], names_asked: list[str]) -> float:
    begun = time.perf_counter()
    for name in names_asked:
        ask(name)
    return len(names_asked) / (time.perf_counter() - begun)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=Path, default=SHARED / "places-with-coordinates.csv")
    parser.add_argument("--headlines", type=Path, default=SHARED / "viina-headlines.csv")
    parser.add_argument("--misses", action="store_true", help="list every row that is wrong")
    args = parser.parse_args()
    speed()
    if not args.places.exists():
        print(f"{args.places} is not here: nothing more to score")
        return
    places(args.places, misses=args.misses)
    headlines(args.headlines, misses=args.misses)


if __name__ == "__main__":
    main()
