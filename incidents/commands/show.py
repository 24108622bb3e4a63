"""`show`: one incident, with everything that is known about it."""

from __future__ import annotations

from typing import Any, Final

import click

from incidents.catalogues import open_catalogue
from incidents.commands._common import example, store_options
from incidents.commands._words import counted, printable, span, when
from incidents.derive import derived
from incidents.editing import Difference, short, worded
from incidents.geojson import to_line
from incidents.model import Change, Claim, Incident, Source

_NAMES: Final = ("place_name", "admin2_name", "admin1_name", "country")


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
        f"  when      {when(incident)}",
        f"  where     {printable(where) or 'not known'}{_precision(incident)}",
        *(
            f"  {kind:<9} {span(sums[f'{kind}_min'], sums[f'{kind}_max'])}"
            for kind in ("killed", "injured", "bodies")
        ),
        f"  grading   {sums['grading']}, {counted(sums['n_sources'], 'source')}, {counted(sums['n_speakers'], 'speaker')}",
        f"  review    {incident.review.replace('_', ' ')}",
    ]
    if incident.sensitivity:
        lines.append(f"  care      {', '.join(incident.sensitivity).replace('_', ' ')}")
    if incident.summary:
        lines += ["", f"  {printable(incident.summary)}"]
    lines += ["", f"  {counted(len(incident.claims), 'claim')}:"]
    sources = {source.id: source for source in incident.sources}
    for claim in incident.claims:
        lines += [f"    {line}" for line in _claim(claim, sources.get(claim.source or ""))]
    if incident.history:
        lines += ["", "  history:", *(f"    {printable(_change(change))}" for change in incident.history)]
    return lines


def _precision(incident: Incident) -> str:
    if incident.point is None:
        return " (not on the map)"
    around = f", ± {incident.uncertainty_m:g} m" if incident.uncertainty_m is not None else ""
    return f" ({incident.geo_precision}{around}; lon {incident.point.lon}, lat {incident.point.lat})"


def _claim(claim: Claim, source: Source | None) -> list[str]:
    """Tell a claim: its id, the figure, who said it; its exact words; where it stands."""
    said = f", {claim.said_on}" if claim.said_on else ""
    role = f" ({claim.speaker.role})" if claim.speaker and claim.speaker.role else ""
    speaker = f"{claim.speaker.name}{role}" if claim.speaker else "the report itself"
    lines = [f"{short(claim.id)}  {claim.predicate}{figure(claim)}{_marks(claim)}: {speaker}{said}"]
    if claim.quote:
        lines.append(f"    “{' '.join(claim.quote.text.split())}”")
    if claim.note:
        lines.append(f"    note: {claim.note}")
    name = source and (source.publisher or source.title)
    day = source and source.published and f", {source.published}"
    url = claim.url or (source.url if source else None)
    told = f"{name or (source.id if source and not url else '')}{day or ''}"
    lines.append(f"    {'  '.join(part for part in (told.removeprefix(', '), url) if part)}")
    return [printable(line) for line in lines if line.strip()]


def figure(claim: Claim) -> str:
    """Return a claim's figure as it was put, after a blank: " 20 to 25", " at least 8"; nothing where there is none."""
    low, high = claim.min, claim.max
    if low is not None and high is not None and low != high:
        words = f"{low} to {high}"
    elif isinstance(claim.value, tuple):
        words = ", ".join(claim.value)
    else:
        words = "" if claim.value is None else str(claim.value)
    if claim.qualifier not in {"as_stated", "unspecified"}:
        words = f"{claim.qualifier.replace('_', ' ')} {words}"
    of = "" if claim.group in (None, "", "unknown") else f"({claim.group})"
    return "".join(f" {part}" for part in (words.strip(), claim.unit, of) if part)


def _marks(claim: Claim) -> str:
    words = []
    if claim.extent != "whole":
        words.append(claim.extent)
    if claim.modality != "asserted":
        words.append(claim.modality)
    if claim.polarity != "positive":
        words.append("denied" if claim.polarity == "negative" else "said not to be known")
    if claim.review != "unreviewed":
        words.append(claim.review.replace("_", " "))
    words += [word.replace("_", " ") for word in claim.sensitivity]
    target = f" [{claim.target}]" if claim.target else ""
    return target + (f" ({', '.join(words)})" if words else "")


def _change(change: Change) -> str:
    """Tell a line of history: when, who, what, what it was and became where that is a single value or a place, and why."""
    changed = change.detail.get("changed")
    parts = [f"{change.at[:16].replace('T', ' ')}  {change.by}: {change.what}"]
    if "claim" in change.detail:
        parts.append(short(str(change.detail["claim"])))
    if other := _other(change):
        parts.append(other)
    if isinstance(changed, dict) and change.what == "place":
        parts.append(_moved(changed))
    elif isinstance(changed, dict) and change.what != "merged":
        parts.append(", ".join(worded(Difference(name, *pair)) for name, pair in changed.items()))
    why = change.detail.get("why")
    return " ".join(parts) + (f" ({why})" if why else "")


def _other(change: Change) -> str:
    """Return the id of the other incident that a line of history is about: merged, taken apart, or claims moved."""
    held = change.detail.get("other")
    other = held.get("id") if isinstance(held, dict) else held
    return str(other or change.detail.get("to") or change.detail.get("from") or "")


def _moved(changed: dict[str, Any]) -> str:
    """Tell a change of place: the names from and to, then where and how exactly it lies, as far as they differ."""
    names = [
        ", ".join(str(changed[field][side]) for field in _NAMES if field in changed and changed[field][side])
        for side in (0, 1)
    ]
    parts = [f"{names[0] or 'not known'} → {names[1] or 'not known'}"] if any(names) else []
    for field, told in (("point", _position), ("uncertainty_m", _radius), ("geo_precision", str)):
        if field in changed:
            old, new = (told(value) if value is not None else "none" for value in changed[field])
            parts.append(f"{old} → {new}")
    return "; ".join(parts)


def _position(point: dict[str, float]) -> str:
    return f"lon {point['lon']}, lat {point['lat']}"


def _radius(metres: float) -> str:
    return f"± {metres:g} m"
