"""`geocode`: one written place, its entry in the gazetteer, how sure that is and why."""

from __future__ import annotations

import json
from typing import Any

import click

from geo import admin, geocode
from geo.gazetteer import load
from geo.geocode import Candidate, Resolution
from incidents.commands._common import example


@click.command(
    "geocode", epilog=example('geocode "Wolnowacha" --province "Donestk Oblast"', "geocode Ізюмі --json")
)
@click.argument("name")
@click.option("--admin1", metavar="CODE", help="The province, ISO 3166-2, e.g. UA-63.")
@click.option("--province", metavar="TEXT", help="The province as written, in any spelling.")
@click.option("--district", metavar="TEXT", help="The raion, hromada or town it is near, as written.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    name: str,
    *,
    admin1: str | None,
    province: str | None,
    district: str | None,
    as_json: bool,
) -> None:
    """Resolve a written place, in any script and spelling, without any network.

    Says "ambiguous" and lists the candidates where nothing decides between several places of one name. The exit code
    is 1 where no place of that name is known.
    """
    admin1 = admin1.upper() if admin1 else None
    if admin1 is not None and admin.admin1_name(admin1) is None:
        raise click.BadParameter(
            f"{admin1!r} is no ISO 3166-2 code known here, such as UA-63", param_hint="--admin1"
        )
    found = geocode.resolve(name, admin1=admin1, province=province, district=district)
    click.echo(json.dumps(_record(found), ensure_ascii=False) if as_json else "\n".join(_told(found)))
    if found.place is None and not found.candidates:
        close = [] if as_json else [f"{p.name} ({p.admin1_name or p.country})" for p in load().nearly(name)]
        if close:
            click.echo(f"  the nearest names: {', '.join(close)}", err=True)
        ctx.exit(1)


def _record(found: Resolution) -> dict[str, Any]:
    place = found.place
    return {
        "place_id": place.place_id if place else None,
        "name": place.name if place else None,
        "lat": found.lat,
        "lon": found.lon,
        "admin1": (place.admin1 or None) if place else None,
        "precision": found.precision,
        "uncertainty_m": found.uncertainty_m,
        "why": found.why,
        "candidates": [_candidate(c) for c in found.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    place = candidate.place
    return {
        "place_id": place.place_id,
        "name": place.name,
        "lat": place.lat,
        "lon": place.lon,
        "admin1": place.admin1 or None,
        "score": round(candidate.score, 3),
        "parts": {part: round(value, 3) for part, value in candidate.parts.items()},
    }


def _told(found: Resolution) -> list[str]:
    lines = ["not resolved" if found.place is None else f"{found.place.name}  {found.place.place_id}"]
    if found.lon is not None and found.lat is not None:
        lines.append(
            f"  lon {found.lon}, lat {found.lat}, {found.precision}, ± {found.uncertainty_m or 0:g} m"
        )
    lines.append(f"  {found.why}")
    others = found.candidates if found.place is None else found.candidates[1:4]
    lines += [
        f"  {c.score:6.3f}  {c.place.name}, {c.place.admin1_name or c.place.country}  {c.place.place_id}"
        for c in others
    ]
    return lines
