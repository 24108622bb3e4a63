"""The two real reports beside the repository, where they are: scored by the script that comes with them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from incidents.cli import main

SHARED = Path(__file__).resolve().parents[4] / "shared"


def _timeless(path):
    """Return the bytes of a file without the times of its history: those are of the clock."""
    return re.sub(rb'"at":\s*"[^"]*"', b"", path.read_bytes())


@pytest.mark.skipif(
    not (SHARED / "seeds").is_dir(), reason="the source reports are not beside this repository"
)
def test_the_two_reports_are_read_as_asked(tmp_path):
    seeds = sorted(map(str, (SHARED / "seeds").glob("*.txt")))
    run = CliRunner()
    for i, seed in enumerate(seeds):
        (tmp_path / f"{i}.json").write_bytes(run.invoke(main, ["read", seed, "--json"]).stdout_bytes)
    out = tmp_path / "out.geojson"
    assert run.invoke(main, ["ingest", *seeds, "--out", str(out)]).exit_code == 0
    first = _timeless(out)
    run.invoke(main, ["ingest", *seeds, "--out", str(out)])
    assert _timeless(out) == first
    score = subprocess.run(
        [sys.executable, SHARED / "tools/score_seeds.py", tmp_path / "0.json", tmp_path / "1.json", out],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert score.returncode == 0, score.stdout
