"""The page as its visitor works with it, without a browser."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from dashboard import session, source
from incidents._duck import DuckCatalogue
from incidents._errors import AtlasError
from incidents._pg import parse
from incidents.catalogue import Counts
from incidents.cli import main
from incidents.copying import copy
from incidents.filters import Filter
from tests.incidents.throwaway_postgres import Throwaway

ROOT = Path(__file__).resolve().parents[2]
PAGE = str(Path(source.__file__).with_name("page.py"))


@pytest.fixture
def opened(sample_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Open the page with some words in the address."""

    def run(collection: Path = sample_folder, **words: str) -> AppTest:
        monkeypatch.setenv(source.ENVIRONMENT, str(collection))
        test = AppTest.from_file(PAGE, default_timeout=60)
        for name, value in words.items():
            test.query_params[name] = value
        test.run()
        assert not test.exception
        return test

    return run


def html(test: AppTest) -> str:
    return "\n".join(
        str(element.proto.body) for element in test.get("html") if "<style>" not in str(element.proto.body)
    )


def titles(test: AppTest) -> list[str]:
    """Return the titles in the table, as it was handed to the browser."""
    components = [c.proto for c in test.get("bidi_component")]
    (table,) = [c for c in components if c.component_name == "incident_atlas_table"]
    return [row["cells"][1] for row in json.loads(table.json)["rows"]]


def address(test: AppTest) -> dict[str, Any]:
    return {name: value[0] if isinstance(value, list) else value for name, value in test.query_params.items()}


def test_the_line_of_truth_counts_what_is_not_on_the_map(opened: Any) -> None:
    page = html(opened())
    assert "6 incidents" in page
    assert "5 on the map" in page
    assert "1 without a known place" in page


def test_a_filter_changes_the_line_and_the_address(opened: Any) -> None:
    test = opened()
    test.multiselect(key="f_category").select("missile_strike").run()
    assert "3 incidents" in html(test)
    assert address(test)["category"] == "missile_strike"
    test.number_input(key="f_min_killed").set_value(5).run()
    assert "1 incident<" in html(test)
    assert address(test)["min_killed"] == "5"


def test_choices_show_how_many_incidents_they_leave(opened: Any) -> None:
    test = opened(category="burial_site")
    assert "Missile strike · 3" in test.multiselect(key="f_category").options
    assert test.multiselect(key="f_grading").options == ["Contested · 1"]


def test_reset_lifts_every_filter_and_keeps_language_and_selection(opened: Any) -> None:
    test = opened(category="burial_site", since="2022-01-01", lang="uk", id="t-burial")
    test.button(key="reset").click().run()
    assert "6 подій" in html(test)
    assert address(test) == {"lang": "uk", "id": "t-burial"}


def test_a_link_reopens_filter_selection_layer_and_language(opened: Any) -> None:
    test = opened(text="strike", until="2023-01-01", id="t-first", layer="density", circles="1", lang="uk")
    assert test.text_input(key="f_text").value == "strike"
    assert test.date_input(key="f_until").value == dt.date(2023, 1, 1)
    assert "Strike t-first" in html(test)
    assert "Загиблі" in html(test)
    assert address(test)["layer"] == "density"
    assert address(test)["circles"] == "1"


def test_bad_words_in_a_link_are_named_and_the_rest_applies(opened: Any) -> None:
    test = opened(category="meteor", since="2022-03-05", zzz="1")
    page = html(test)
    assert "Part of this link could not be used" in page
    assert "meteor" in page
    assert "zzz" in page
    assert test.date_input(key="f_since").value == dt.date(2022, 3, 5)
    test.text_input(key="f_text").set_value("strike").run()
    assert "meteor" not in html(test)


def test_a_rectangle_of_a_link_is_named_and_can_be_lifted(opened: Any) -> None:
    test = opened(bbox="37,46,38,48")
    assert "1 incident<" in html(test)
    test.button(key="lift_bbox").click().run()
    assert "6 incidents" in html(test)
    assert "bbox" not in address(test)


def test_an_unknown_incident_is_said_to_be_unknown(opened: Any) -> None:
    page = html(opened(id="<b>nobody</b>"))
    assert "There is no incident with the identifier" in page
    assert "<b>nobody</b>" not in page


