"""`edit`: correct an incident, its place or a claim, add a claim, or take it apart."""

from __future__ import annotations

from typing import Any

import click

from incidents import _fields, duplicates, editing, placing, vocabulary
from incidents.commands._common import example
from incidents.commands._hand import hand_options, keep
from incidents.editing import Edit, Hand
from incidents.model import Incident
from incidents.stores import Store


@click.command(
    "edit",
    epilog=example(
        'edit incident-id title="Shelling, Izium" date=2022-03-09 --why "as the source says" --into my-collection',
        "edit incident-id --claim c-1a2b3c4d value=20-25 --into my-collection",
        'edit incident-id --place "Izium" --province "Kharkiv Oblast" --into my-collection',
        "edit incident-id --add-claim predicate=killed value=3 url=https://example.org/a --into my-collection",
        "edit incident-id --split c-1a2b3c4d --split c-5e6f7a8b --into my-collection",
    ),
    help=f"""Correct an incident: field=value for its own fields, or those of a claim with --claim.

    Every former value is kept in the history. A claim keeps its exact words. An empty value, or `unknown`, takes a value
    away.

    Fields: {", ".join(_fields.INCIDENT)}.

    Fields of a claim: {", ".join(_fields.CLAIM)}; a new one also {", ".join(_fields.SOURCE)}.
    """,
)
@click.argument("incident_id", metavar="ID")
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE…")
@click.option(
    "--claim", metavar="CLAIM", help="The fields are those of this claim; the beginning of its id is enough."
)
@click.option(
    "--add-claim",
    "adds",
    is_flag=True,
    help="The fields are those of a new claim; predicate and url are needed.",
)
@click.option("--place", metavar="NAME", help="Where it was, in any spelling.")
@click.option("--province", metavar="TEXT", help="The province of --place, as written.")
@click.option("--district", metavar="TEXT", help="The raion, hromada or town that --place is near.")
@click.option("--place-id", metavar="ID", help="Where it was, by an id that `geocode` prints.")
@click.option("--at", "at", metavar="LON,LAT", help="Where it was, in degrees, longitude first.")
@click.option("--precision", type=click.Choice(vocabulary.words("geo_precision")), help="How exact --at is.")
@click.option("--uncertainty", type=float, metavar="METRES", help="How far from --at it may have been.")
@click.option("--no-place", is_flag=True, help="Nobody knows where it was.")
@click.option(
    "--split",
    "split",
    multiple=True,
    metavar="CLAIM",
    help="Move this claim to a new incident, which the fields describe; may be given again.",
)
@click.option("--to", "to", metavar="ID", help="Move the claims of --split to this incident instead.")
@hand_options
def command(
    *, incident_id: str, fields: tuple[str, ...], store: Store, hand: Hand, dry_run: bool, **how: Any
) -> None:
    """Correct an incident (the help text stands above: it lists the fields)."""
    values = _values(fields)
    _check(values, how)
    before = store.get(incident_id)
    edits = _edits(store, before, values, how, hand)
    keep(store, edits, hand=hand, dry_run=dry_run)
    if how["split"] and not dry_run:  # a person has told the two apart: no program joins them again
        duplicates.reject(store, edits[0].after.id, edits[1].after.id, by=hand.by, at=hand.at)


def _values(fields: tuple[str, ...]) -> dict[str, str]:
    bad = [field for field in fields if "=" not in field]
    if bad:
        raise click.UsageError("\n".join(f"{field}: is not FIELD=VALUE" for field in bad))
    return {name.strip(): value for name, _, value in (field.partition("=") for field in fields)}


def _check(values: dict[str, str], how: dict[str, Any]) -> None:
    """Raise UsageError with every option that does not fit the others."""
    places = [f"--{n.replace('_', '-')}" for n in ("place", "place_id", "at", "no_place") if how[n]]
    ways = [f"--{n.replace('_', '-')}" for n in ("claim", "split") if how[n]] + ["--add-claim"] * how["adds"]
    problems = []
    if len(places) > 1:
        problems.append(f"{', '.join(places)}: give one of them")
    if len(ways) > 1 or (ways and places):
        problems.append(f"{', '.join(ways + places)}: are different edits; do one after the other")
    for names, needs in (
        (("province", "district"), "place"),
        (("precision", "uncertainty"), "at"),
        (("to",), "split"),
    ):
        problems.extend(f"--{name}: goes with --{needs}" for name in names if how[name] and not how[needs])
    if how["to"] and values:
        problems.append(f"{', '.join(values)}: describe a new incident, and --to names one that is there")
    if how["claim"] and not values:
        problems.append("--claim: name what is to be corrected, such as value=20")
    if not (values or ways or places):
        problems.append("name what is to be corrected, such as category=shelling; --help lists the fields")
    if problems:
        raise click.UsageError("\n".join(problems))


def _edits(
    store: Store, before: Incident, values: dict[str, str], how: dict[str, Any], hand: Hand
) -> list[Edit]:
    if how["split"]:
        return _apart(store, before, values, how, hand)
    if how["claim"]:
        return [Edit(before, editing.correct_claim(before, how["claim"], values, hand=hand))]
    if how["adds"]:
        return [Edit(before, editing.add_claim(before, values, hand=hand))]
    after = editing.correct(before, values, hand=hand) if values else before
    place = _place(how)
    return [Edit(before, editing.move(after, place, hand=hand) if place else after)]


def _apart(
    store: Store, before: Incident, values: dict[str, str], how: dict[str, Any], hand: Hand
) -> list[Edit]:
    names = [name for part in how["split"] for name in part.split(",") if name]
    other = store.get(how["to"]) if how["to"] else None
    left, grown = editing.split(before, names, hand=hand, into=other)
    return [Edit(before, left), Edit(other, editing.correct(grown, values, hand=hand) if values else grown)]


def _place(how: dict[str, Any]) -> dict[str, Any] | None:
    if how["place"]:
        return placing.named(how["place"], province=how["province"], district=how["district"])
    if how["place_id"]:
        return placing.by_id(how["place_id"])
    if how["no_place"]:
        return placing.unknown()
    if how["at"]:
        lon, lat = _position(how["at"])
        return placing.at(lon, lat, precision=how["precision"], uncertainty_m=how["uncertainty"])
    return None


def _position(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError as error:
        raise click.UsageError(f"--at {text}: is not LON,LAT in degrees, such as 37.2485,49.2121") from error
    return lon, lat
