"""`ingest`: reports to incidents, into a collection folder or one GeoJSON file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import click

from incidents import duplicates, ingest
from incidents.commands._common import example, progress
from incidents.commands.show import printable
from incidents.duplicates import Absorbed
from incidents.ingest import Ingested
from incidents.store import write_file
from incidents.stores import open_store


@click.command(
    "ingest",
    epilog=example("ingest reports/*.txt --into my-collection", "ingest a.txt b.txt --out out.geojson"),
)
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--published", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
    help="The day of publication, for reports that do not state it.",
)  # fmt: skip
@click.option("--into", metavar="FOLDER|URL", help="Add to a collection, a folder or postgresql://…")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write one GeoJSON file."
)
@click.pass_context
def command(
    ctx: click.Context,
    reports: tuple[Path, ...],
    *,
    published: dt.datetime | None,
    into: str | None,
    out: Path | None,
) -> None:
    """Read reports and turn them into located incidents.

    A report that cannot be read is named and the others go on; the exit code is then 1. Doing it again changes nothing.
    """
    if (into is None) == (out is None):
        raise click.UsageError("name where the incidents go: --into FOLDER or --out FILE.geojson")
    day = published.date() if published else None
    done = _into(into, reports, day) if into else _out(out, reports, day)
    _tell(done)
    if done.problems:
        ctx.exit(1)


def _bar(reports: tuple[Path, ...]) -> Iterator[Path]:
    return progress(reports, what="reading", total=len(reports))


def _out(out: Path | None, reports: tuple[Path, ...], day: dt.date | None) -> Ingested:
    done = ingest.ingest(_bar(reports), published=day)
    if out is not None and (done.read or not done.problems):
        write_file(out, done.incidents)
    return done


def _into(collection: str, reports: tuple[Path, ...], day: dt.date | None) -> Ingested:
    store = open_store(collection, create=True)
    new = ingest.gather(_bar(reports), published=day, known=ingest.reports_of(store.incidents()))
    found = Absorbed([], [], [])
    if new.incidents:
        found = duplicates.absorb(store, new.incidents, by=ingest.BY, at=new.latest)
        store.compact()
    left = [i for i in new.incidents if i.id in set(found.added)]
    return Ingested(left, found.candidates, new.problems, new.read, new.known)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _tell(done: Ingested) -> None:
    parts = [_counted(done.read, "report") + " read", _counted(len(done.incidents), "new incident")]
    if done.read and not done.incidents:
        parts[-1] = (
            "no new incident (its claims joined incidents already there, or no place and event were found)"
        )
    if done.known:
        parts.append(_counted(done.known, "report") + " already there")
    if done.candidates:
        parts.append(_counted(len(done.candidates), "possible duplicate") + " for a person to judge")
    click.echo(", ".join(parts), err=True)
    for problem in done.problems:
        click.echo(f"not read: {printable(problem)}", err=True)
