"""How a command says things on a terminal: dates, ranges, counted nouns, and text that comes from outside."""

from __future__ import annotations

from incidents.model import Incident


def printable(text: str) -> str:
    """Return a text without the control characters that could command a terminal."""
    return "".join(c if c.isprintable() or c == " " else "\ufffd" for c in text)


def counted(number: object, noun: str, several: str | None = None) -> str:
    """Return "1 pair", "2,000 pairs"; `several` where the plural is not the noun with an s."""
    shown = f"{number:,}" if isinstance(number, int) else str(number)
    return f"{shown} {noun if number == 1 else several or noun + 's'}"


def when(incident: Incident) -> str:
    """Return the day or days of an incident, or that they are not known."""
    if incident.date_start is None:
        return f"discovered {incident.date_discovered}" if incident.date_discovered else "not known"
    end = incident.date_end
    return f"{incident.date_start}" + (f" to {end}" if end and end != incident.date_start else "")


def span(low: object, high: object) -> str:
    """Return a range of figures in words."""
    if low is None and high is None:
        return "not known"
    if high is None:
        return f"at least {low}"
    return f"{low}" if low == high else f"{'?' if low is None else low} to {high}"
