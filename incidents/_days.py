"""Days that a month or a year written in place of a day stands for."""

from __future__ import annotations

import calendar
import datetime as dt


def last_day(start: dt.date, *, whole_year: bool) -> dt.date:
    """Return the last day of the month that begins on `start`, or of its year; the calendar ends with 9999-12-31."""
    month = 12 if whole_year else start.month
    return dt.date(start.year, month, calendar.monthrange(start.year, month)[1])
