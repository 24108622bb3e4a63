"""A catalogue over a folder: what the dashboard and the command line see."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from incidents._errors import NotFound
from incidents.catalogue import Catalogue
from incidents.catalogues import open_catalogue
from incidents.filters import Filter

SHIPPED = Path(__file__).parents[2] / "data" / "ukraine"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("shipped") / "ukraine"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns(".*"))
    return open_catalogue(folder)


def test_the_shipped_collection_answers(shipped: Catalogue) -> None:
    everything = Filter()
    assert shipped.counts(everything).total == 24
    assert sum(shipped.facets(everything, ["category"])["category"].values()) == 24
    assert sum(b.count for b in shipped.timeline(everything, "month")) == 24
    assert shipped.mask(everything).sum() == 24
    assert len(list(shipped.select(everything))) == 24


@pytest.mark.parametrize("spelt", ["Izium", "Izyum", "Ізюм", "Изюм", "ИЗЮМ"])
def test_a_city_is_found_under_every_spelling(shipped: Catalogue, spelt: str) -> None:
    found = {i.id for i in shipped.select(Filter(place=spelt))}
    assert "ua-izium-burial-site-2022" in found
    assert found == {i.id for i in shipped.select(Filter(place="Izium"))}


def test_an_unknown_incident_is_not_found(shipped: Catalogue) -> None:
    with pytest.raises(NotFound, match="no-such-incident"):
        shipped.get("no-such-incident")
