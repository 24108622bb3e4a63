"""Measurements. Each script prints its figures beside a named alternative measured in the same run."""
