#!/usr/bin/env python3
"""Score reading on the gold set, both halves, and measure its speed, its growth with length and its memory.

usage: python -m bench.reading [--part dev|held_out|FOLDER] [--told] [--quick]

--told lists every fault of the dev half (never of the held-out half: nobody writes rules for it); --quick leaves out the
measurements of time and memory.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.scoring import MEASURES, Case, Score, cases, score, total
from geo import gazetteer
from incidents.extract import read
from incidents.ingest import incidents_of

LANGUAGES = ("uk", "ru", "en")
ASKED = {"claims": 0.88, "incidents": 0.90}


def reading_of(text: str, published: dt.date) -> tuple[dict[str, Any], list[Any]]:
    """Return what a report says, as JSON types, and its incidents."""
    found = read(text, published=published)
    document = {
        "places": [vars_of(p) for p in found.places],
        "dates": [vars_of(d) for d in found.dates if d.value is not None],
        "claims": [c.model_dump(mode="json") for c in found.claims],
    }
    return document, incidents_of(found)


def vars_of(row: Any) -> dict[str, Any]:
    """Return the fields of a small record."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def areas() -> set[str]:
    """Return the ids of provinces, districts and countries, which the gold set leaves open."""
    known = gazetteer.load()
    return {p.place_id for kind in ("country", "admin1", "raion", "hromada") for p in known.areas(kind)}


def scored(part: str) -> list[tuple[Case, Score]]:
    """Return every gold report of a half with its score."""
    open_ids = areas()
    return [(c, score(c.gold, *reading_of(c.text, c.published), areas=open_ids)) for c in cases(part)]


def print_scores(part: str, rows: Sequence[tuple[Case, Score]], *, told: bool) -> None:
    """Print precision, recall and F1 of a half, by measure and language."""
    print(
        f"\n{part}: {len(rows)} reports"
        + (" (never opened while rules were written)" if part == "held_out" else "")
    )
    print(f"  {'':12}" + "".join(f"{name:>22}" for name in ("all", *LANGUAGES)))
    groups = [[s for _, s in rows]] + [[s for c, s in rows if c.language == lang] for lang in LANGUAGES]
    sums = [total(group) for group in groups]
    for name in MEASURES:
        cells = (s[0][name] for s in sums)
        row = "".join(f"    P {t.precision:.2f} R {t.recall:.2f} F {t.f1:.2f}"[:24].rjust(22) for t in cells)
        print(f"  {name:12}{row}{_asked(part, name, sums[0][0][name].f1)}")
    print(f"  {'forbidden':12}" + "".join(f"{sum(s[1].values()):>22}" for s in sums))
    if told and part != "held_out":
        for case, one in rows:
            for line in one.told:
                print(f"    {case.name}: {line}")


def _asked(part: str, name: str, f1: float) -> str:
    if part == "dev" or name not in ASKED:
        return ""
    return f"  {'ok' if f1 >= ASKED[name] else 'LOW'} (asked {ASKED[name]:.2f})"


def print_speed(seconds: float = 4.0) -> None:
    """Print reports read per second on one core."""
    everything = [*cases("dev"), *cases("held_out")]
    for case in everything[:5]:
        reading_of(case.text, case.published)
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        case = everything[count % len(everything)]
        reading_of(case.text, case.published)
        count += 1
    rate = count / (time.process_time() - start)
    size = sum(len(c.text) for c in everything) / len(everything)
    print(f"\nspeed: {rate:.0f} reports/s on one core (mean {size:.0f} characters; asked 40)")


def _long(size: int) -> Iterator[tuple[str, str]]:
    texts = [c.text for c in cases("dev")]
    mixed = "\n\n".join(texts)
    mixed *= size // len(mixed) + 1
    yield "many paragraphs", mixed[:size]
    yield "one line", mixed[:size].replace("\n", " ")
    names = "Вовчанськ Липці Izium Bucha Kharkiv Лиман Херсон Odesa "
    yield "places only", (names * (size // len(names) + 1))[:size]
    yield "one number", "9" * size


def print_growth() -> None:
    """Print how time grows with length: the ms per kB must stay level."""
    print("\ntime by length (CPU ms per 1,000 characters; level means linear)")
    sizes = (6_250, 25_000, 100_000, 200_000)
    for _, text in _long(2_000):
        read(text)  # so that the first row does not pay for loading
    print(f"  {'':18}" + "".join(f"{size:>10}" for size in sizes) + "   last / first")
    rows: dict[str, list[float]] = {}
    for size in sizes:
        for name, text in _long(size):
            start = time.process_time()
            read(text, published=dt.date(2024, 1, 1))
            rows.setdefault(name, []).append((time.process_time() - start) / size * 1e6)
    for name, cells in rows.items():
        print(
            f"  {name:18}" + "".join(f"{cell:>10.2f}" for cell in cells) + f"{cells[-1] / cells[0]:>12.1f} ×"
        )


def print_memory(count: int = 1000) -> None:
    """Print the peak memory of one ingest of many reports, beside that of one report."""
    texts = [c.text for c in (*cases("dev"), *cases("held_out"))]
    print(f"\nmemory: peak of one `ingest` (asked under 600 MB for {count} reports)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = []
        for row in range(count):
            path = folder / f"{row:04}.txt"
            path.write_text(f"{texts[row % len(texts)]}\nNo. {row // len(texts)}\n", encoding="utf-8")
            paths.append(str(path))
        for some in (paths[:1], paths):
            start = time.perf_counter()
            words = ["ingest", *some, "--into", str(folder / f"c{len(some)}"), "--published", "2024-03-01"]
            code = subprocess.run(
                [sys.executable, "-m", "incidents", *words], capture_output=True, check=False
            )
            took = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"  {len(some):>5} reports: {peak:6.0f} MB, {took:5.1f} s, exit {code.returncode}")


def main() -> None:
    """Print the scores, then the measurements."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", help="dev, held_out, or a folder of gold reports of your own")
    parser.add_argument("--told", action="store_true", help="list every fault, except of the held-out half")
    parser.add_argument("--quick", action="store_true", help="scores only")
    given = parser.parse_args()
    for part in (given.part,) if given.part else ("dev", "held_out"):
        if rows := scored(part):
            print_scores(part, rows, told=given.told)
    if not given.quick:
        print_speed()
        print_growth()
        print_memory()


if __name__ == "__main__":
    main()
