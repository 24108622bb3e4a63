"""Reviewing and correcting on the page: only where it was turned on, kept with a history, refused where it would overwrite."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import changes, desk, source, strings
from incidents import editing, store
from incidents.editing import Difference, Edit
from incidents.model import Change
from incidents.store import FolderStore
from incidents.stores import open_store
from tests.dashboard import samples
from tests.dashboard.test_page import PAGE, html
from tests.incidents.throwaway_postgres import Throwaway


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = FolderStore.open(tmp_path / "c", create=True)
    store.put(samples.everything())
    return store.folder


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    def run(incident_id: str, *, edit: bool = True, **words: str) -> AppTest:
        monkeypatch.setenv(source.ENVIRONMENT, str(folder))
        monkeypatch.setenv(source.EDITOR, "Ana")
        monkeypatch.setenv(source.EDITING, "1") if edit else monkeypatch.delenv(source.EDITING, raising=False)
        test = AppTest.from_file(PAGE, default_timeout=60)
        for name, value in {"id": incident_id, **words}.items():
            test.query_params[name] = value
        test.run()
        assert not test.exception
        return test

    return run


def save(test: AppTest, form: str) -> AppTest:
    button = widget(test.button, f"save_{form}")
    button.click().run()
    assert not test.exception
    return test


def widget(widgets: Any, name: str) -> Any:
    (found,) = [w for w in widgets if w.key and re.fullmatch(rf"desk_\d+_{name}", w.key)]
    return found


def test_without_the_option_nothing_can_be_changed(opened: Any) -> None:
    test = opened("t-first", edit=False)
    assert "Strike t-first" in html(test)
    assert not [w for w in (*test.button, *test.text_input) if w.key and "desk_" in w.key]


def test_a_folder_that_may_not_be_written_is_said_before_anybody_types(
    opened: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing can be saved" not in html(opened("t-first"))
    really = os.access
    monkeypatch.setattr(store.os, "access", lambda path, mode: Path(path) != folder and really(path, mode))
    page = html(opened("t-first"))
    assert "Nothing can be saved in this collection at present" in page
    assert f"{folder}: may not be written" in page


def test_a_save_that_cannot_be_moved_into_the_files_is_told_and_not_lost(
    opened: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_LITTLE", 500)
    monkeypatch.setattr(store, "_PLENTY", 500)
    FolderStore.open(folder).compact()
    path = min(folder.glob("*.geojson"))
    path.write_text(path.read_text().replace('Collection",', 'Collection","crs":null,', 1))
    test = opened("t-first")
    widget(test.text_input, "title").set_value("A title put right")
    save(test, "correct")
    held = source.store()
    assert isinstance(held, FolderStore)
    held.settle()
    page = html(test.run())
    assert "A title put right" in page
    assert "could not be moved into the monthly files yet" in page
    assert f"{path.name}: has crs beside its features" in page
    assert f"incident-atlas compact {folder}" in page
    path.write_text(path.read_text().replace(',"crs":null', "", 1))
    FolderStore.open(folder).compact()
    page = html(test.run())
    assert "could not be moved" not in page
    assert "A title put right" in page


def test_a_review_is_kept_and_the_page_shows_it(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    assert "Not reviewed" in html(test)
    widget(test.button_group, "review").set_value("accepted")
    widget(test.button_group, "grading").set_value("confirmed")
    widget(test.text_input, "review_why").set_value("read the page")
    save(test, "review")
    kept = FolderStore.open(folder).get("t-first")
    assert (kept.review, kept.judged_grading) == ("accepted", "confirmed")
    assert {(line.by, line.detail["why"]) for line in kept.history} == {("Ana", "read the page")}
    page = html(test)
    assert "Saved, by Ana." in page
    assert "Review: Not reviewed → Accepted, by Ana (read the page)" in page
    assert "Grading: Confirmed" in page


def test_a_rejected_claim_leaves_the_figures(opened: Any, folder: Path) -> None:
    test = opened("t-second")
    claims = widget(test.multiselect, "claims")
    claims.set_value([option for option in claims.options if "killed" in option][:1])
    widget(test.button_group, "claims_review").set_value("rejected")
    save(test, "review")
    kept = FolderStore.open(folder).get("t-second")
    assert [c.review for c in kept.claims] == ["rejected", "unreviewed"]
    assert "set aside by a reviewer" in html(test)


def test_a_rejected_incident_leaves_the_line_of_truth(opened: Any) -> None:
    test = opened("t-late")
    assert "6 incidents" in html(test)
    widget(test.button_group, "review").set_value("rejected")
    save(test, "review")
    assert "5 incidents" in html(test)
    assert "4 on the map" in html(test)


def test_place_date_category_and_title_are_corrected(opened: Any, folder: Path) -> None:
    test = opened("t-unplaced", lang="en")
    widget(test.text_input, "title").set_value("Shots near the station")
    widget(test.selectbox, "category").set_value("shelling")
    widget(test.text_input, "date").set_value("2022-05")
    widget(test.text_input, "place").set_value("Ізюм")
    save(test, "correct")
    kept = FolderStore.open(folder).get("t-unplaced")
    assert (kept.title, kept.category, kept.date_end) == (
        "Shots near the station",
        "shelling",
        dt.date(2022, 5, 31),
    )
    assert (kept.place_id, kept.admin1) == ("geonames:707292", "UA-63")
    assert "0 without a known place" in html(test)


def test_impact_weapon_role_and_summary_are_corrected_and_taken_back(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    assert set(widget(test.multiselect, "impact").options) >= {"Homes", "Health care"}
    before = FolderStore.open(folder).get("t-first")
    widget(test.multiselect, "impact").set_value(["healthcare", "residential"])
    widget(test.multiselect, "weapon").set_value(["drone"])
    widget(test.selectbox, "role").set_value("referenced")
    widget(test.text_area, "summary").set_value("A clinic and a house were hit.")
    page = html(save(test, "correct"))
    kept = FolderStore.open(folder).get("t-first")
    assert (set(kept.impact), kept.weapon, kept.role, kept.summary) == (
        {"healthcare", "residential"},
        ("drone",),
        "referenced",
        "A clinic and a house were hit.",
    )
    assert "A clinic and a house were hit." in page
    assert "Weapon: none → Drone" in page
    widget(test.button, "undo").click().run()
    assert not test.exception
    back = FolderStore.open(folder).get("t-first")
    assert back.model_copy(update={"history": ()}) == before.model_copy(update={"history": ()})
    assert [line.what for line in back.history] == ["correction", "taken back"]
    assert "Taken back: " in html(test)


def test_what_somebody_changed_since_cannot_be_taken_back_unseen(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    widget(test.text_input, "title").set_value("Mine")
    save(test, "correct")
    store = FolderStore.open(folder)
    mine = store.get("t-first")
    editing.save(
        store, [Edit(mine, editing.correct(mine, {"title": "Theirs"}, hand=editing.signed("B")))], by="B"
    )
    test.run()
    assert not [b for b in test.button if b.key and b.key.endswith("_undo")]
    assert store.get("t-first").title == "Theirs"


def test_a_claim_is_added_with_its_words_speaker_and_source_and_taken_back(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    for name, text in {
        "value": "9-11", "words": "Between nine and eleven people died, said the surgeon.", "speaker": "the surgeon",
        "url": "https://example.org/new", "publisher": "Town Gazette", "published": "2022-03-02",
    }.items():  # fmt: skip
        widget(test.text_area if name == "words" else test.text_input, f"add_{name}").set_value(text)
    widget(test.text_input, "add_why").set_value("missed by the reader")
    page = html(save(test, "add"))
    kept = FolderStore.open(folder).get("t-first")
    claim = kept.claims[-1]
    assert (claim.predicate, claim.min, claim.max, claim.rule) == ("killed", 9, 11, "by hand")
    assert claim.speaker is not None
    assert claim.speaker.name == "the surgeon"
    assert [s.publisher for s in kept.sources if s.id == claim.source] == ["Town Gazette"]
    assert "Between nine and eleven people died, said the surgeon." in page
    assert "Town Gazette" in page
    assert "Claim added" in page
    widget(test.button, "undo").click().run()
    assert [c.id for c in FolderStore.open(folder).get("t-first").claims] == [c.id for c in kept.claims[:-1]]


def test_a_claim_without_a_page_is_not_added(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    widget(test.text_input, "add_value").set_value("many people")
    page = html(save(test, "add"))
    assert "url: is missing; the page that says so" in page
    assert "is no figure such as 20" in page
    assert FolderStore.open(folder).get("t-first").history == ()


def _split(test: AppTest, folder: Path, incident_id: str, **fields: str) -> list[str]:
    held = FolderStore.open(folder).get(incident_id)
    chosen = widget(test.multiselect, "split_claims")
    chosen.set_value(chosen.options[:1])
    for name, text in fields.items():
        widget(test.text_input, f"split_{name}").set_value(text)
    save(test, "split")
    return [claim.id for claim in held.claims]


def test_claims_are_split_off_into_an_incident_of_their_own_and_taken_back(opened: Any, folder: Path) -> None:
    test = opened("t-second")
    claims = _split(test, folder, "t-second", title="Another strike", why="another day")
    store = FolderStore.open(folder)
    left = store.get("t-second")
    (new,) = [i for i in map(store.get, store.ids()) if i.title == "Another strike"]
    assert [c.id for c in new.claims] == claims[:1]
    assert [c.id for c in left.claims] == claims[1:]
    assert left.history[-1].detail["why"] == "another day"
    assert "7 incidents" in html(test)
    widget(test.button, "open_other").click().run()
    assert test.query_params["id"] in (new.id, [new.id])


def test_a_split_is_taken_back_on_the_page(opened: Any, folder: Path) -> None:
    test = opened("t-second")
    claims = _split(test, folder, "t-second")
    widget(test.button, "undo").click().run()
    assert not test.exception
    store = FolderStore.open(folder)
    assert {c.id for c in store.get("t-second").claims} == set(claims)
    assert len(list(store.ids())) == 6
    assert "6 incidents" in html(test)


def test_claims_move_to_an_incident_that_is_there_and_come_back(opened: Any, folder: Path) -> None:
    test = opened("t-second")
    claims = _split(test, folder, "t-second", to="t-first")
    store = FolderStore.open(folder)
    assert claims[0] in {c.id for c in store.get("t-first").claims}
    widget(test.button, "undo").click().run()
    assert {c.id for c in store.get("t-second").claims} == set(claims)
    assert claims[0] not in {c.id for c in store.get("t-first").claims}


@pytest.mark.parametrize(
    ("to", "told"), [("nobody", "nobody"), ("t-second", "is the incident that the claims are in")]
)
def test_a_split_to_where_it_cannot_go_changes_nothing(opened: Any, folder: Path, to: str, told: str) -> None:
    test = opened("t-second")
    before = FolderStore.open(folder).get("t-second")
    _split(test, folder, "t-second", to=to)
    assert told in html(test)
    assert FolderStore.open(folder).get("t-second") == before


def test_a_claim_is_read_rightly(opened: Any, folder: Path) -> None:
    test = opened("t-burial")
    assert "<blockquote" in html(test)
    which = widget(test.selectbox, "claim")
    which.set_value(next(c.id for c in samples.burial().claims if c.id == "c4")).run()
    widget(test.text_input, "c4_value").set_value("430")
    widget(test.selectbox, "c4_qualifier").set_value("at_least")
    widget(test.text_input, "c4_speaker").set_value("Second Office")
    save(test, "claim")
    kept = FolderStore.open(folder).get("t-burial")
    claim = next(c for c in kept.claims if c.id == "c4")
    assert (claim.value, claim.min, claim.max, claim.qualifier) == (430, 430, None, "at_least")
    assert claim.speaker is not None
    assert claim.speaker.name == "Second Office"
    assert kept.history[-1].detail["changed"]["max"] == [450, None]


def test_a_bad_correction_says_everything_that_is_wrong_and_saves_nothing(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    widget(test.text_input, "title").set_value(" ")
    widget(test.text_input, "date").set_value("yesterday")
    widget(test.text_input, "place").set_value("<b>Nowhere</b>")
    save(test, "correct")
    page = html(test)
    for part in ("Nothing was saved.", "title: cannot be empty", "&#39;yesterday&#39;", "&lt;b&gt;Nowhere"):
        assert part in page
    assert FolderStore.open(folder).get("t-first") == samples.strike("t-first", "2022-03-01", killed=7)


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    store = FolderStore.open(folder)
    seen = store.get("t-first")
    theirs = editing.correct(seen, {"title": "Theirs"}, hand=editing.signed("Boris"))
    editing.save(store, [Edit(seen, theirs)], by="Boris")
    widget(test.text_input, "title").set_value("Mine")
    save(test, "correct")
    page = html(test)
    assert "Somebody else changed this incident meanwhile." in page
    assert "Boris: Incident: Strike t-first → Theirs" in page
    assert "You: Incident: Strike t-first → Mine" in page
    assert store.get("t-first") == theirs
    widget(test.button, "reload").click().run()
    assert widget(test.text_input, "title").value == "Theirs"
    assert "Somebody else" not in html(test)
    widget(test.text_input, "title").set_value("Mine")
    save(test, "correct")
    assert FolderStore.open(folder).get("t-first").title == "Mine"


def test_what_was_deleted_meanwhile_is_told_as_gone(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    store = FolderStore.open(folder)
    seen = store.get("t-first")
    store.put(editing.correct(seen, {"title": "Theirs"}, hand=editing.signed("Boris")))
    test.run()
    store.delete("t-first")
    widget(test.button, "reload").click().run()
    assert not test.exception
    assert "t-first" in html(test)
    assert not [w for w in test.button if w.key and w.key.startswith("desk_")]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"date": "2022-03-09"}, "2022-03-09"),
        ({"date": "2024-02"}, "2024-02"),
        ({"date": "2022"}, "2022"),
        ({"date": "2022-03-01/2022-03-05"}, "2022-03-01/2022-03-05"),
        ({"date": "unknown"}, ""),
    ],
)
def test_a_date_is_shown_as_it_is_written(fields: dict[str, str], text: str) -> None:
    incident = samples.strike("t", "2022-01-01", killed=1)
    assert desk.date_text(editing.correct(incident, fields, hand=editing.signed("x"))) == text


def test_a_change_is_told_in_the_language_of_the_page() -> None:
    words = strings.load("uk")
    assert (
        changes.change_words(Difference("review", "unreviewed", "accepted"), words)
        == "Перевірка: Не перевірено → Прийнято"
    )
    told = changes.history_words(
        Change(at="x", by="b", what="<i>", detail={"changed": "odd", "why": 3}), words
    )
    assert "<i>" in told


def test_another_language_takes_no_choice_over_by_its_old_label(opened: Any, folder: Path) -> None:
    test = opened("t-first")
    claims = widget(test.multiselect, "claims")
    claims.set_value(claims.options[:1]).run()
    test.button_group(key="s_language").set_value("uk").run()
    assert not test.exception
    assert widget(test.multiselect, "claims").value == []
    widget(test.button_group, "review").set_value("accepted")
    assert "Збережено, Ana." in html(save(test, "review"))
    assert FolderStore.open(folder).get("t-first").review == "accepted"


def test_hostile_text_is_only_text(opened: Any, folder: Path) -> None:
    test = opened("t-hostile")
    claims = widget(test.multiselect, "claims")
    claims.set_value(claims.options[:1])
    widget(test.button_group, "claims_review").set_value("rejected")
    widget(test.text_input, "review_why").set_value("<script>alert(1)</script>")
    page = html(save(test, "review"))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "rejected" in {c.review for c in FolderStore.open(folder).get("t-hostile").claims}


def test_a_shared_database_is_edited_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Throwaway()
    url = server.start()
    try:
        with_samples = open_store(url, create=True)
        with_samples.put(samples.everything())
        monkeypatch.setenv(source.ENVIRONMENT, url)
        monkeypatch.setenv(source.EDITING, "1")
        monkeypatch.setenv(source.EDITOR, "Ana")
        test = AppTest.from_file(PAGE, default_timeout=60)
        test.query_params["id"] = "t-late"
        test.run()
        widget(test.button_group, "review").set_value("rejected")
        assert "5 incidents" in html(save(test, "review"))
        kept = with_samples.get("t-late")
        assert (kept.review, kept.history[-1].by) == ("rejected", "Ana")
    finally:
        source._STORES.clear()
        source._OPEN.clear()
        server.stop()
