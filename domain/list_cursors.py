"""The cursors of lists over many records: which list it was, as it was first asked, and where a page ended.

A cursor is made by us and sent back by the caller, who may write whatever they like into it: nothing in it is
trusted further than a parameter of the address would be.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date

from domain.errors import QueryRefused

LONGEST_CURSOR = 600
LAST_POSITION = 2**53 - 1  # the last whole number of the JSON profile


@dataclass(frozen=True)
class Cursor:
    """of: the list and what was asked of it; key: of the last row shown, ids, codes and days only.

    position: at which the first page was folded. is_past: it was asked for as of an instant. on: the day on
    which the first page was asked, or as of which, where the list depends on it.
    """

    of: str
    position: int
    key: tuple[str, ...]
    is_past: bool = False
    on: date | None = None

    @property
    def text(self) -> str:
        on = self.on.isoformat() if self.on else None
        told = json.dumps([self.of, self.position, self.is_past, on, *self.key])
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def unpacked(text: str) -> Cursor:
    """The inverse of `Cursor.text`. Raises QueryRefused for whatever that cannot have made."""
    try:
        padded = text[:LONGEST_CURSOR] + "=" * (-len(text) % 4)
        of, position, is_past, on, *key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        found = Cursor(of, position, tuple(key), is_past, date.fromisoformat(on) if on is not None else None)
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise QueryRefused("cursor") from None
    if not _is_sound(found) or found.text != text:
        raise QueryRefused("cursor")
    return found


def _is_sound(one: Cursor) -> bool:
    return (
        type(one.position) is int
        and 0 <= one.position <= LAST_POSITION
        and type(one.is_past) is bool
        and all(
            isinstance(text, str) and text.isascii() and text.isprintable() for text in (one.of, *one.key)
        )
    )
