"""Which past is asked for, and which page of a list, as written in an address."""

import re
from datetime import datetime

from api.problems import Refusal
from domain.errors import OccurredRefused
from domain.requests import USUAL_PAGE, PageAsked
from domain.time import earliest, latest, occurred
from domain.views import ListAsked

VERSION = re.compile(r"[1-9][0-9]{0,14}")


def version_number(text: str | None) -> int | None:
    """A version, counted from 1. Raises Refusal parameter-refused."""
    return _counted("version", text)


def page(limit: str | None, cursor: str | None) -> PageAsked:
    """The page meant. Raises Refusal parameter-refused, or QueryRefused."""
    return PageAsked(_counted("cursor", cursor), _counted("limit", limit) or USUAL_PAGE)


def list_page(limit: str | None, cursor: str | None, as_of: str | None = None) -> ListAsked:
    """The page of a list over many records. Raises Refusal parameter-refused, or QueryRefused."""
    told = instant("as_of", as_of)
    return ListAsked(_counted("limit", limit) or USUAL_PAGE, cursor, told)


def _counted(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not VERSION.fullmatch(text):
        raise Refusal("parameter-refused", parameter=name)
    return int(text)


def beginning(name: str, text: str | None) -> datetime | None:
    """The instant meant: as given, or the beginning of the year, month or day given. Raises as `instant`."""
    if text is None:
        return None
    try:
        return earliest(occurred(text))
    except (OccurredRefused, OverflowError):
        raise Refusal("parameter-refused", parameter=name) from None


def instant(name: str, text: str | None) -> datetime | None:
    """The instant meant: as given, or the end of the year, month or day given.

    Without an offset China standard time is meant.

    Raises Refusal parameter-refused naming the parameter.
    """
    if text is None:
        return None
    try:
        told = occurred(text)
        return earliest(told) if "T" in text else latest(told)
    except (OccurredRefused, OverflowError):
        raise Refusal("parameter-refused", parameter=name) from None
