"""The ledger as HTML: words and positions put into the template. Pure; Jinja escapes every value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from dashboard import plainly, theme
from dashboard.changes import history_words
from dashboard.ledger import Axis, Ledger, Row, Voice, parse_day
from dashboard.markup import render
from dashboard.strings import Words
from incidents.derive import Range, derived
from incidents.model import Claim, Incident, Source

_END: Final = r"(\d{4}-\d{2}(?:-\d{2})?|\.\.)"
_IN_WORDS: Final = frozenset({"tens", "dozens", "hundreds", "thousands", "some", "many"})
_INTERVAL: Final = re.compile(f"^{_END}/{_END}$")


def html(ledger: Ledger, words: Words) -> str:
    """Return the ledger as one HTML fragment without scripts."""
    incident = ledger.incident
    return render(
        "ledger.html",
        w=words,
        head=_head(ledger, words),
        axes=[_axis(axis, words) for axis in ledger.axes],
        accusations=[_voice(voice, words) for voice in ledger.accusations],
        denials=[_voice(voice, words) for voice in ledger.denials],
        none_denied=_none_denied(ledger, words),
        statements=[_group(kind, rows, words) for kind, rows in ledger.statements],
        unknowns=_unknowns(ledger, words),
        said_unknown=[_said_unknown(row, words) for row in ledger.said_unknown],
        sources=[_source(source, words) for source in incident.sources],
        history=[
            {"at": _day(c.at[:10], words) or c.at, "text": history_words(c, words)} for c in incident.history
        ],
    )


def safe_href(url: str | None) -> str | None:
    """Return `url` where it is a web address, else null: no other scheme becomes a link."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def figure_words(claim: Claim, words: Words) -> str:
    """Write a figure as it was put: "more than 440", "12 to 20", "dozens"."""
    text = _bare_figure(claim, words)
    if not claim.unit or (claim.min is None and claim.max is None):
        return text
    if claim.unit == "percent":
        return words("ledger.unit.percent", figure=text)
    return words("ledger.unit.other", figure=text, unit=claim.unit)


def _bare_figure(claim: Claim, words: Words) -> str:
    stated = claim.value if isinstance(claim.value, int | float) else None
    low, high = claim.min, claim.max
    if claim.qualifier in _IN_WORDS:
        return words(f"ledger.qualifier.{claim.qualifier}")
    if low is not None and high is not None and low != high:
        return words("ledger.qualifier.range", low=low, high=high)
    figure = next((f for f in (stated, low, high) if f is not None), None)
    if figure is None:
        return words("ledger.no_figure")
    qualifier = claim.qualifier
    if qualifier in {"as_stated", "unspecified"}:
        qualifier = (
            "as_stated" if low == high or stated is not None else "at_least" if high is None else "up_to"
        )
    return words(f"ledger.qualifier.{qualifier}", n=figure)


def range_words(span: Range, words: Words) -> str:
    """Write a range for a cell: "440 or more", "12 to 600"."""
    if span.low is None and span.high is None:
        return words("range.none")
    if span.high is None:
        return words("range.at_least", low=span.low)
    if span.low is None:
        return words("range.up_to", high=span.high)
    if span.low == span.high:
        return words("range.exact", low=span.low)
    return words("range.between", low=span.low, high=span.high)


def place_words(incident: Incident, words: Words) -> str:
    """Say in words how well the place is known."""
    parts = (
        plainly.place_name(incident.place_name, incident.place_id, words),
        plainly.district_name(incident.admin2_name, words),
        plainly.region_name(incident, words),
    )
    place = ", ".join(part for part in parts if part)
    if incident.point is None:
        none = words("ledger.place_none")
        return f"{place}. {none}" if place else none
    place = place or words("unknown")
    if incident.uncertainty_m is None:
        precision = words.term("geo_precision", incident.geo_precision)
        return words("ledger.place_open", place=place, precision=precision)
    distance = words.distance(incident.uncertainty_m)
    if incident.geo_precision == "site":
        return words("ledger.place_exact", place=place, distance=distance)
    precision = words.term("geo_precision", incident.geo_precision)
    return words("ledger.place_within", place=place, precision=precision, distance=distance)


