"""Lists on a form: several choices of one value set, and the lines of a table."""

from dataclasses import dataclass

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from domain.scalars import JsonObject, refused


@dataclass(frozen=True)
class Several:
    """A list of different choices, in the order given; `alone` is the choice that excludes the others."""

    alone: str | None = None

    def describe(self) -> JsonObject:
        return {"distinct": True, "alone": self.alone}

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, chosen: list[object]) -> list[object]:
        if not chosen:
            raise refused("must name at least one choice, or be left out")
        if len(set(chosen)) != len(chosen):
            raise refused("must not name a choice twice")
        if self.alone is not None and self.alone in chosen and len(chosen) > 1:
            raise refused(f"'{self.alone}' excludes the other choices")
        return chosen


@dataclass(frozen=True)
class Rows:
    """A list of at least one block, `longest` at most: the lines of a table on the form."""

    longest: int

    def describe(self) -> JsonObject:
        return {"longest": self.longest}

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def check(self, rows: list[object]) -> list[object]:
        if not 1 <= len(rows) <= self.longest:
            raise refused(f"must have 1 to {self.longest} lines, or be left out")
        return rows
