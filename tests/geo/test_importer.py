"""Importing a GeoNames country file: its places are found from then on, and a bad file says which line is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo import gazetteer, geocode, importer
from geo._errors import BadGazetteer
from incidents.cli import main


def line(
    number: str, name: str, other: str, lat: str, lon: str, kind: str, admin1: str, people: str = ""
) -> str:
    """Return one line in the format of a GeoNames country file; the places are invented."""
    letter, code = kind.split(".")
    cells = [
        number,
        name,
        name,
        other,
        lat,
        lon,
        letter,
        code,
        "SY",
        "",
        admin1,
        "",
        "",
        "",
        people,
        "",
        "",
        "",
        "",
    ]
    return "\t".join(cells)


GOOD = [
    line("900001", "Aleppo Governorate", "", "36.2", "37.2", "A.ADM1", "09"),
    line("900002", "Testabad", "Testābād,Тестабад,تست", "36.25", "37.31", "P.PPL", "09", "120000"),
    line("900003", "Wadi Example", "", "36.5", "37.9", "H.WAD", "09"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(gazetteer.FOLDER, str(tmp_path / "mine"))
    gazetteer.load.cache_clear()
    yield tmp_path
    gazetteer.load.cache_clear()


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_imported_places_are_found_with_their_province(folder: Path) -> None:
    assert geocode.resolve("Testabad").place is None
    result = CliRunner().invoke(main, ["gazetteer", "import", str(write(folder / "SY.txt", GOOD))])
    assert result.exit_code == 0, result.output
    for spelling in ("Testabad", "Тестабад", "TESTĀBĀD", "в Тестабаде"):
        mentions = gazetteer.load().scan(spelling)
        assert [m.place_ids for m in mentions] == [("geonames:900002",)], spelling
    place = geocode.resolve("Testabad").place
    assert (place.country, place.admin1, place.admin1_name) == ("SY", "SY-HL", "Aleppo Governorate")
    assert (place.lon, place.lat) == (37.31, 36.25)
    assert geocode.resolve("Wadi Example").place is None


def test_the_places_that_come_with_the_program_stay(folder: Path) -> None:
    again = line("707292", "Not Izium", "", "0", "0", "P.PPL", "09", "5")
    importer.import_country_file(write(folder / "SY.txt", [*GOOD, again]))
    assert gazetteer.load().get("geonames:707292").name == "Izium"
    assert geocode.resolve("Izium").place.place_id == "geonames:707292"


def test_a_village_known_only_by_its_hromada_gets_its_position(folder: Path) -> None:
    name = "Велика Комишуваха"
    before = geocode.resolve(name, admin1="UA-63").place
    assert before.located_by == "hromada"
    made = line("900009", "Velyka Komyshuvakha", name, "49.1", "37.01", "P.PPL", "07").replace(
        "\tSY\t", "\tUA\t"
    )
    importer.import_country_file(write(folder / "UA.txt", [made]))
    found = geocode.resolve(name, admin1="UA-63")
    assert (found.lon, found.lat) == (37.01, 49.1)
    assert found.precision == "settlement"
    assert found.place.admin2_name == before.admin2_name
    assert gazetteer.load().get(before.place_id) == found.place
    assert not found.ambiguous


def test_importing_twice_changes_nothing(folder: Path) -> None:
    source = write(folder / "SY.txt", GOOD)
    first = importer.import_country_file(source).path.read_bytes()
    assert importer.import_country_file(source).path.read_bytes() == first


def test_every_bad_line_is_named_and_nothing_is_written(folder: Path) -> None:
    bad = [
        GOOD[1],
        "a\tb",
        line("x", "X", "", "1", "1", "P.PPL", ""),
        line("1", "Y", "", "91", "nan", "P.PPL", ""),
    ]
    source = write(folder / "SY.txt", bad)
    with pytest.raises(BadGazetteer) as error:
        importer.import_country_file(source)
    message = str(error.value)
    assert f"{source}:2: 2 columns" in message
    assert f"{source}:3: geonameid 'x'" in message
    assert f"{source}:4: latitude '91'" in message
    assert not gazetteer.extra_folder().exists()


@pytest.mark.parametrize("blob", [b"PK\x03\x04\xff\xfe zip", b"", b"\n\n"])
def test_a_file_of_another_kind_is_refused(folder: Path, blob: bytes) -> None:
    (folder / "SY.zip").write_bytes(blob)
    result = CliRunner().invoke(main, ["gazetteer", "import", str(folder / "SY.zip")])
    assert result.exit_code != 0
    assert "SY.zip" in result.output
    assert "Traceback" not in result.output


def test_a_damaged_gazetteer_file_is_named(folder: Path) -> None:
    gazetteer.extra_folder().mkdir()
    (gazetteer.extra_folder() / "XX.tsv.gz").write_bytes(b"nothing of the kind")
    with pytest.raises(BadGazetteer, match=r"XX\.tsv\.gz: not a gazetteer file"):
        gazetteer.load()
