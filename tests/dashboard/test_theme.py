from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard import theme
from incidents import vocabulary

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
MODES: tuple[theme.Mode, ...] = ("light", "dark")


def _linear(colour: str) -> NDArray[np.float64]:
    raw = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(raw <= 0.04045, raw / 12.92, ((raw + 0.055) / 1.055) ** 2.4)


def _oklab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    to_lms = np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    )  # fmt: skip
    to_lab = np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    )  # fmt: skip
    return to_lab @ np.cbrt(to_lms @ np.clip(linear, 0, 1))


def _contrast(a: str, b: str) -> float:
    lum = sorted(float(_linear(c) @ np.array([0.2126, 0.7152, 0.0722])) for c in (a, b))
    return (lum[1] + 0.05) / (lum[0] + 0.05)


@pytest.mark.parametrize("mode", MODES)
def test_words_pass_wcag_aa_on_every_surface(mode: theme.Mode) -> None:
    ground = theme.GROUNDS[mode]
    for surface in (ground.paper, ground.panel):
        for text in (ground.ink, ground.muted, ground.accent):
            assert _contrast(text, surface) >= 4.5, (text, surface)


@pytest.mark.parametrize("mode", MODES)
def test_symbols_stand_out_from_land_water_and_paper(mode: theme.Mode) -> None:
    ground = theme.GROUNDS[mode]
    for category, colour in theme.colours(mode).items():
        for surface in (ground.paper, ground.land, ground.water):
            assert _contrast(colour, surface) >= 3, (category, surface)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHT)
def test_families_are_told_apart_by_every_kind_of_sight(sight: str, mode: theme.Mode) -> None:
    seen = {
        name: _oklab(SIGHT[sight] @ _linear(getattr(family, mode))) for name, family in theme.FAMILIES.items()
    }
    close = [(a, b) for a, b in combinations(seen, 2) if np.linalg.norm(seen[a] - seen[b]) < 0.07]
    assert not close


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHT)
def test_categories_stacked_on_each_other_are_told_apart(sight: str, mode: theme.Mode) -> None:
    least = 0.07 if sight == "usual" else 0.045
    seen = {word: _oklab(SIGHT[sight] @ _linear(colour)) for word, colour in theme.colours(mode).items()}
    close = [(a, b) for a, b in combinations(seen, 2) if np.linalg.norm(seen[a] - seen[b]) < least]
    assert not close


def test_every_category_has_a_look_and_a_custom_property() -> None:
    css = theme.variables()
    for word in vocabulary.words("category"):
        assert word in theme.FAMILY_OF
        assert word in theme.MARKS
        assert f"--ia-c-{word}:light-dark(" in css
