from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from dashboard import ledger, ledger_view, strings
from dashboard.ledger import Axis
from incidents.model import Incident
from tests.dashboard import samples

WORDS = strings.load("en")


def axis(incident: Incident, predicate: str) -> Axis:
    return next(a for a in ledger.build(incident).axes if a.predicate == predicate)


def test_each_kind_has_an_axis_of_its_own() -> None:
    assert [a.predicate for a in ledger.build(samples.burial()).axes] == ["bodies", "graves"]


def test_units_never_share_an_axis() -> None:
    claims = (
        samples.claim("a", "damage_share", 80, 80, unit="percent"),
        samples.claim("b", "damage_share", 300, 300, unit="buildings"),
    )
    axes = ledger.build(samples.burial().model_copy(update={"claims": claims})).axes
    assert sorted((a.unit, a.top) for a in axes) == [("buildings", 300), ("percent", 100)]


def test_speakers_stand_in_the_order_of_publication() -> None:
    graves = axis(samples.burial(), "graves")
    assert [voice.name for voice in graves.voices] == ["Anna Sample", "Second Office"]
    assert [row.claim.id for row in graves.voices[0].rows] == ["c1", "c2"]
    assert graves.voices[0].role == "police"


def test_an_undated_claim_comes_last() -> None:
    claims = (
        samples.claim("late", "killed", 2, 2, who="B", source="none"),
        samples.claim("early", "killed", 1, 1, who="A", source="s2"),
    )
    incident = samples.strike("x", "2022-03-01", killed=1, claims=claims,
                              sources=(samples.source("none", None), samples.source("s2", "2023-01-01")))  # fmt: skip
    assert [v.name for v in axis(incident, "killed").voices] == ["A", "B"]


def test_open_figures_stay_open_and_leave_room_for_their_arrow() -> None:
    graves = axis(samples.burial(), "graves")
    row = next(r for r in graves.rows if r.claim.id == "c1")
    assert row.mark is not None
    assert row.mark.high is None
    assert graves.top > 445
    assert graves.ticks[0] == 0
    assert graves.ticks[-1] == graves.top


def test_a_claim_without_a_figure_keeps_its_row_and_gets_no_mark() -> None:
    row = next(r for r in axis(samples.burial(), "bodies").rows if r.claim.id == "c5")
    assert row.mark is None
    assert ledger_view.figure_words(row.claim, WORDS) == "no figure given"


def test_a_denial_stands_beside_what_it_names_and_a_general_one_apart() -> None:
    built = ledger.build(samples.burial())
    assert [r.claim.id for a in built.axes if a.predicate == "graves" for r in a.denials] == ["c6"]
    assert not [r for a in built.axes if a.predicate == "bodies" for r in a.denials]
    assert [r.claim.id for voice in built.denials for r in voice.rows] == ["c7"]


def test_what_is_not_known_is_said() -> None:
    text = " ".join(ledger_view._unknowns(ledger.build(samples.burial()), WORDS))
    assert "When it happened; it was found on 15 Sep 2022." in text
    assert "Who is responsible" in text
    text = " ".join(ledger_view._unknowns(ledger.build(samples.strike("x", "2022-03-01", killed=2)), WORDS))
    assert "People injured: nobody states a figure." in text
    assert "Who is responsible" not in text


def test_a_rejected_claim_is_shown_as_set_aside() -> None:
    claims = (samples.claim("a", "killed", 9, 9, review="rejected", who="A"),)
    incident = samples.strike("x", "2022-03-01", killed=1, claims=claims)
    assert axis(incident, "killed").rows[0].is_set_aside
    assert axis(incident, "killed").range == (None, None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"low": 440, "qualifier": "more_than"}, "more than 440"),
        ({"low": 5, "high": 5, "qualifier": "about"}, "about 5"),
        ({"low": 5, "high": 9}, "5 to 9"),
        ({"high": 80, "qualifier": "up_to"}, "up to 80"),
        ({"low": 12, "qualifier": "dozens"}, "dozens"),
        ({"low": 1200, "qualifier": "at_least"}, "at least 1,200"),
        ({"high": 80, "qualifier": "up_to", "unit": "percent"}, "up to 80 %"),
    ],
)
def test_figures_are_written_as_they_were_put(fields: dict[str, object], said: str) -> None:
    low, high = fields.pop("low", None), fields.pop("high", None)
    made = samples.claim("x", "killed", low, high, **fields)  # type: ignore[arg-type]
    assert ledger_view.figure_words(made, WORDS) == said


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ([{"low": 100, "qualifier": "hundreds"}], "Lowest figure stated: hundreds, open upwards"),
        ([{"low": 100, "qualifier": "hundreds"}, {"low": 100, "qualifier": "more_than"}], "Lowest figure stated: 100, open upwards"),
        ([{"low": 320, "high": 320}, {"low": 419, "high": 419}], "Stated: 320 to 419"),
        ([{"high": 80, "qualifier": "up_to"}], "Highest figure stated: 80, open downwards"),
        ([{"low": 2, "high": 2, "extent": "part"}], "Only parts are stated; the largest: 2. Nobody states the whole."),
    ],
)  # fmt: skip
def test_the_span_is_never_written_as_somebodys_figure(claims: list[dict[str, Any]], said: str) -> None:
    made = tuple(
        samples.claim(f"k{n}", "bodies", one.pop("low", None), one.pop("high", None), who=f"W{n}", **one)
        for n, one in enumerate(dict(claim) for claim in claims)
    )
    incident = samples.strike("x", "2022-03-01", killed=1, claims=made)
    assert said in Tags(ledger_view.html(ledger.build(incident), WORDS)).text


@pytest.mark.parametrize("top", [0, 1, 3, 4, 7, 12, 55, 440, 10300, 0.4])
def test_an_axis_has_few_round_ticks_that_reach_the_top(top: float) -> None:
    step = ledger.nice_step(top)
    assert step > 0
    assert top / step <= 5.0001


class Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_hostile_text_is_shown_and_never_runs(language: str) -> None:
    page = Tags(ledger_view.html(ledger.build(samples.hostile()), strings.load(language)))
    assert not page.names & {"script", "img", "iframe", "svg", "style"}
    assert not page.handlers
    assert all(link.startswith("https://") for link in page.links)
    assert page.text.count("<script>window.hacked=1</script>") >= 10


def test_the_ledger_says_everything_in_words() -> None:
    text = Tags(ledger_view.html(ledger.build(samples.burial()), WORDS)).text
    for part in (
        "more than 440", "Anna Sample", "police", "via Wire", "15 Sep 2022", "The Daily Sample", "more than 440 graves",
        "Denies: statements about mass graves there", "within 8 km", "the only town of that name", "part of the whole",
        "soldiers", "Disputed", "Lowest figure stated: 440, open upwards",
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2022-09-16", "16 Sep 2022"),
        ("2022-03/2022-05", "March 2022 – May 2022"),
        ("../2022-04-06", "up to 6 Apr 2022"),
        ("2022-04-06/..", "from 6 Apr 2022"),
        ("last spring", "last spring"),
        ("2022-99-99", "2022-99-99"),
        (None, ""),
    ],
)
def test_days_and_intervals_are_written_in_words(written: str | None, said: str) -> None:
    assert ledger_view._day(written, WORDS) == said
