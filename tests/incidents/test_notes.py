from __future__ import annotations

from pathlib import Path

import pytest

from incidents import notes
from incidents._errors import BadInput


def test_texts_are_read_by_language_and_fall_back(tmp_path: Path) -> None:
    (tmp_path / notes.FILE).write_text(
        "title: {en: A, uk: Б}\nmethods:\n  en: [one, two]\ncitation: plain\nlicence: {id: CC0-1.0}\n",
        "utf-8",
    )
    read = notes.read(tmp_path, "uk")
    assert (read.title, read.methods, read.citation) == (("Б",), ("one", "two"), ("plain",))
    assert read.licence_id == "CC0-1.0"


def test_a_collection_may_say_nothing(tmp_path: Path) -> None:
    assert notes.read(tmp_path) == notes.Notes()
    assert notes.read("postgresql://somewhere/db") == notes.Notes()


@pytest.mark.parametrize("content", [b"title: [", b"\xff\xfe", b"- a list"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / notes.FILE).write_bytes(content)
    with pytest.raises(BadInput, match=notes.FILE):
        notes.read(tmp_path)


def test_the_shipped_collection_says_how_to_cite_it_in_both_languages() -> None:
    shipped = Path(__file__).resolve().parents[2] / "data" / "ukraine"
    for language in ("en", "uk"):
        read = notes.read(shipped, language)
        assert read.title
        assert read.citation
        assert read.licence_url
        assert read.methods
