"""The smallest checked values: decimals written as text, counts, texts, days, codes.

A rule is put into a pydantic annotation (`Annotated[str, Quantity("°C", "30", "45", 1)]`) and does three
things from one definition: it checks, it says in words what is accepted, and it describes itself for the
form's digest and documentation. A refusal repeats the rule, never the value: what was typed may be
somebody's name or diagnosis.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

JsonValue: TypeAlias = str | int | bool | list["JsonValue"] | dict[str, "JsonValue"] | None
JsonObject: TypeAlias = dict[str, JsonValue]

DECIMAL = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?", re.ASCII)
PARTIAL_DATE = re.compile(r"([0-9]{4})(-[0-9]{2})?(-[0-9]{2})?", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
EARLIEST_YEAR, LATEST_YEAR = 1850, 2199  # nobody living was born before; beyond is a slip of the pen


def refused(reason: str, field: str = "") -> PydanticCustomError:
    """The error every check raises: `reason` in our words; `field` is a pointer below the checked value."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "field": field})


class Rule(ABC):
    """One scalar rule. Subclasses are frozen dataclasses: `accepts`, `check` and `describe`."""

    @property
    @abstractmethod
    def accepts(self) -> str:
        """What is accepted, as the end of the sentence "must be …"."""

    @abstractmethod
    def allows(self, value: object) -> bool:
        """Whether the value satisfies the rule; must not raise for any JSON value."""

    @abstractmethod
    def describe(self) -> JsonObject:
        """The rule as data: goes into the form's digest and its table."""

    def json_schema(self) -> JsonSchemaValue:
        """The rule as JSON Schema, for OpenAPI."""
        return {"type": "string", "description": f"must be {self.accepts}"}

    def check(self, value: object) -> object:
        if not self.allows(value):
            raise refused(f"must be {self.accepts}")
        return value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return self.json_schema()


@dataclass(frozen=True)
class Quantity(Rule):
    """A measured value as decimal text: "36.60" keeps the digits the clinician wrote.

    low, high: inclusive limits in `unit`, beyond which the value is impossible (not merely abnormal).
    places: digits after the point at most.
    """

    unit: str
    low: str
    high: str
    places: int

    @property
    def accepts(self) -> str:
        places = f"at most {self.places} decimals" if self.places else "no decimals"
        limits = f"{self.low} to {self.high} {self.unit}".rstrip()
        return f"a decimal number written as text, {limits}, {places}"

    def allows(self, value: object) -> bool:
        if not isinstance(value, str) or len(value) > 22 or not DECIMAL.fullmatch(value):
            return False
        digits = len(value.partition(".")[2])
        return digits <= self.places and Decimal(self.low) <= Decimal(value) <= Decimal(self.high)

    def describe(self) -> JsonObject:
        limits: JsonObject = {"low": self.low, "high": self.high, "places": self.places}
        return {"kind": "decimal", "unit": self.unit, **limits}

    def json_schema(self) -> JsonSchemaValue:
        fraction = rf"(\.[0-9]{{1,{self.places}}})?" if self.places else ""
        return {**super().json_schema(), "pattern": f"^(0|[1-9][0-9]*){fraction}$", "x-unit": self.unit}


@dataclass(frozen=True)
class Count(Rule):
    """A whole number: a JSON integer, never a boolean, a text or a float. Limits are inclusive."""

    unit: str
    low: int
    high: int

    @property
    def accepts(self) -> str:
        return f"a whole number, {self.low} to {self.high} {self.unit}".rstrip()

    def allows(self, value: object) -> bool:
        return type(value) is int and self.low <= value <= self.high

    def describe(self) -> JsonObject:
        return {"kind": "integer", "unit": self.unit, "low": self.low, "high": self.high}

    def json_schema(self) -> JsonSchemaValue:
        return {"type": "integer", "minimum": self.low, "maximum": self.high, "x-unit": self.unit}


@dataclass(frozen=True)
class Text(Rule):
    """Text somebody wrote: not blank, no control characters, no lone surrogates, kept as given.

    lines: whether line feeds and tabs are allowed.
    """

    longest: int
    lines: bool = False

    @property
    def accepts(self) -> str:
        lines = "" if self.lines else ", in one line"
        return f"a text of 1 to {self.longest} characters, not blank, without control characters{lines}"

    def allows(self, value: object) -> bool:
        if not isinstance(value, str) or len(value) > self.longest or not value.strip():
            return False
        control = CONTROL_BUT_LINES if self.lines else CONTROL
        return not control.search(value) and not SURROGATE.search(value)

    def describe(self) -> JsonObject:
        return {"kind": "text", "longest": self.longest, "lines": self.lines}

    def json_schema(self) -> JsonSchemaValue:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class Pattern(Rule):
    """Text of a fixed shape: an identifier, a hash, a language tag. `says` completes "must be …"."""

    name: str
    expression: str
    says: str

    @property
    def accepts(self) -> str:
        return self.says

    def allows(self, value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(self.expression, value, re.ASCII) is not None

    def describe(self) -> JsonObject:
        return {"kind": self.name, "pattern": self.expression}

    def json_schema(self) -> JsonSchemaValue:
        return {**super().json_schema(), "pattern": f"^({self.expression})$"}


@dataclass(frozen=True)
class Day(Rule):
    """A civil date as text. `partial` also takes a year or a year and month, as remembered."""

    partial: bool = False

    @property
    def accepts(self) -> str:
        shapes = "YYYY, YYYY-MM or YYYY-MM-DD" if self.partial else "YYYY-MM-DD"
        return f"an existing date since {EARLIEST_YEAR} written as {shapes}"

    def allows(self, value: object) -> bool:
        return isinstance(value, str) and (self.partial or len(value) == 10) and first_day(value) is not None

    def describe(self) -> JsonObject:
        kind = "partial-date" if self.partial else "date"
        return {"kind": kind, "low": str(EARLIEST_YEAR), "high": str(LATEST_YEAR)}


@dataclass(frozen=True)
class Yes(Rule):
    """A JSON boolean: true or false, never 0, 1 or a text."""

    @property
    def accepts(self) -> str:
        return "true or false"

    def allows(self, value: object) -> bool:
        return isinstance(value, bool)

    def describe(self) -> JsonObject:
        return {"kind": "boolean"}

    def json_schema(self) -> JsonSchemaValue:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Checked(Rule):
    """Text that a function accepts, such as a check-digit rule; `name` stands for the rule in the digest."""

    name: str
    says: str
    test: Callable[[str], bool]

    @property
    def accepts(self) -> str:
        return self.says

    def allows(self, value: object) -> bool:
        return isinstance(value, str) and self.test(value)

    def describe(self) -> JsonObject:
        return {"kind": self.name}


def first_day(text: str) -> date | None:
    """First civil day of "1987", "1987-05" or "1987-05-03"; None if there is no such date since 1850."""
    if not PARTIAL_DATE.fullmatch(text):
        return None
    parts = [int(part) for part in text.split("-")]
    try:
        day = date(*[*parts, 1, 1][:3])
    except ValueError:
        return None
    return day if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None
