"""Makes the first visit as quick as the next: what a page needs is read while the server starts."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator
from typing import Any

from incidents._errors import AtlasError


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Warm up beside the starting server, which does not wait for it."""
    threading.Thread(target=_prepare, name="warm-up", daemon=True).start()
    yield {}


def _prepare() -> None:
    """Open the collection and read the libraries; what is wrong with it is told to the visitor by the page.

    Not the page itself: a Streamlit component must be declared by a running script.
    """
    import altair as alt
    import pandas as pd

    from dashboard import source, tokens
    from geo import layers
    from incidents.filters import Filter

    del alt, pd, layers
    with contextlib.suppress(AtlasError):
        questions = source.Questions(source.catalogue())
        everything = Filter()
        questions.counts(everything)
        entry = tokens.registry().find(tokens.issue(questions.catalogue, everything))
        if entry is not None:
            _ = entry.selection
