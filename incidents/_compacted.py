"""What the last compaction did, left beside the index: which file took which one's place, and the edits that it moved.

A reader that shows the files as they stood before, and knows the edits, shows the same as the files do now. So it needs
no index of them at once. Safe to delete: then it makes the index first. Hints only, never the truth.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from incidents._errors import UnreadableCollection
from incidents._journal import Journal, Overlay

FOLDER: Final = ".index"
NOTE: Final = "compacted.json"
_EDITS: Final = "compacted-*.geojsons"


class Stood(NamedTuple):
    """How a file stood: what tells it from any other that had its name."""

    size: int
    mtime_ns: int
    inode: int


Files = Mapping[str, Stood]


def stood(at: os.stat_result) -> Stood:
    """Return how a file stands, by what the system says of it."""
    return Stood(at.st_size, at.st_mtime_ns, at.st_ino)


class Note:
    """Written by a compaction, each step before it is done. Where it cannot be written, there is none."""

    def __init__(self, folder: Path, journal: Path, before: Files) -> None:
        self._folder = folder / FOLDER
        self._before, self._after = dict(before), dict(before)
        self._edits = ""
        with contextlib.suppress(OSError):
            if self._folder.is_dir():  # nobody has an index here otherwise
                self._edits = self._kept(journal)

    def _kept(self, journal: Path) -> str:
        """Give the journal another name, under which it outlives its removal."""
        name = _EDITS.replace("*", secrets.token_hex(6))
        os.link(journal, self._folder / name)
        return name

    def becomes(self, files: Mapping[str, Path | None]) -> None:
        """Say that these files are about to be replaced by those that lie ready, or removed."""
        if not self._edits:
            return
        for name, ready in files.items():
            if ready is None:
                self._after.pop(name, None)
            else:
                self._after[name] = stood(ready.stat())
        before, after = ({n: [*at] for n, at in stand.items()} for stand in (self._before, self._after))
        written = {"edits": self._edits, "before": before, "after": after}
        temp = self._folder / f".tmp-{secrets.token_hex(6)}"
        with contextlib.suppress(OSError):
            temp.write_bytes(orjson.dumps(written))
            temp.replace(self._folder / NOTE)
            for other in self._folder.glob(_EDITS):
                if other.name != self._edits:
                    other.unlink(missing_ok=True)


class Compacted(NamedTuple):
    """A compaction as a reader finds it: how the files stood, how they stand, and the edits that went into them."""

    before: dict[str, Stood]
    after: dict[str, Stood]
    edits: Overlay

    def covers(self, files: Files) -> bool:
        """Say whether files are at most this compaction, begun or done, away from one another."""
        names = self.before.keys() | self.after.keys()
        return files.keys() <= names and all(
            files.get(name) in {self.before.get(name), self.after.get(name)} for name in names
        )


def last(folder: Path) -> Compacted | None:
    """Return the last compaction of a collection; null where nothing usable tells of one."""
    try:
        raw = orjson.loads((folder / FOLDER / NOTE).read_bytes())
        before, after = (
            {str(name): Stood(*at) for name, at in raw[when].items()} for when in ("before", "after")
        )
        path = folder / FOLDER / Path(raw["edits"]).name
        if not path.is_file():
            return None
        return Compacted(before, after, dict(Journal(path.parent, path.name).overlay()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, UnreadableCollection):
        return None
