"""Families of phrasing for counts of people, sentence by sentence: what must come out and that nothing else does."""

import datetime as dt
from pathlib import Path

import pytest

from incidents import vocabulary
from incidents.extract import read

DAY = dt.date(2024, 5, 26)
COUNTS = frozenset(vocabulary.count_predicates()) - {"damage_share"}
ROWS = [
    tuple(part.strip() for part in line.rsplit("||", 1))
    for line in Path(__file__).with_name("counts.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def _said(claim):
    value = f"{claim.min}..{claim.max}" if claim.value is None else claim.value
    if claim.value is not None and claim.qualifier == "as_stated" and claim.min != claim.max:
        value = f"{claim.min}..{claim.max}"
    part = "" if claim.extent == "whole" else "p"
    modality = "" if claim.modality == "asserted" else f"~{claim.modality}"
    return f"{claim.predicate} {value}{part}{modality}"


@pytest.mark.parametrize(("text", "wanted"), ROWS)
def test_counts_and_nothing_else(text, wanted):
    words = [w.strip() for w in wanted.split(",") if w.strip() not in {"", "-"}]
    asked = [w for w in words if not w.endswith("?")]
    free = {w.rstrip("?").split("~")[0].rstrip("p") for w in words if w.endswith("?")}
    found = [_said(c) for c in read(text.replace("\\n", "\n"), published=DAY).claims if c.predicate in COUNTS]
    left = list(found)
    for w in asked:
        assert w in left, f"{w} missing among {found}"
        left.remove(w)
    assert [w for w in left if w.split("~")[0].rstrip("p") not in free] == []
