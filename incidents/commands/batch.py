"""`batch`: jobs over a whole collection, on this machine or on a Spark cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import click
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from incidents import hints
from incidents._batchsource import Layout, parquet_of
from incidents._errors import BadInput
from incidents._regions import Regions
from incidents.batch import Chosen, DuckEngine, Engine, Job, run
from incidents.catalogues import open_catalogue, place_ids
from incidents.commands._common import example, filter_options, store_options
from incidents.commands._words import counted
from incidents.filters import Filter

_SHOWN: Final = 20
EngineName = Literal["duckdb", "spark"]


@click.group(
    "batch",
    epilog=example(
        "batch duplicates --from my-collection",
        "batch rollup --from my-collection --since 2022-03-01 --category shelling --out rollup.parquet",
        "batch label --from my-collection --engine spark --master spark://head:7077 --out labelled",
    ),
)
def command() -> None:
    """Jobs over a whole collection. They change nothing; DuckDB and Spark give the same rows."""


def _job(job: Job, told: str) -> Callable[..., Any]:
    """Register one job as a command with the options of all."""

    def work(**given: Any) -> None:
        _run(job, **given)

    decorated: Callable[..., Any] = store_options(filter_options(work))
    for option in reversed(_OPTIONS + (_LABEL_OPTIONS if job == "label" else [])):
        decorated = option(decorated)
    decorated.__doc__ = told
    made: Callable[..., Any] = command.command(job, epilog=example(f"batch {job} --from my-collection"))(
        decorated
    )
    return made


_OPTIONS: Final = [
    click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True),
    click.option(
        "--master", default="local[*]", show_default=True, metavar="URL", help="Spark only: where it runs."
    ),
    click.option(
        "--conf", multiple=True, metavar="NAME=VALUE", help="Spark only: a setting, e.g. spark.executor.memory=4g."
    ),
    click.option(
        "--out", metavar="PATH",
        help="Write Parquet: a file, with Spark a folder of parts. Without it the first rows are shown.",
    ),
]  # fmt: skip
_LABEL_OPTIONS: Final = [
    click.option(
        "--regions", "areas", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
        help="GeoJSON polygons with `code` and `name`; without it the provinces that the map is coloured by.",
    )
]  # fmt: skip


def _run(
    job: Job,
    *,
    source: str,
    engine: EngineName,
    master: str,
    conf: tuple[str, ...],
    out: str | None,
    where: Filter,
    areas: Path | None = None,
) -> None:
    regions = _regions(areas) if job == "label" else None
    options = _settings(conf)
    if out and not Path(out).absolute().parent.is_dir():
        raise click.UsageError(f"--out {out}: there is no folder {Path(out).absolute().parent}")
    if out and engine == "spark" and Path(out).exists():
        raise click.UsageError(f"--out {out}: is there already; Spark writes a new folder")
    chosen = Chosen(where, place_ids)
    with (
        parquet_of(source, folded=chosen.is_folded) as layout,
        _opened(engine, layout, chosen, master, options) as opened,
    ):
        if out:
            opened.write(job, Path(out), regions)
            click.echo(f"{out}: written", err=True)
            count = pq.read_table(out, columns=[]).num_rows
        else:
            rows = run(job, opened, regions=regions)
            _show(rows)
            count = len(rows)
    if not count and not where.is_empty:  # a collection is not opened for questions that nobody has
        for line in hints.why_nothing(open_catalogue(source), where):
            click.echo(f"0 incidents: {line}", err=True)


def _settings(conf: tuple[str, ...]) -> dict[str, str]:
    wrong = [given for given in conf if "=" not in given]
    if wrong:
        raise click.UsageError(f"--conf {wrong[0]}: write NAME=VALUE")
    return dict(given.split("=", 1) for given in conf)


@contextmanager
def _opened(
    name: EngineName, layout: Layout, chosen: Chosen, master: str, options: dict[str, str]
) -> Iterator[Engine]:
    engine: Engine
    if name == "spark":
        from incidents._spark import SparkEngine

        engine = SparkEngine(layout.files, edits=layout.edits, chosen=chosen, master=master, options=options)
    else:
        engine = DuckEngine(layout.files, edits=layout.edits, chosen=chosen)
    try:
        yield engine
    finally:
        engine.close()


def _show(table: pa.Table) -> None:
    """Print the first rows, one a line, tab between columns, and how many there are."""
    click.echo("\t".join(table.column_names))
    for row in table.slice(0, _SHOWN).to_pylist():
        click.echo("\t".join("" if value is None else _plain(str(value)) for value in row.values()))
    more = f", the first {_SHOWN} shown; --out writes all" if len(table) > _SHOWN else ""
    click.echo(f"{counted(len(table), 'row')}{more}", err=True)


def _plain(text: str) -> str:
    """Return a text without characters that could move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _regions(path: Path | None) -> Regions:
    if path is None:
        from geo.areas import areas

        listed = areas("admin1")
        shapes = tuple(shapely.to_wkb(area.outline) for area in listed)
        return Regions(tuple(a.code for a in listed), tuple(a.name for a in listed), shapes)
    return _read_regions(path)


def _read_regions(path: Path) -> Regions:
    """Read polygons of a GeoJSON file. Raises BadInput with every Feature that cannot be used."""
    try:
        features = orjson.loads(path.read_bytes())["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: is not a GeoJSON FeatureCollection") from error
    problems, rows = [], []
    for number, feature in enumerate(features, 1):
        try:
            rows.append(_region(feature))
        except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
            problems.append(f"{path}: Feature {number}: needs a polygon and the property `code` ({error})")
    if problems:
        raise BadInput(problems)
    if not rows:
        raise BadInput(f"{path}: holds no Feature")
    codes, names, shapes = zip(*rows, strict=True)
    return Regions(codes, names, shapes)


def _region(feature: Any) -> tuple[str, str, bytes]:
    shape = shapely.make_valid(shapely.from_geojson(orjson.dumps(feature["geometry"])))
    if shape is None or shape.area == 0:
        raise ValueError("no area")
    properties = feature["properties"]
    code = str(properties["code"])
    return code, str(properties.get("name") or code), bytes(shapely.to_wkb(shape))


duplicates = _job(
    "duplicates", "Pairs within 1 km and 3 days of one category: candidates for a person to judge."
)
rollup = _job("rollup", "Counts by month, region and category. Figures that sources state are never summed.")
label = _job("label", "The province that each point lies in, beside the one on record.")
