"""Every word of the interface, in one YAML file a language. No other module holds text that a user reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

LANGUAGES: Final = {"en": "English", "uk": "Українська"}
DEFAULT: Final = "en"
_PATTERNS: Final = {"day": "d MMM y", "month": "LLLL y", "year": "y"}

Entry = str | dict[str, str]


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, Entry]:
    """Join nested keys with dots; a mapping of plural forms is a leaf."""
    flat: dict[str, Entry] = {}
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and "other" in value and "one" in value:
            flat[key] = {str(form): str(text) for form, text in value.items()}
        elif isinstance(value, dict):
            flat |= _flat(value, f"{key}.")
        else:
            flat[key] = str(value)
    return flat


@cache
def entries(language: str) -> dict[str, Entry]:
    """Return every string of `language` by its dotted key."""
    text = resources.files("dashboard.strings").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    return _flat(yaml.safe_load(text))


class Words:
    """The interface in one language: `words("truth.total", n=24)`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT
        self._entries = entries(self.language)
        self._locale = Locale.parse(self.language)
        self._form: Callable[[float], str] = self._locale.plural_form

    def __call__(self, key: str, **values: object) -> str:
        """Return the string `key`, its plural form chosen by the value `n`, numbers written as the language does.

        Raises KeyError for a key that is in no file: a mistake in the program, never in the data.
        """
        entry = self._entries[key]
        if isinstance(entry, dict):
            count = values.get("n")
            form = self._form(abs(count)) if isinstance(count, int | float) else "other"
            entry = entry.get(form, entry["other"])
        return entry.format(**{name: self._shown(value) for name, value in values.items()})

    def _shown(self, value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(value)
        return self.date(value) if isinstance(value, dt.date) else value

    def has(self, key: str) -> bool:
        """Say whether there is a string `key`."""
        return key in self._entries

    def term(self, vocabulary: str, word: str | None) -> str:
        """Return the label of a vocabulary word; a word without a label stands as it is."""
        entry = self._entries.get(f"terms.{vocabulary}.{word}")
        return entry if isinstance(entry, str) else str(word or self("unknown"))

    def number(self, value: float) -> str:
        """Write a number with the separators of the language."""
        return str(format_decimal(value, locale=self._locale))

    def date(self, day: dt.date, unit: str = "day") -> str:
        """Write a day, or the month or year it stands for."""
        return str(format_date(day, _PATTERNS.get(unit, _PATTERNS["day"]), locale=self._locale))

    def span(self, start: dt.date | None, end: dt.date | None, precision: str = "day") -> str:
        """Write an interval of days; an unknown date is written as unknown."""
        first = start or end
        if first is None:
            return self("unknown")
        if precision == "week":
            return self("date.week", day=self.date(first))
        written = self.date(first, precision)
        last = self.date(end, precision) if end else written
        return written if last == written else f"{written} – {last}"

    def calendar(self) -> dict[str, list[str]]:
        """Return the names of days (Sunday first) and months, long and short."""
        days, months = self._locale.days["stand-alone"], self._locale.months["stand-alone"]
        short = self._locale.months["format"]["abbreviated"]  # these stand beside a day or a year: "6 бер."
        sunday_first = (6, 0, 1, 2, 3, 4, 5)
        return {
            "days": [days["wide"][n] for n in sunday_first],
            "shortDays": [days["abbreviated"][n] for n in sunday_first],
            "months": [months["wide"][n] for n in range(1, 13)],
            "shortMonths": [short[n] for n in range(1, 13)],
        }

    def distance(self, metres: float) -> str:
        """Write a distance in metres as metres or kilometres, never more exact than it is."""
        if metres < 1000:
            return self("distance.m", n=round(metres))
        km = metres / 1000
        return self("distance.km", n=round(km, 1) if km < 10 else round(km))


@cache
def load(language: str) -> Words:
    """Return the interface in `language`; an unknown one gives the default."""
    return Words(language)
