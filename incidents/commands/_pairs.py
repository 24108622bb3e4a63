"""A pair that waits for a person, told so that it can be judged without opening anything else."""

from __future__ import annotations

from collections.abc import Iterator

from incidents._errors import NotFound
from incidents.commands._words import printable, span, when
from incidents.derive import RANGED, Range, figure_range
from incidents.merge import Candidate, Part, propose
from incidents.model import Claim, Incident
from incidents.stores import Store

_ALIKE = 0.85
_QUOTE = 160


def told(store: Store, candidate: Candidate, number: int) -> Iterator[str]:
    """Yield the lines of one pair: both sides with date, place, figures and words, what is alike and what differs."""
    sides = [_held(store, end) for end in (candidate.a, candidate.b)]
    fresh = propose([i for i in sides if i], floor=0.0) if all(sides) else []
    yield f"{number:>4}  likeness {candidate.score:.2f}"
    for name, incident_id, side in zip("AB", (candidate.a, candidate.b), sides, strict=True):
        yield f"      {name}  {printable(side.title) if side else 'is there no more'}  ({printable(incident_id)})"
        if side:
            yield from (f"         {line}" for line in _side(side))
    yield from _judged(fresh[0].parts if fresh else candidate.parts)


def _held(store: Store, incident_id: str) -> Incident | None:
    try:
        return store.get(incident_id)
    except NotFound:
        return None


def _side(incident: Incident) -> Iterator[str]:
    where = ", ".join(p for p in (incident.place_name, incident.admin1_name) if p) or "place not known"
    size = f" (± {incident.uncertainty_m / 1000:g} km)" if incident.uncertainty_m else ""
    yield printable(f"{when(incident)}; {where}{size}")
    hit = ", ".join(word.replace("_", " ") for word in (*incident.impact, *incident.weapon))
    yield "; ".join(part for part in (_figures(incident), hit) if part)
    if quote := next((c.quote.text for c in _telling(incident) if c.quote), None):
        words = " ".join(quote.split())
        yield printable(f"“{words[:_QUOTE]}{'…' if len(words) > _QUOTE else ''}”{_published(incident)}")


def _telling(incident: Incident) -> list[Claim]:
    """Return the claims, those with the most words first: they tell best what is meant."""
    return sorted(incident.claims, key=lambda c: -len(c.quote.text) if c.quote else 0)


def _published(incident: Incident) -> str:
    source = next(iter(incident.sources), None)
    about = (source.publisher or source.title, str(source.published or "")) if source else ()
    told = ", ".join(part for part in about if part)
    return f" ({told})" if told else ""


def _figures(incident: Incident) -> str:
    ranges = {name: figure_range(incident.claims, name) for name in RANGED}
    known = [f"{name} {span(*found)}" for name, found in ranges.items() if found != Range(None, None)]
    return ", ".join(known) or "no figure of killed, injured or bodies"


def _judged(parts: tuple[Part, ...]) -> Iterator[str]:
    """Yield what is alike, then what differs or is not known."""
    doubts = [part.why for part in parts if part.name == "doubt"]
    plain = [
        part for part in parts if part.name != "doubt" and not any(part.why in doubt for doubt in doubts)
    ]
    alike = [part.why for part in plain if part.score >= _ALIKE]
    differs = [*doubts, *(part.why for part in plain if part.score < _ALIKE)]
    for name, whys in (("alike", alike), ("differs", differs)):
        if whys:
            yield f"      {name + ':':<9}{printable('; '.join(whys))}"
