"""The command line: `python -m incidents …`, also installed as `incident-atlas`."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Turn reports of harm to civilians into a map people can trust."""
