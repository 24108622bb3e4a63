"""Where most of something lies: one slip of the pen is no reason to look at the whole world, or at ten empty years."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_FENCE: Final = 5.0
_SHARE: Final = 0.02


def bulk(
    values: NDArray[np.float64], weights: NDArray[np.float64] | None = None, *, least: float
) -> tuple[float, float]:
    """Return the lowest and the highest of `values` that belong to the bulk; of a few strays at most, else of all.

    A stray lies beyond the quartiles by more than five times their distance and more than `least`. Where more than
    2 % (or more than one) would be strays, nothing is one: two clusters are two clusters.
    """
    weights = np.ones(len(values)) if weights is None else weights
    order = np.argsort(values, kind="stable")
    ranked, summed = values[order], np.cumsum(weights[order])
    low, high = (float(ranked[np.searchsorted(summed, share * summed[-1])]) for share in (0.25, 0.75))
    reach = max(_FENCE * (high - low), least)
    inside = (values >= low - reach) & (values <= high + reach)
    strays = float(weights[~inside].sum())
    if summed[-1] < 4 or strays > max(1.0, _SHARE * float(summed[-1])):
        inside = np.ones(len(values), dtype=np.bool_)
    return float(values[inside].min()), float(values[inside].max())