def when_words(incident: Incident, words: Words) -> str:
    """Say when it happened, or that it is not known."""
    return words.span(incident.date_start, incident.date_end, incident.date_precision)


def _head(ledger: Ledger, words: Words) -> dict[str, Any]:
    incident = ledger.incident
    fields = derived(incident)
    grading = str(fields["grading"])
    return {
        "id": incident.id,
        "title": plainly.title(
            incident.title, incident.category, incident.place_name, incident.place_id, words
        ),
        "summary": incident.summary,
        "category": words.term("category", incident.category),
        "colour": incident.category,
        "mark": theme.mark(incident.category),
        "grading": words("ledger.grading", label=words.term("grading", grading)),
        "grading_means": words(f"means.grading.{grading}"),
        "disputed": bool(fields["disputed"]),
        "review": words.term("review", incident.review),
        "facts": _facts(incident, words),
        "intro": _intro(ledger, words),
        "previous": words("ledger.merged_from", ids=", ".join(incident.previous_ids))
        if incident.previous_ids
        else "",
    }


def _intro(ledger: Ledger, words: Words) -> str:
    return words(
        "ledger.intro",
        claims=words("ledger.n_claims", n=len(ledger.incident.claims)),
        sources=words("ledger.n_sources", n=len(ledger.incident.sources)),
        speakers=words("ledger.n_speakers", n=ledger.n_speakers),
    )


def _facts(incident: Incident, words: Words) -> list[dict[str, str]]:
    facts = [_fact(words("ledger.when"), when_words(incident, words))]
    if incident.date_discovered:
        facts.append(_fact(words("ledger.found"), words.date(incident.date_discovered)))
    how = (
        words("ledger.place_how", method=plainly.reason(incident.geo_method, words))
        if incident.geo_method
        else ""
    )
    facts.append(_fact(words("ledger.where"), place_words(incident, words), how))
    for name, vocabulary, chosen in (
        ("hit", "impact", incident.impact),
        ("weapon", "weapon", incident.weapon),
        ("sensitivity", "sensitivity", incident.sensitivity),
    ):
        if chosen:
            listed = ", ".join(words.term(vocabulary, word) for word in chosen)
            facts.append(_fact(words(f"ledger.{name}"), listed))
    return facts


def _fact(name: str, text: str, more: str = "") -> dict[str, str]:
    return {"name": name, "text": text, "more": more}


def _axis(axis: Axis, words: Words) -> dict[str, Any]:
    kind = words.term("predicate", axis.predicate)
    if axis.unit:
        kind = f"{kind}, {'%' if axis.unit == 'percent' else axis.unit}"
    voices = [_voice(voice, words) for voice in axis.voices]
    figures = words("ledger.n_figures", n=len(axis.rows))
    speakers = words("ledger.n_speakers", n=len(axis.voices))
    return {
        "kind": kind,
        "range": _stated(axis, words),
        "alt": words("ledger.axis_alt", kind=kind, figures=figures, speakers=speakers, top=axis.top),
        "step_share": _percent(axis.step / axis.top),
        "ticks": [{"at": _percent(t / axis.top), "label": words.number(t)} for t in axis.ticks],
        "band": _band(axis),
        "voices": voices,
        "denials": [_voice(voice, words) for voice in _by_speaker(axis.denials)],
    }


def _stated(axis: Axis, words: Words) -> str:
    """Say what the range is made of. An open end is nobody's figure, so it is not written like one."""
    span = axis.range
    if axis.only_parts and span.low is not None:
        return words("ledger.range_part", low=span.low)
    if span.high is None and span.low is not None:
        return words("ledger.range_open", low=_lowest(axis, words))
    if span.low is None and span.high is not None:
        return words("ledger.range_top", high=span.high)
    return words("ledger.range", range=range_words(span, words))


