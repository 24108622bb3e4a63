"""The command line: `python -m incidents …`, also installed as `incident-atlas`.

Each command is a module of `incidents.commands` with an attribute `command`; it is registered by one line in
`COMMANDS` and loaded only when it is used.
"""

from __future__ import annotations

import importlib.util
import os
import traceback
from importlib import metadata
from importlib.abc import SourceLoader
from typing import Any, Final

import click

from geo._errors import GeoError
from incidents._errors import AtlasError

COMMANDS: Final = {
    "read": "incidents.commands.read",
    "ingest": "incidents.commands.ingest",
    "show": "incidents.commands.show",
    "review": "incidents.commands.review",
    "edit": "incidents.commands.edit",
    "export": "incidents.commands.export",
    "validate": "incidents.commands.validate",
    "serve": "incidents.commands.serve",
    "compact": "incidents.commands.compact",
    "repair": "incidents.commands.repair",
    "snapshot": "incidents.commands.snapshot",
    "verify": "incidents.commands.verify",
    "geocode": "incidents.commands.geocode",
    "gazetteer": "incidents.commands.gazetteer",
    "import": "incidents.commands.import_",
    "merge": "incidents.commands.merge",
    "copy": "incidents.commands.copy",
    "batch": "incidents.commands.batch",
}
DEBUG: Final = "INCIDENT_ATLAS_DEBUG"


class _Atlas(click.Group):
    """Loads commands late and turns every error into a line that a person can use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands by the first line of their modules, which need not be loaded for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(module)) for name, module in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (AtlasError, GeoError) as error:
            raise click.ClickException(str(error)) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{name}{error.strerror or error}") from error
        except Exception as error:
            if os.environ.get(DEBUG):
                traceback.print_exc()
            raise click.ClickException(
                f"unexpected {type(error).__name__}: {str(error)[:300]} (set {DEBUG}=1 to see the details)"
            ) from error


def _first_line(module: str) -> str:
    found = importlib.util.find_spec(module)
    source = found.loader.get_source(module) if found and isinstance(found.loader, SourceLoader) else ""
    return (source or "").partition("\n")[0].strip('"').partition(": ")[2]


def _version() -> str:
    try:
        return metadata.version("incident-atlas")
    except metadata.PackageNotFoundError:
        return "not installed, run from its folder"


@click.group(cls=_Atlas, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), message="%(version)s")
def main() -> None:
    """Turn reports of harm to civilians into a map people can trust."""
