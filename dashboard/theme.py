"""Colours and shapes of the categories, for light and dark ground.

Colours alone never carry a meaning: each category has a colour and a shape of its own, so that stacked bars and a table
in grey can both be read. The colours were chosen for distance in Oklab under normal sight and simulated protanopia, deuteranopia and
tritanopia, with a contrast of at least 3:1 against land, water and paper; `tests/dashboard/test_theme.py` measures it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from incidents import vocabulary

Mode = Literal["light", "dark"]


@dataclass(frozen=True)
class Family:
    """A colour on light and on dark ground, sRGB hex."""

    light: str
    dark: str


@dataclass(frozen=True)
class Ground:
    """The surfaces that symbols and words stand on, sRGB hex."""

    paper: str
    panel: str
    land: str
    water: str
    ink: str
    muted: str
    line: str
    accent: str
    on_symbol: str


FAMILIES: Final = {
    "strike": Family("#8c0e11", "#ffbf8e"),
    "shelling": Family("#d63310", "#a97639"),
    "shooting": Family("#b9398d", "#fd528a"),
    "burial": Family("#531478", "#a15df9"),
    "detention": Family("#2171d3", "#91b1ff"),
    "displacement": Family("#254148", "#47a1b5"),
    "object": Family("#597842", "#b8ad3c"),
    "context": Family("#555755", "#c4cedd"),
}

FAMILY_OF: Final = {
    "air_strike": "strike", "missile_strike": "strike", "shelling": "shelling", "explosion": "shelling",
    "shooting": "shooting", "burial_site": "burial", "detention_torture": "detention",
    "disappearance": "detention", "sexual_violence": "detention", "displacement": "displacement",
    "object_damage": "object", "other": "object", "territorial_control": "context",
    "official_visit": "context", "investigation": "context", "accusation": "context",
}  # fmt: skip

OWN: Final = {
    "missile_strike": Family("#470a00", "#fff27a"),
    "explosion": Family("#8f6600", "#f5998f"),
    "disappearance": Family("#147085", "#4770b8"),
    "sexual_violence": Family("#7a00ad", "#c229c2"),
    "other": Family("#14003d", "#c2ffff"),
    "territorial_control": Family("#002933", "#adb8c2"),
    "official_visit": Family("#1f0a14", "#7a705c"),
    "accusation": Family("#997a7a", "#7a8f7a"),
}
"""The categories that do not wear the colour of their family: no two categories share one."""

MARKS: Final = {
    "air_strike": "triangle", "missile_strike": "down", "shelling": "diamond", "explosion": "star",
    "shooting": "cross", "burial_site": "square", "detention_torture": "pentagon",
    "disappearance": "hexagon", "sexual_violence": "circle", "displacement": "down",
    "object_damage": "hexagon", "other": "circle", "territorial_control": "circle",
    "official_visit": "square", "investigation": "diamond", "accusation": "triangle",
}  # fmt: skip

GROUNDS: Final[dict[Mode, Ground]] = {
    "light": Ground(
        paper="#fbfaf7", panel="#f3f1ea", land="#f4f1ea", water="#e3e9ec", ink="#1d1c1a", muted="#5d5a54",
        line="#d9d5ca", accent="#1f4e79", on_symbol="#ffffff",
    ),
    "dark": Ground(
        paper="#161513", panel="#201f1c", land="#26241f", water="#20262a", ink="#ece9e2", muted="#a9a49a",
        line="#3a3833", accent="#9cc3e8", on_symbol="#111111",
    ),
}  # fmt: skip


def colour(category: str, mode: Mode) -> str:
    """Return the sRGB hex colour of a category; an unknown one has that of `other`."""
    family = OWN.get(category) or FAMILIES[FAMILY_OF.get(category, "object")]
    return family.dark if mode == "dark" else family.light


def colours(mode: Mode) -> dict[str, str]:
    """Return the colour of every category, in vocabulary order."""
    return {word: colour(word, mode) for word in vocabulary.words("category")}


def mark(category: str) -> str:
    """Return the shape of a category, by the names of `geo.layers.Swatch`."""
    return MARKS.get(category, "circle")


def variables() -> str:
    """Return the CSS custom properties of both grounds; `light-dark()` follows the page's colour scheme."""
    light, dark = GROUNDS["light"], GROUNDS["dark"]
    names = {name: (getattr(light, name), getattr(dark, name)) for name in Ground.__dataclass_fields__}
    names = {name.replace("_", "-"): pair for name, pair in names.items()}
    names |= {f"c-{word}": (colour(word, "light"), colour(word, "dark")) for word in FAMILY_OF}
    lines = [f"--ia-{name}:light-dark({a},{b});" for name, (a, b) in names.items()]
    return ":root,.stApp{" + "".join(lines) + "}"
