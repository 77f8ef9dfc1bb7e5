"""The data files beside the views: titles of events, stages of a life, where forms state a drug."""

import tomllib
from importlib.resources import files
from typing import Any


def table(name: str) -> dict[str, Any]:
    """A file of projections/data as read from TOML; each view checks the shape it needs, once."""
    text = files("projections").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
