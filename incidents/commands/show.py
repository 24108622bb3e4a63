"""`show`: one incident, with everything that is known about it."""

from __future__ import annotations

import click

from incidents.catalogues import open_catalogue
from incidents.commands._common import example, store_options
from incidents.derive import derived
from incidents.geojson import to_line
from incidents.model import Claim, Incident


@click.command("show", epilog=example("show incident-id", "show incident-id --json --from my-collection"))
@click.argument("incident_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="The Feature as it is stored.")
@store_options
def command(incident_id: str, *, as_json: bool, source: str) -> None:
    """Show one incident by its id, or by an id it had before a merge."""
    incident = open_catalogue(source).get(incident_id)
    click.echo(to_line(incident).decode() if as_json else "\n".join(_told(incident)))


def _told(incident: Incident) -> list[str]:
    sums = derived(incident)
    where = ", ".join(p for p in (incident.place_name, incident.admin1_name, incident.country) if p)
    lines = [
        printable(incident.title),
        f"  id        {printable(incident.id)}",
        f"  what      {incident.category} ({incident.role})",
        f"  when      {_when(incident)}",
        f"  where     {printable(where) or 'not known'}{_precision(incident)}",
        *(
            f"  {kind:<9} {_range(sums[f'{kind}_min'], sums[f'{kind}_max'])}"
            for kind in ("killed", "injured", "bodies")
        ),
        f"  grading   {sums['grading']}, {sums['n_sources']} sources, {sums['n_speakers']} speakers",
        f"  review    {incident.review}",
    ]
    if incident.summary:
        lines += ["", f"  {printable(incident.summary)}"]
    lines += ["", f"  {len(incident.claims)} claims:", *(f"    {_claim(claim)}" for claim in incident.claims)]
    return lines


def _when(incident: Incident) -> str:
    if incident.date_start is None:
        return f"discovered {incident.date_discovered}" if incident.date_discovered else "not known"
    end = incident.date_end
    return f"{incident.date_start}" + (f" to {end}" if end and end != incident.date_start else "")


def _precision(incident: Incident) -> str:
    if incident.point is None:
        return " (not on the map)"
    around = f", ± {incident.uncertainty_m:g} m" if incident.uncertainty_m is not None else ""
    return f" ({incident.geo_precision}{around}; lon {incident.point.lon}, lat {incident.point.lat})"


def _range(low: object, high: object) -> str:
    if low is None and high is None:
        return "not known"
    if high is None:
        return f"at least {low}"
    return f"{low}" if low == high else f"{'?' if low is None else low} to {high}"


def _claim(claim: Claim) -> str:
    speaker = claim.speaker.name if claim.speaker else "the report itself"
    value = "" if claim.value is None else f" {claim.value}"
    qualifier = (
        "" if claim.qualifier in {"as_stated", "unspecified"} else f" {claim.qualifier.replace('_', ' ')}"
    )
    negative = " (denied)" if claim.polarity == "negative" else ""
    said = f", {claim.said_on}" if claim.said_on else ""
    return printable(
        f"{claim.predicate}{qualifier}{value}{negative}: {speaker}{said} {claim.url or ''}".rstrip()
    )


def printable(text: str) -> str:
    """Return a text without the control characters that could command a terminal."""
    return "".join(c if c.isprintable() or c == " " else "\ufffd" for c in text)
