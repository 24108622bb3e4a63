"""Reading reports: offline, deterministic, explainable. `read` is the way in; every result says which rule made it."""

from incidents.extract.reader import Reading, Report, read

__all__ = ["Reading", "Report", "read"]
