"""Playing through time: the span of a filter cut into calendar steps, and the step of each incident."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_STEPS: Final = 60
NO_STEP: Final = 255
NO_DAY: Final = np.iinfo(np.int32).min
MONTHS_A_STEP: Final = (1, 3, 12, 24, 60, 120, 240, 600, 1200, 2400)


def step_edges(days: NDArray[np.int32]) -> NDArray[np.int64]:
    """Cut the span of some days (since 1970-01-01) into at most `MAX_STEPS` days, weeks, months, quarters or years."""
    known = days[days != NO_DAY]
    if not len(known):
        return np.zeros(1, np.int64)
    first, last = int(known.min()), int(known.max())
    for width in (1, 7):
        if last - first < width * MAX_STEPS:
            return np.arange(first, last + width + 1, width, dtype=np.int64)
    low = np.datetime64(first, "D").astype("datetime64[M]").astype(np.int64)
    high = np.datetime64(last, "D").astype("datetime64[M]").astype(np.int64)
    span = int(high - low) + 1
    width = next(w for w in MONTHS_A_STEP if span <= w * (MAX_STEPS - 1) or w == MONTHS_A_STEP[-1])
    months = np.arange(low - low % width, high + width + 1, width)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def step_of(days: NDArray[np.int32], edges: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the step of each day, `NO_STEP` for an unknown one. `edges` ascend; each step is half open."""
    steps = np.searchsorted(edges.astype(np.int32), days, side="right") - 1
    return np.where((steps >= 0) & (steps < len(edges) - 1), steps, NO_STEP).astype(np.uint8)
