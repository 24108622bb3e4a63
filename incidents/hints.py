"""Why a filter leaves nothing: which of its words, and the nearest that would leave something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rapidfuzz import fuzz, process, utils

from geo.gazetteer import load
from geo.geocode import province_code
from incidents.catalogue import Catalogue
from incidents.filters import Filter

_MOST: Final = 5
_ALIKE: Final = 70


def why_nothing(catalogue: Catalogue, where: Filter) -> list[str]:
    """Return lines that say why `where` leaves no incident, with known values that come near; empty where it leaves some."""
    if catalogue.counts(where).total:
        return []
    if not catalogue.counts(Filter()).total:
        return ["the collection is empty"]
    words = [name for name, value in where if value not in (None, ())]
    alone = [name for name in words if not catalogue.counts(_only(where, name)).total]
    told = [line for name in alone for line in _hint(catalogue, where, name)]
    if told or len(words) < 2:
        return told
    lifted = [name for name in words if catalogue.counts(where.without(name)).total]
    return [
        "each of these words alone leaves some incidents, all together none",
        *(
            f"without --{_option(name)} there are {catalogue.counts(where.without(name)).total:,}"
            for name in lifted
        ),
    ]


def _option(name: str) -> str:
    return name.replace("_", "-")


def _only(where: Filter, name: str) -> Filter:
    return Filter().model_copy(update={name: getattr(where, name)})


def _hint(catalogue: Catalogue, where: Filter, name: str) -> Iterator[str]:
    value = getattr(where, name)
    if name == "place":
        yield _place(catalogue, str(value))
    elif name == "admin1":
        yield from (_region(catalogue, str(code)) for code in value)
    elif name in {"near", "bbox", "within"}:
        yield _area(catalogue, where, name)
    elif name in {"since", "until"}:
        span = catalogue.extent(Filter())
        days = f"the incidents lie between {span[0]} and {span[1]}" if span else "no incident has a date"
        yield f"--{name} {value}: {days}"
    elif isinstance(value, tuple):
        held = catalogue.facets(Filter(), [name])[name]
        yield f"--{_option(name)} {','.join(value)}: there are {_listed(_largest(held)) or 'none of any'}"
    else:
        yield f"--{_option(name)} {value}: no incident has that"


def _largest(held: dict[str, int]) -> list[str]:
    return sorted((word for word, count in held.items() if count), key=lambda word: (-held[word], word))


def _listed(words: Iterable[str]) -> str:
    rows = list(words)
    return ", ".join(rows[:_MOST]) + (" …" if len(rows) > _MOST else "")


def _place(catalogue: Catalogue, name: str) -> str:
    held = catalogue.facets(Filter(), ["place_name"])["place_name"]
    close = process.extract(
        name,
        held.keys(),
        scorer=fuzz.ratio,
        processor=utils.default_process,
        score_cutoff=_ALIKE,
        limit=_MOST,
    )
    if close:
        return f"--place {name}: did you mean {' or '.join(found for found, _, _ in close)}?"
    if load().search(name):
        return f"--place {name}: no incident is there; there are some in {_listed(_largest(held))}"
    known = ", ".join(dict.fromkeys(place.name for place in load().nearly(name)))
    return f"--place {name}: no such place is known{f'; the nearest names are {known}' if known else ''}"


def _region(catalogue: Catalogue, code: str) -> str:
    held = catalogue.regions(Filter(), "admin1")
    meant = province_code(code)
    if meant and meant != code:
        return f"--admin1 {code}: takes codes; did you mean {meant}?"
    return f"--admin1 {code}: there are {_listed(_largest(held)) or 'no provinces'}"


def _area(catalogue: Catalogue, where: Filter, name: str) -> str:
    value = getattr(where, name)
    if name == "near":
        other: object = (value[1], value[0], value[2])
    elif name == "bbox":
        other = (value[1], value[0], value[3], value[2])
    else:
        other = tuple((lat, lon) for lon, lat in value)
    swapped = _only(where, name).model_copy(update={name: other})
    if count := catalogue.counts(swapped).total:
        meant = swapped.to_query().partition("=")[2]
        return f"--{name}: longitude stands first; did you mean --{name} {meant} ({count:,})?"
    return f"--{name}: no incident of the collection lies there"
