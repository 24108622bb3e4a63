"""The typed, immutable model of `incident/1`. Pure: opens no file, asks no network.

Coordinates are WGS 84 degrees, longitude first. Text offsets are Unicode code points, half open.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from incidents import vocabulary

SCHEMA: Final = "incident/1"

Figure = int | float
LARGEST_FIGURE: Final = 2**53 - 1  # what every reader of JSON keeps exactly (RFC 8259, section 6)


class _Word:
    """Marks a string as a word of the vocabulary `name`; pydantic checks it and the JSON Schema lists the words."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _check(self, word: str) -> str:
        allowed = vocabulary.words(self.name)
        if word not in allowed:
            raise ValueError(f"{word!r} is not a {self.name}; use one of: {', '.join(allowed)}")
        return word

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": list(vocabulary.words(self.name))}


Category = Annotated[str, _Word("category")]
Impact = Annotated[str, _Word("impact")]
Weapon = Annotated[str, _Word("weapon")]
Predicate = Annotated[str, _Word("predicate")]
Qualifier = Annotated[str, _Word("qualifier")]
Role = Annotated[str, _Word("role")]
DatePrecision = Annotated[str, _Word("date_precision")]
GeoPrecision = Annotated[str, _Word("geo_precision")]
Sensitivity = Annotated[str, _Word("sensitivity")]
Review = Annotated[str, _Word("review")]
Modality = Annotated[str, _Word("modality")]
Polarity = Annotated[str, _Word("polarity")]
Attribution = Annotated[str, _Word("attribution")]
Extent = Annotated[str, _Word("extent")]
Grading = Annotated[str, _Word("grading")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


class Quote(_Model):
    """Exact words of a report: `text == report_text[start:end]`, code points, half open."""

    report: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str

    @model_validator(mode="after")
    def _span_fits(self) -> Quote:
        if self.end - self.start != len(self.text):
            raise ValueError(f"quote of {len(self.text)} characters has the span {self.start}-{self.end}")
        return self


class Speaker(_Model):
    """Who said it. `key` is one value for one person across spellings; empty where only the name is known."""

    name: str
    role: str | None = None
    key: str | None = None


class Claim(_Model):
    """One thing one source said. Never overwritten, summed or reconciled.

    `speaker` null means the report's own voice. `min` and `max` are the bounds that the words state, null is open.
    `source` is the id of a Source of the same incident.
    """

    id: str
    predicate: Predicate
    value: Figure | str | tuple[str, ...] | None = None
    min: Figure | None = None
    max: Figure | None = None
    qualifier: Qualifier = "as_stated"
    unit: str | None = None
    group: str | None = None
    extent: Extent = "whole"
    speaker: Speaker | None = None
    via: tuple[str, ...] = ()
    said_on: str | None = None
    about: str | None = None
    modality: Modality = "asserted"
    polarity: Polarity = "positive"
    target: str | None = None
    attribution: Attribution = "explicit"
    quote: Quote | None = None
    source: str | None = None
    url: str | None = None
    note: str | None = None
    rule: str | None = None
    review: Review = "unreviewed"
    sensitivity: tuple[Sensitivity, ...] = ()

    @model_validator(mode="after")
    def _is_grounded(self) -> Claim:
        if self.quote is None and not self.url:
            raise ValueError("a claim needs a quote or a url")
        for name in ("value", "min", "max"):
            if isinstance(figure := getattr(self, name), int | float) and not abs(figure) <= LARGEST_FIGURE:
                raise ValueError(
                    f"{name} {str(figure)[:40]} is not a figure of anything (at most {LARGEST_FIGURE})"
                )
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is over max {self.max}")
        return self


class Source(_Model):
    """Where claims were published. `sha256` is that of the report's bytes, for reports read from a file."""

    id: str
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    archive_url: str | None = None
    published: dt.date | None = None
    language: str | None = None
    sha256: str | None = None


class Change(_Model):
    """One line of an incident's history: what was done, when, by whom, and enough to take it back."""

    at: str
    by: str
    what: str
    detail: dict[str, Any] = Field(default_factory=dict)


class Point(_Model):
    """A position, WGS 84 degrees, kept at 6 decimals (about 0.1 m)."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)

    @model_validator(mode="before")
    @classmethod
    def _rounded(cls, raw: Any) -> Any:
        if isinstance(raw, dict):
            return {
                k: round(v, 6) if isinstance(v, float) and math.isfinite(v) else v for k, v in raw.items()
            }
        return raw


class Incident(_Model):
    """One incident: what the sources say happened, where and when. See docs/architecture.md for the meanings."""

    id: str = Field(min_length=1)
    point: Point | None = None
    title: str
    summary: str = ""
    role: Role = "incident"
    category: Category = "other"
    impact: tuple[Impact, ...] = ()
    weapon: tuple[Weapon, ...] = ()
    date_start: dt.date | None = None
    date_end: dt.date | None = None
    date_precision: DatePrecision = "unknown"
    date_discovered: dt.date | None = None
    date_reported: dt.date | None = None
    place_name: str | None = None
    place_id: str | None = None
    country: str | None = None
    admin1: str | None = None
    admin1_name: str | None = None
    admin2_name: str | None = None
    geo_precision: GeoPrecision = "unknown"
    uncertainty_m: float | None = Field(default=None, ge=0)
    geo_method: str | None = None
    sensitivity: tuple[Sensitivity, ...] = ()
    review: Review = "unreviewed"
    judged_grading: Grading | None = None
    previous_ids: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    sources: tuple[Source, ...] = ()
    history: tuple[Change, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Incident:
        problems = []
        if self.date_start and self.date_end and self.date_end < self.date_start:
            problems.append(f"date_end {self.date_end} is before date_start {self.date_start}")
        known = {source.id for source in self.sources}
        lost = sorted({c.source for c in self.claims if c.source is not None and c.source not in known})
        if lost:
            problems.append(f"claims name sources that are not there: {', '.join(lost)}")
        if problems:
            raise ValueError("; ".join(problems))
        return self
