"""`ingest`: reports to incidents, into a collection folder or one GeoJSON file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from incidents import bylines, duplicates, ingest
from incidents._errors import AtlasError, BadInput
from incidents.bylines import Byline
from incidents.commands._common import example, progress, refuse_shipped
from incidents.commands._words import printable
from incidents.duplicates import Absorbed
from incidents.ingest import Ingested, Tally
from incidents.merge import PER_INCIDENT
from incidents.store import write_file
from incidents.stores import Store, open_store

_NAMED: Final = 5

_BYLINE: Final = [
    click.option("--published", metavar="DATE", help="The day of publication, e.g. 2022-09-16."),
    click.option("--publisher", metavar="NAME", help="Who published them."),
    click.option("--url", metavar="URL", help="Where it was published; of one report."),
    click.option("--archive-url", metavar="URL", help="Where a copy is kept; of one report."),
    click.option("--title", metavar="TEXT", help="Its title; of one report."),
    click.option("--author", multiple=True, metavar="NAME", help="Who wrote them; may be given again."),
    click.option("--via", multiple=True, metavar="NAME", help="The agency or channel that passed them on; may be given again."),
    click.option("--language", metavar="CODE", help="The language, e.g. uk; told by the letters where it is not given."),
]  # fmt: skip
_OF_ONE: Final = ("title", "url", "archive_url")


def _byline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_BYLINE):
        command = option(command)
    return command


@click.command(
    "ingest",
    epilog=example(
        "ingest reports/*.txt --into my-collection",
        'ingest a.txt --publisher "Town Gazette" --url https://example.org/a --into my-collection',
        "ingest --list reports.csv --into my-collection",
        "ingest a.txt b.txt --out out.geojson",
    ),
)
@click.argument("reports", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--list", "list_", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="Reports with what is known of each, CSV or JSON: file, title, publisher, url, published …",
)  # fmt: skip
@_byline_options
@click.option("--into", metavar="FOLDER|URL", help="Add to a collection, a folder or postgresql://…")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write one GeoJSON file."
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    reports: tuple[Path, ...],
    *,
    list_: Path | None,
    into: str | None,
    out: Path | None,
    **about: Any,
) -> None:
    """Read reports and turn them into located incidents.

    What is known of a report (who published it, where, when) stands in a list, in a file beside it (report.txt.yaml)
    or at its head between lines of three hyphens, each going before the next; the options hold for every report that
    says nothing else. A report that cannot be read is named and the others go on; the exit code is then 1. Doing it
    again changes nothing.
    """
    if (into is None) == (out is None):
        raise click.UsageError("name where the incidents go: --into FOLDER or --out FILE.geojson")
    if into:
        refuse_shipped(into, "--into")
    rows = {one.path.resolve(): one for one in bylines.listed(list_)} if list_ else {}
    listed = {path: one.byline for path, one in rows.items()}
    named = {path.resolve() for path in reports}
    own = tuple(
        p for p in reports if not bylines.is_beside(p) and not (list_ and p.resolve() == list_.resolve())
    )
    paths = (*own, *(one.path for path, one in rows.items() if path not in named))
    given = _given(about, len(paths))
    done = _into(into, paths, given, listed) if into else _out(out, paths, given, listed)
    _tell(done)
    if done.problems:
        ctx.exit(1)


def _given(about: dict[str, Any], reports: int) -> Byline:
    """Return what the options say of every report. Raises UsageError with every bad one."""
    if not reports:
        raise click.UsageError("name a report, or a list of reports with --list FILE")
    for name in _OF_ONE:
        if about[name] and reports > 1:
            raise click.UsageError(
                f"--{name.replace('_', '-')}: is that of one report, and {reports} are named; say it for each with --list"
            )
    try:
        return bylines.byline({name: value for name, value in about.items() if value}, "--")
    except BadInput as bad:
        told = (p.removeprefix("--: ").replace("_", "-", 1) for p in bad.problems)
        raise click.UsageError("\n".join(f"--{problem}" for problem in told)) from bad


def _bar(reports: tuple[Path, ...]) -> Iterator[Path]:
    return progress(reports, what="reading", total=len(reports))


def _out(
    out: Path | None, reports: tuple[Path, ...], given: Byline, listed: Mapping[Path, Byline]
) -> Ingested:
    done = ingest.ingest(_bar(reports), given=given, listed=listed)
    if out is not None and (done.tally.read or not done.problems):
        write_file(out, done.incidents)
    return done


def _into(
    collection: str, reports: tuple[Path, ...], given: Byline, listed: Mapping[Path, Byline]
) -> Ingested:
    store = open_store(collection, create=True)
    known = ingest.reports_of(store.incidents())
    new = ingest.gather(_bar(reports), given=given, listed=listed, known=known)
    found = Absorbed([], [], [])
    if new.incidents:
        found = duplicates.absorb(store, new.incidents, by=ingest.BY, at=_now())
    updated = _described(store, new.again)
    if new.incidents or updated:
        _compacted(store)
    left = [i for i in new.incidents if i.id in set(found.added)]
    return Ingested(left, found.candidates, new.problems, new.tally, updated)


def _compacted(store: Store) -> None:
    """Move what was saved into the monthly files; where that cannot be done it is saved all the same."""
    try:
        store.compact()
    except AtlasError as error:
        click.echo(
            f"saved in the journal, which could not be moved into the files: {printable(str(error))}",
            err=True,
        )


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _described(store: Store, again: Mapping[str, tuple[str | None, Byline]]) -> int:
    """Tell the incidents of known reports what is known of them now; returns how many learnt something."""
    told = {name: about for name, about in again.items() if about[1] != Byline()}
    if not told:
        return 0
    with store.writing(by=ingest.BY) as writer:
        changed = list(ingest.described(store.incidents(), told, at=_now()))
        writer.put(changed)
    return len(changed)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _tell(done: Ingested) -> None:
    tally = done.tally
    parts = [_counted(tally.read, "report") + " read", _counted(len(done.incidents), "new incident")]
    if tally.read and not done.incidents:
        parts[-1] = (
            "no new incident (what they claim joined incidents already there)"
            if tally.tied
            else "no new incident"
        )
    if tally.known:
        parts.append(_counted(tally.known, "report") + " already there")
    if done.updated:
        parts.append(_counted(done.updated, "incident") + " now with what is known of the source")
    if done.candidates:
        more = (
            f" (of each incident the {PER_INCIDENT} likeliest)"
            if duplicates.is_capped(done.candidates)
            else ""
        )
        parts.append(_counted(len(done.candidates), "possible duplicate") + f" for a person to judge{more}")
    click.echo(", ".join(parts), err=True)
    for line in _claims_told(tally):
        click.echo(line, err=True)
    for problem in done.problems:
        click.echo(f"not read: {printable(problem)}", err=True)


def _claims_told(tally: Tally) -> Iterator[str]:
    """Say where the claims went, and which reports told nothing."""
    if tally.tied or tally.loose:
        kept = (
            f", {tally.loose:,} with none (kept as context of their report, without a place)"
            if tally.loose
            else ""
        )
        yield f"{_counted(tally.tied + tally.loose, 'claim')}: {tally.tied:,} with an incident{kept}"
    if tally.silent:
        names = ", ".join(printable(name) for name in tally.silent[:_NAMED])
        more = f" and {len(tally.silent) - _NAMED:,} more" if len(tally.silent) > _NAMED else ""
        yield f"no claim and no incident found in {names}{more}"
