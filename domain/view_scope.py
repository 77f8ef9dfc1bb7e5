"""Whose rows of the views a decision opens: the second wall behind the gate.

The views are asked with a scope beside what is asked for. It comes from what was decided on, never from the
question, so that a condition forgotten or a wrong parameter shows fewer rows and never more.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID


@dataclass(frozen=True)
class Scope:
    """The rows of an institution, those about a record, all that are only counted; with none of it: none.

    area: those of the institutions whose area begins with these digits, where a table says so.
    """

    institution: UUID | None = None
    record: UUID | None = None
    statistics: bool = False
    area: str | None = None


NOTHING: Final = Scope()
STATISTICS: Final = Scope(statistics=True)