def test_nothing_found_is_said_with_a_way_back(opened: Any) -> None:
    test = opened(text="no such words anywhere")
    assert "Nothing passes these filters." in html(test)
    test.button(key="reset").click().run()
    assert "6 incidents" in html(test)


def test_an_empty_result_names_the_filter_and_offers_what_comes_near(opened: Any) -> None:
    test = opened(place="Testovee", lang="en")
    assert "Did you mean" in html(test)
    (button,) = [b for b in test.button if b.label == "Testove"]
    button.click().run()
    assert not test.exception
    assert "Nothing passes these filters." not in html(test)
    assert test.query_params["place"] in ("Testove", ["Testove"])


def test_a_click_that_still_comes_with_the_address_of_before_is_not_undone(opened: Any) -> None:
    """The browser hears of a new address a moment after the page wrote it; who clicks in between sends the old one."""
    test = opened(lang="en")
    before = address(test)
    test.text_input(key="f_place").set_value("Testove").run()
    assert address(test) != before
    test.query_params.clear()
    test.query_params.update(before)
    test.text_input(key="f_text").set_value("graves").run()
    assert address(test) == {**before, "place": "Testove", "text": "graves"}


def test_the_back_button_lifts_what_was_filtered(opened: Any) -> None:
    test = opened(lang="en")
    before = address(test)
    test.text_input(key="f_place").set_value("Testove").run()
    test.run()  # the browser has heard of the new address
    test.query_params.clear()
    test.query_params.update(before)
    test.run()
    assert address(test) == before


def test_filters_that_leave_nothing_only_together_can_be_lifted_one_by_one(opened: Any) -> None:
    test = opened(text="Shots", since="2031-01-01", lang="uk")
    assert "Події лежать між" in html(test)
    test = opened(text="unknown place", category="burial_site", lang="en")
    assert "all together none" in html(test)
    (button,) = [b for b in test.button if b.label.startswith("Without “What happened”")]
    button.click().run()
    assert titles(test) == ["Shots at an unknown place"]


def test_those_without_a_place_can_be_listed(opened: Any) -> None:
    test = opened()
    test.button(key="list_unplaced").click().run()
    assert titles(test) == ["Shots at an unknown place"]


@pytest.mark.parametrize(("language", "said"), [("en", "CC BY 4.0"), ("uk", "Ніщо не залишає цей комп’ютер")])
def test_the_page_about_the_collection(language: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(source.ENVIRONMENT, str(ROOT / "data" / "ukraine"))
    test = AppTest.from_string("from dashboard import page\npage.about_page()", default_timeout=60)
    test.query_params["lang"] = language
    test.run()
    assert not test.exception
    assert said in html(test)


def test_an_empty_collection_says_how_to_fill_it(opened: Any, tmp_path: Path) -> None:
    from incidents.store import FolderStore

    FolderStore.open(tmp_path / "new", create=True)
    assert f"incident-atlas ingest report.txt --into {tmp_path / 'new'}" in html(opened(tmp_path / "new"))


def test_an_unreadable_collection_names_file_and_line(opened: Any, tmp_path: Path) -> None:
    (tmp_path / "2022-03.geojson").write_text(
        '{"type":"FeatureCollection","features":[\n{"broken\n]}\n', "utf-8"
    )
    page = html(opened(tmp_path))
    assert "This collection cannot be read." in page
    assert "2022-03.geojson" in page
    assert "Traceback" not in page


def test_a_missing_collection_is_named(opened: Any, tmp_path: Path) -> None:
    assert "nowhere" in html(opened(tmp_path / "nowhere"))


def test_hostile_text_reaches_no_part_of_the_page_as_markup(opened: Any) -> None:
    test = opened(id="t-hostile")
    page = html(test)
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;window.hacked=1&lt;/script&gt;" in page
    assert not [m.value for m in test.markdown if "window.hacked" in m.value]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("bbox", "30,50,40,40"), ("near", "1,2,-5"), ("within", "1 2,3 4"), ("since", "0001-01-01"),
        ("min_killed", "99999999999999999999999"), ("text", "a\x00b"), ("lat", "nan"), ("bbox", "nan,nan,nan,nan"),
        ("near", "inf,1,1"),
    ],
)  # fmt: skip
def test_words_that_mean_nothing_are_named_and_the_rest_applies(opened: Any, word: str, value: str) -> None:
    test = opened(**{word: value, "category": "burial_site"})
    page = html(test)
    assert "Part of this link could not be used" in page
    assert f"{word}: “" in page
    assert "<b>1 incident</b>" in page
    assert word not in address(test)