def _lowest(axis: Axis, words: Words) -> str:
    """Write the lowest figure as it was stated: where only "hundreds" was said, nobody said 100."""
    low = axis.range.low or 0
    said = [
        row.claim.qualifier
        for row in axis.rows
        if row.claim.extent == "whole" and row.claim.min == low and not row.is_set_aside
    ]
    if said and all(word in _IN_WORDS for word in said):
        return words(f"ledger.qualifier.{said[0]}")
    return words.number(low)


def _by_speaker(rows: Sequence[Row]) -> list[Voice]:
    voices: dict[str, list[Row]] = {}
    for row in rows:
        voices.setdefault(row.claim.speaker.name if row.claim.speaker else "", []).append(row)
    return [
        Voice(
            name or None, members[0].claim.speaker.role if members[0].claim.speaker else None, tuple(members)
        )
        for name, members in voices.items()
    ]


def _band(axis: Axis) -> dict[str, str] | None:
    """Place the range behind the rows; an open range runs to the edge."""
    low, high = axis.range
    if low is None and high is None:
        return None
    left = min(1.0, (low or 0) / axis.top)
    right = 1.0 if high is None else min(1.0, high / axis.top)
    return {"left": _percent(left), "width": _percent(right - left)} if right > left else None


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")


def _voice(voice: Voice, words: Words) -> dict[str, Any]:
    rows = [_row(row, words) for row in voice.rows]
    return {"name": voice.name or words("ledger.own_voice"), "role": voice.role, "rows": rows}


def _group(predicate: str, rows: Sequence[Row], words: Words) -> dict[str, Any]:
    voices = [_voice(voice, words) for voice in _by_speaker(rows)]
    return {"kind": words.term("predicate", predicate), "voices": voices}


def _row(row: Row, words: Words) -> dict[str, Any]:
    claim = row.claim
    shown: dict[str, Any] = {
        "text": _text(claim, words),
        "group": row.group,
        "part": claim.extent != "whole",
        "aside": row.is_set_aside,
        "about": bool(row.mark and row.mark.is_about),
        "tags": list(_tags(row, words)),
        "quote": claim.quote.text if claim.quote else "",
        "note": plainly.note(claim, words),
        "bar": None,
        "dots": (),
    }
    return shown | _geometry(row) | _provenance(row, words)


def _text(claim: Claim, words: Words) -> str:
    if claim.predicate == "denial":
        if claim.target:
            return words("ledger.denies", target=claim.target)
        return words("ledger.denial_untargeted")
    if claim.predicate == "accusation":
        named = claim.target or claim.value
        return words("ledger.accuses", target=named or words("unknown"))
    if claim.min is not None or claim.max is not None or claim.value is None:
        return figure_words(claim, words)
    said = claim.value if isinstance(claim.value, tuple) else (str(claim.value),)
    return ", ".join(plainly.value(one, words) if claim.rule else one for one in said)


def _tags(row: Row, words: Words) -> Iterable[str]:
    claim = row.claim
    if claim.extent != "whole":
        yield words.term("extent", claim.extent)
    if claim.modality != "asserted":
        yield words(f"ledger.modality.{claim.modality}")
    if claim.polarity != "positive" and claim.predicate != "denial":
        yield words(f"ledger.polarity.{claim.polarity}")
    if claim.attribution == "inferred":
        yield words("ledger.inferred")
    yield from (words.term("sensitivity", word) for word in claim.sensitivity)
    if claim.review in {"rejected", "superseded"}:
        yield words("ledger.rejected")
    elif claim.review == "needs_review":
        yield words.term("review", claim.review)


