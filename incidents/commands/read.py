"""`read`: what one report says, with the words that say it and the rule that read them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import click
import orjson

from incidents import ingest
from incidents._errors import BadInput
from incidents.commands._common import example
from incidents.commands._words import printable
from incidents.extract import Reading
from incidents.extract.protocol import KEY, Reader
from incidents.model import Claim


@click.command(
    "read",
    epilog=example(
        "read report.txt",
        "read report.txt --json --published 2022-09-16",
        "read report.txt --reader endpoint --endpoint http://127.0.0.1:11434/v1 --model NAME",
    ),
)
@click.argument("report", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON; offsets are code points.")
@click.option(
    "--published",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day of publication, e.g. 2022-09-16.",
)
@click.option(
    "--reader",
    type=click.Choice(["rules", "endpoint"]),
    default="rules",
    help="Who finds the claims: the rules of this program (nothing is sent), or an endpoint that you name.",
)
@click.option(
    "--endpoint",
    metavar="URL",
    help=f"An OpenAI-compatible endpoint, which is sent the whole text. Its key, if any: {KEY}.",
)
@click.option("--model", metavar="NAME", help="The model that the endpoint should use.")
def command(
    report: Path,
    *,
    as_json: bool,
    published: dt.datetime | None,
    reader: str,
    endpoint: str | None,
    model: str | None,
) -> None:
    """Read a report: its places, dates and claims. The file is not changed, and nothing is sent unless you name where."""
    asked = _reader(reader, endpoint, model)
    reading = ingest.read_file(report, published=published.date() if published else None)
    if asked is not None:
        about = reading.report
        answer = asked.read(ingest.text_of(report), report=about.id, published=about.published)
        reading = dataclasses.replace(reading, claims=answer.claims, drafts=())
        for note in answer.notes:
            click.echo(printable(note), err=True)
    if as_json:
        click.echo(orjson.dumps(document(reading), option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(_told(reading)))


def _reader(name: str, endpoint: str | None, model: str | None) -> Reader | None:
    """Return the reader that was asked for; null for the rules. Raises UsageError where its words do not fit."""
    if name == "rules":
        if endpoint or model:
            raise click.UsageError("--endpoint and --model need --reader endpoint")
        return None
    if not endpoint or not model:
        raise click.UsageError("--reader endpoint needs --endpoint URL and --model NAME")
    from incidents.extract.endpoint import EndpointReader  # only who asks for it waits for the HTTP library

    try:
        return EndpointReader(endpoint, model)
    except BadInput as bad:
        raise click.UsageError(f"--endpoint: {bad}") from bad


def document(reading: Reading) -> dict[str, Any]:
    """Return a reading as JSON types."""
    return {
        "report": dataclasses.asdict(reading.report),
        "places": [dataclasses.asdict(p) for p in reading.places],
        "dates": [dataclasses.asdict(d) for d in reading.dates],
        "claims": [claim.model_dump(mode="json") for claim in reading.claims],
    }


def _told(reading: Reading) -> list[str]:
    report = reading.report
    lines = [
        f"{report.id}  published {report.published or 'not known'}  language {report.language}",
        "places:",
    ]
    lines += [
        f"  {p.start}-{p.end}  {printable(p.text)}  {p.place_id or 'ambiguous'}  {p.role}"
        for p in reading.places
    ]
    lines += [
        "dates:",
        *(f"  {d.start}-{d.end}  {printable(d.text)}  {d.value or 'not known'}" for d in reading.dates),
    ]
    return [*lines, "claims:", *(f"  {_claim(c)}" for c in reading.claims)]


def _claim(claim: Claim) -> str:
    who = claim.speaker.name if claim.speaker else "the report itself"
    value = "" if claim.value is None else f" {claim.value}"
    if claim.min is not None and claim.max is not None and claim.min != claim.max:
        value = f" {claim.min} to {claim.max}"
    quote = printable(claim.quote.text) if claim.quote else ""
    return f"{claim.predicate}{value} ({claim.qualifier}, {claim.modality}): {printable(who)}: {quote}"