def test_a_file_that_a_hand_spoilt_is_named_and_the_last_good_state_stays(
    opened: Any, sample_folder: Path
) -> None:
    test = opened()
    path = next(iter(sorted(sample_folder.glob("*.geojson"))))
    good = path.read_bytes()
    try:
        path.write_bytes(good.replace(b'"category":"', b'"category":"un', 1))
        os.utime(path, (1, 1))
        deadline = time.monotonic() + 10
        while "Something on disk" not in html(test) and time.monotonic() < deadline:
            time.sleep(0.3)
            test.run()
        page = html(test)
        assert "6 incidents" in page
        assert f"{path.name}:2" in page
    finally:
        path.write_bytes(good)


def test_a_choice_made_while_its_count_changed_is_still_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    held = session.Held()
    held.marks["labels"] = {
        "category": {"Missile strike": "missile_strike"},
        "admin1": {"Kharkiv Oblast": "UA-63"},
    }
    chosen = {
        "held": held,
        "f_category": ["shelling", "Missile strike · 1,234", "missile_strike", "Nothing known · 5"],
        "f_admin1": ["Kharkiv Oblast · 99"],
    }
    monkeypatch.setattr(session.st, "session_state", chosen)
    where = session.current().where
    assert where.category == ("shelling", "missile_strike")
    assert where.admin1 == ("UA-63",)


def test_what_is_context_is_said_to_be_no_harm(opened: Any, sample_folder: Path, tmp_path: Path) -> None:
    copy(str(sample_folder), str(tmp_path / "c"))
    assert "context" not in html(opened(tmp_path / "c"))
    said = tmp_path / "r.txt"
    said.write_text(
        "date 2023-03-17 A missile hit Chuhuiv on Thursday, killing 4 people. Moscow denies targeting civilians."
    )
    assert CliRunner().invoke(main, ["ingest", str(said), "--into", str(tmp_path / "c")]).exit_code == 0
    page = html(
        opened(tmp_path / "c")
    )  # at once: what was saved and compacted between two looks is seen as well
    assert "<b>7 incidents</b>" in page
    assert "1 without a known place" in page
    assert "1 entry of context, no harm" in page
    assert "of context" not in html(opened(tmp_path / "c", role="incident"))
    assert "<b>1 entry of context, no harm</b>" in html(opened(tmp_path / "c", role="context"))


def test_a_collection_that_comes_back_to_an_earlier_revision_has_its_counts_again() -> None:
    class Wavering:
        """Holds as many incidents as its revision says, and is edited while a question is on its way."""

        revision = "6"
        is_edited = True

        def counts(self, _: Filter) -> Counts:
            self.revision = "7" if self.is_edited else "6"
            return Counts(int(self.revision), 0, 0)

    held: Any = Wavering()
    questions = source.Questions(held)
    assert questions.counts(Filter()).total == 7
    held.is_edited, held.revision = False, "6"
    assert questions.counts(Filter()).total == 6


def test_a_question_without_memory_is_said_in_words(
    opened: Any, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AtlasError("this question needs more memory than there is for it")

    opened()
    with monkeypatch.context() as patch:
        patch.setattr(DuckCatalogue, "facets", fail)
        test = opened(min_killed="0", category="shelling,burial_site")
    assert not test.exception
    assert "This question could not be answered" in html(test)
    assert "more memory" in html(test)


@pytest.mark.postgres
def test_a_database_that_goes_away_is_said_in_words_and_the_page_is_back_when_it_is(
    opened: Any, sample_folder: Path
) -> None:
    server = Throwaway()
    try:
        url = server.start()
        copy(str(sample_folder), url)
        test = opened(url)
        assert "6 incidents" in html(test)
        server.kill()
        test.query_params["min_killed"] = "0"  # a question that was not answered before
        test.run()
        assert not test.exception
        page = html(test)
        assert "does not answer" in page or "connection broke" in page
        assert str(parse(url).password) not in page
        server.start()
        test.run()
        assert not test.exception
        page = html(test)
        assert "does not answer" not in page
        assert "on the map" in page
    finally:
        source._let_go()
        server.stop()
