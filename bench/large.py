"""One very large GeoJSON file, whole and with one bad line among more than a million: `make bench-large [GB=2]`.

Each case runs in a process of its own, which prints what a user would read; beside it seconds and peak memory.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from bench import synthetic
from bench.store import line
from incidents import _lines
from incidents._duck import DuckCatalogue
from incidents._errors import AtlasError
from incidents.catalogues import open_catalogue
from incidents.filters import Filter

MADE = 50_000
DAMAGE = {
    "as it should be": (b"", b""),
    "one line is no JSON": (b'"geometry":', b'"geometry"'),
    "one line has no such category": (b'"category":"', b'"category":"alien '),
    "one line has no such date": (b'"date_end":"', b'"date_end":"31 '),
    "the end is missing": (b"", b""),
}


def features() -> Iterator[bytes]:
    """Yield ever new Features: some thousands over and over, each time under other ids."""
    made = [orjson.dumps(feature) for feature in synthetic.features(synthetic.columns(0, n=MADE))]
    for turn in itertools.count():
        for feature in made:
            yield feature.replace(b'"id":"syn-', b'"id":"syn%d-' % turn, 1)


def write(path: Path, size: int, damage: str) -> int:
    """Write a collection file of about `size` bytes with one bad line at two thirds; return its count of lines."""
    old, new = DAMAGE[damage]
    lines = held = 0
    with path.open("wb") as file:
        between = _lines.HEAD + b"\n"
        for feature in features():
            is_bad = held < size * 2 / 3 <= held + len(feature)
            held += file.write(between) + file.write(
                feature.replace(old, new, 1) if is_bad and old else feature
            )
            between = b",\n"
            lines += 1
            if held > size:
                break
        if damage != "the end is missing":
            file.write(b"\n" + _lines.TAIL + b"\n")
    return lines


def opened(path: Path) -> None:
    """Open a file as a user would and print what comes of it, seconds and peak memory."""
    begin = time.perf_counter()
    try:
        catalogue = open_catalogue(path)
        ready = time.perf_counter() - begin
        told = f"{catalogue.counts(Filter()).total} incidents are shown"
        if isinstance(catalogue, DuckCatalogue):
            catalogue.settled()
    except AtlasError as error:
        ready = time.perf_counter() - begin
        told = str(error).splitlines()[0]
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(f"{ready:.1f} s · {peak:.0f} MB · {told.replace(str(path.parent) + '/', '')}")


def main() -> None:
    """Run every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=2.0)
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.open:
        opened(chosen.open)
        return
    with tempfile.TemporaryDirectory() as folder:
        for damage in DAMAGE:
            path = Path(folder) / "large.geojson"
            count = write(path, int(chosen.gb * 1e9), damage)
            done = subprocess.run(
                [sys.executable, "-m", "bench.large", "--open", str(path)],
                check=True, capture_output=True, text=True, env={**os.environ, "XDG_CACHE_HOME": folder,},
            )  # fmt: skip
            line(f"{path.stat().st_size / 1e9:.1f}", f"GB, {count} lines, {damage}", done.stdout.strip())


if __name__ == "__main__":
    main()
