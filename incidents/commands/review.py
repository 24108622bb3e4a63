"""`review`: say what a person makes of an incident or of its claims."""

from __future__ import annotations

import click

from incidents import editing, vocabulary
from incidents._errors import AtlasError, BadInput
from incidents.commands._common import example
from incidents.commands._hand import hand_options, keep
from incidents.editing import Edit, Hand
from incidents.model import Incident
from incidents.stores import Store


@click.command(
    "review",
    epilog=example(
        "review incident-id --as accepted --into my-collection",
        'review incident-id --claim c-1a2b3c4d --as rejected --why "counts another town" --into my-collection',
        "review incident-id --grading confirmed --into my-collection",
    ),
)
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--as", "word", type=click.Choice(vocabulary.words("review")), help="What you make of it.")
@click.option(
    "--claim", "claims", multiple=True, metavar="CLAIM",
    help="One claim instead of the incident, by its id or the beginning of it; may be given again.",
)  # fmt: skip
@click.option(
    "--grading",
    type=click.Choice([*editing.JUDGED, editing.NONE]),
    help="Your judgement; none takes it back.",
)
@hand_options
def command(
    *,
    ids: tuple[str, ...],
    word: str | None,
    claims: tuple[str, ...],
    grading: str | None,
    store: Store,
    hand: Hand,
    dry_run: bool,
) -> None:
    """Review incidents: accept, reject or doubt them or single claims, or set the grading that only a person sets.

    A rejected claim stays, is shown as set aside, and leaves the ranges. Who, when, why and what stood before is kept
    in the history. `show` prints the ids of claims.
    """
    if word is None and grading is None:
        raise click.UsageError("say what you make of it: --as WORD, --grading WORD, or both")
    if claims and (len(ids) > 1 or word is None):
        raise click.UsageError("--claim belongs to one incident and needs --as")
    keep(store, _edits(store, ids, word, claims, grading, hand), hand=hand, dry_run=dry_run)


def _edits(
    store: Store,
    ids: tuple[str, ...],
    word: str | None,
    claims: tuple[str, ...],
    grading: str | None,
    hand: Hand,
) -> list[Edit]:
    edits, problems = [], []
    for incident_id in dict.fromkeys(ids):
        try:
            before = store.get(incident_id)
            edits.append(Edit(before, _judged(before, word, claims, grading, hand)))
        except AtlasError as error:
            problems.append(str(error))
    if problems:
        raise BadInput(problems)
    return edits


def _judged(
    incident: Incident, word: str | None, claims: tuple[str, ...], grading: str | None, hand: Hand
) -> Incident:
    if word is not None:
        incident = editing.set_review(incident, word, hand=hand, claims=claims)
    return editing.set_grading(incident, grading, hand=hand) if grading is not None else incident
