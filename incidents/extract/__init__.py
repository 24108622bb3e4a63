"""Reading reports: offline, deterministic, explainable. `read` is the way in; every result says which rule made it."""