def _geometry(row: Row) -> dict[str, Any]:
    """Place the figure on its track, in percent of the axis; an open end fades to the edge."""
    mark = row.mark
    if mark is None:
        return {}
    if mark.is_point:
        return {"dots": [_percent(mark.low or 0)]}
    left = mark.low if mark.low is not None else 0.0
    right = mark.high if mark.high is not None else 1.0
    ends = (" ia-open-low" if mark.low is None else "") + (" ia-open-high" if mark.high is None else "")
    dots = [_percent(end) for end in (mark.low, mark.high) if end is not None]
    return {"bar": {"left": _percent(left), "width": _percent(right - left), "ends": ends}, "dots": dots}


def _provenance(row: Row, words: Words) -> dict[str, Any]:
    claim, source = row.claim, row.source
    name = (source.publisher or source.title) if source else None
    href = safe_href(claim.url) or (safe_href(source.url) if source else None)
    link = name or (urlsplit(href).netloc if href else None) or (claim.url or "")
    parts = []
    if row.published is None:
        parts.append(words("ledger.undated"))
    if claim.said_on and claim.said_on != row.published:
        parts.append(words("ledger.said", date=_day(claim.said_on, words)))
    if claim.about:
        parts.append(words("ledger.about", date=_day(claim.about, words)))
    via = [outlet for outlet in claim.via if outlet != link]
    if via:
        parts.append(words("ledger.via", via=", ".join(via)))
    return {
        "when": _day(row.published, words) if row.published else "",
        "parts": parts,
        "href": href,
        "link_text": link,
        "link_label": words("ledger.open_source", name=link),
        "number": row.source_number,
    }


def _day(text: str | None, words: Words) -> str:
    """Write an ISO 8601 day or interval (`..` is an open end) in the language; anything else stands as it is."""
    day = parse_day(text)
    if day is not None:
        return words.date(day)
    match = _INTERVAL.match(text or "")
    if match is None:
        return text or ""
    first, last = (None if end == ".." else _part(end, words) for end in match.groups())
    if first is None or last is None:
        return words("date.until", day=last) if last else words("date.since", day=first or "")
    return f"{first} – {last}"


def _part(text: str, words: Words) -> str:
    try:
        if len(text) == 7:
            return words.date(dt.date.fromisoformat(f"{text}-01"), "month")
        return words.date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def _none_denied(ledger: Ledger, words: Words) -> str:
    beside = any(axis.denials for axis in ledger.axes)
    return words("ledger.denied_above") if beside else words("ledger.none_denied")


def _unknowns(ledger: Ledger, words: Words) -> list[str]:
    incident = ledger.incident
    lines = []
    if incident.date_start is None and incident.date_end is None:
        found = incident.date_discovered
        known = words("ledger.unknown_when_found", date=found) if found else words("ledger.unknown_when")
        lines.append(known)
    if incident.point is None:
        lines.append(words("ledger.unknown_where"))
    elif incident.geo_precision != "site":
        lines.append(words("ledger.unknown_spot"))
    lines += [words("ledger.unknown_kind", kind=words.term("predicate", k)) for k in ledger.unknown_kinds]
    if ledger.is_blame_unknown:
        lines.append(words("ledger.unknown_blame"))
    return lines or [words("ledger.unknown_nothing")]


def _said_unknown(row: Row, words: Words) -> dict[str, Any]:
    name = row.claim.speaker.name if row.claim.speaker else words("ledger.own_voice")
    kind = words.term("predicate", row.claim.predicate)
    return _row(row, words) | {"text": f"{kind}: {words('ledger.unknown_said', speaker=name)}"}


def _source(source: Source, words: Words) -> dict[str, Any]:
    name = source.title or source.publisher or source.url or source.id
    parts = [] if name == source.publisher or not source.publisher else [source.publisher]
    parts.append(
        words("ledger.published", date=source.published) if source.published else words("ledger.undated")
    )
    href = safe_href(source.url)
    if source.url and not href:
        parts.append(source.url)
    return {"name": name, "href": href, "archive": safe_href(source.archive_url), "parts": parts}
