"""A place where a text says who speaks, and the scene in which speakers are looked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from incidents.extract.segment import Segments, Sentence
from incidents.extract.shadow import Shadow
from incidents.extract.voices import Channel, Kind, Voice

RANK: Final[dict[Kind, int]] = {"person": 0, "body": 1, "anonymous": 2, "pronoun": 3}
Spanned = TypeVar("Spanned", Voice, Channel)


@dataclass(frozen=True)
class Attribution:
    """A place where the text says who speaks. `at` is the verb (or "according to"); `voice` null: only `via` is known.

    A header speaks all that follows, to the sentence `until` where one is given.
    """

    at: int
    end: int
    sentence: int
    voice: Voice | None
    via: tuple[str, ...]
    rule: str
    is_pro: bool = False
    is_header: bool = False
    until: int | None = None
    is_stance: bool = False


class Scene:
    """A text with everybody who may speak in it, to be asked by sentence."""

    def __init__(
        self, shadow: Shadow, segments: Segments, voices: Iterable[Voice], via: Iterable[Channel]
    ) -> None:
        self.shadow, self.segments = shadow, segments
        self.via = tuple(via)
        self._voices = self._by_sentence(voices)
        self._channels = self._by_sentence(self.via)

    def _by_sentence(self, spans: Iterable[Spanned]) -> dict[int, list[Spanned]]:
        found: dict[int, list[Spanned]] = {}
        for one in spans:
            found.setdefault(self.segments.at(one.start).index, []).append(one)
        return found

    def voices(self, sentence: Sentence) -> list[Voice]:
        """Return everybody who is named in a sentence and may speak, in order."""
        return self._voices.get(sentence.index, [])

    def channels(self, sentence: Sentence) -> tuple[str, ...]:
        """Return the agencies, papers and channels that a sentence names, each once."""
        return tuple(dict.fromkeys(c.name for c in self._channels.get(sentence.index, [])))

    def is_channel(self, start: int, end: int) -> bool:
        """Say whether an agency, paper or channel is named in a span."""
        return any(c.start < end and start < c.end for c in self.via)
