"""Whatever the text, reading ends, its spans are true to the text and its incidents survive a file."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scoring import cases
from incidents._errors import BadInput
from incidents.extract import Reading, read
from incidents.geojson import from_line, to_line
from incidents.ingest import incidents_of

TEXTS = [case.text for case in cases("dev")]
WORDS = sorted({word for text in TEXTS for word in text.split()})
ODD = [
    "\u200b", "\u202e", "\u200f", "\ufeff", "\u00ad", "\u0301", "\x07", "\r\n", "\u2028", "\t", "😀", "👩‍👩‍👧", "“", "«", '"' * 9,
    "9" * 40, "1" * 400, "-5", "½", "Ⅷ", "٣", "７", "№", "%", "0", "31.02.2022", "99 травня", "2022-13-45", "<script>", "=1+1",
    "date 0001-01-01", "date 9999-12-31", "Киев" * 9,
]  # fmt: skip
DAYS = st.none() | st.sampled_from([dt.date(1900, 1, 1), dt.date(2024, 2, 29), dt.date(2199, 12, 31)])


def true_to(text: str, reading: Reading) -> None:
    for row in (*reading.places, *reading.dates):
        assert text[row.start : row.end] == row.text
    for claim in reading.claims:
        assert claim.quote is not None
        assert text[claim.quote.start : claim.quote.end] == claim.quote.text
    for incident in incidents_of(reading):
        assert from_line(to_line(incident)) == incident


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*WORDS, *ODD]), max_size=60), st.sampled_from(["", " ", "\n"]), DAYS)
def test_any_words_in_any_order(words: list[str], between: str, day: dt.date | None) -> None:
    text = between.join(words)
    true_to(text, read(text, published=day))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from(ODD)), max_size=12),
    st.sampled_from(["NFC", "NFD", "NFKD"]),
)
def test_a_report_with_odd_characters_strewn_in(text: str, odd: list[tuple[int, str]], form: str) -> None:
    for at, what in odd:
        text = text[:at] + what + text[at:]
    text = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    true_to(text, read(text, published=dt.date(2023, 5, 4)))


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_a_day_of_publication_that_cannot_be_is_refused(year: int) -> None:
    with pytest.raises(BadInput, match="not a day of our time"):
        read("Five people were killed in Izium yesterday.", published=dt.date(year, 1, 1))


def test_five_hundred_places_are_all_read() -> None:
    text = "; ".join(f"in Izium {n} people were killed" for n in range(1, 501))
    reading = read(text, published=dt.date(2023, 5, 4))
    true_to(text, reading)
    assert sum(p.place_id == "geonames:707292" for p in reading.places) == 500


@pytest.mark.parametrize("pause", [", ", " ", ""])
def test_a_sentence_without_end_is_read_to_its_end(pause: str) -> None:
    text = f"{pause.join(['слово'] * 1500)}{pause or ' '}у Харкові загинули троє людей, повідомила поліція."
    reading = read(text, published=dt.date(2023, 5, 4))
    true_to(text, reading)
    assert [(c.predicate, c.value) for c in reading.claims] == [("killed", 3)]
