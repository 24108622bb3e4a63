"""Opening a collection, whatever holds it, as something that can be asked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from incidents._duck import DuckCatalogue, FileSource, FolderSource
from incidents._errors import BadInput, NotFound
from incidents._pg import SCHEMES
from incidents._pgcatalogue import PostgresCatalogue
from incidents.catalogue import Catalogue
from incidents.postgres import PostgresStore
from incidents.store import FolderStore


def open_catalogue(where: str | Path) -> Catalogue:
    """Open a collection folder, a single `.geojson` file or a database, `postgresql://…`.

    Raises NotFound, UnreadableCollection with every file and line that cannot be used, Unavailable for a database
    that cannot be reached, BadInput for an address that is none of these.
    """
    if str(where).startswith(SCHEMES):
        return PostgresCatalogue(PostgresStore.open(str(where)), places=place_ids)
    if "://" in str(where):
        raise BadInput(
            f"{str(where).partition('://')[0]}://…: only folders, files and postgresql:// can be opened"
        )
    path = Path(where)
    if not path.exists():
        raise NotFound(f"{path}: there is no such collection folder or file")
    source = FileSource(path) if path.is_file() else FolderSource(FolderStore.open(path))
    return DuckCatalogue(source, places=place_ids)


def place_ids(name: str) -> Iterable[str]:
    """Return the ids of the places that `name` may mean, in any spelling and either script."""
    from geo import gazetteer

    return gazetteer.load().search(name)
