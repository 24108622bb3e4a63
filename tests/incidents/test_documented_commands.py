"""Command lines in the documentation name commands and options that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from incidents import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINE = re.compile(r"^(?:    |\$ )?(?:incident-atlas|python -m incidents) (.+)$", re.MULTILINE)


def _lines() -> list[tuple[str, str]]:
    found = [(page.name, line) for page in PAGES for line in LINE.findall(page.read_text(encoding="utf-8"))]
    assert found
    return found


def _command(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = cli.main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        sub = command.get_command(click.Context(command), words[0])
        assert sub is not None, f"{words[0]} is no command"
        command, words = sub, words[1:]
    return command, words


@pytest.mark.parametrize(("page", "line"), _lines())
def test_a_documented_command_line_is_one_that_exists(page: str, line: str) -> None:
    words = [word for word in shlex.split(line, comments=True) if word not in {">", "|", "&&"}]
    command, rest = _command(words)
    known = {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
    used = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert used <= known | {"--help"}, f"{page}: {line}"
