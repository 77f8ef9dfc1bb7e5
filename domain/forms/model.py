"""What forms are made of: blocks of fields, codes with their Chinese label, and rules across fields."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from domain.errors import FieldProblem
from domain.scalars import Day, JsonObject, Pattern, Text, Yes, refused

# The scalar types forms are written in. Limits refuse the impossible, never the merely abnormal.
Line = Annotated[str, Text(200)]
Name = Annotated[str, Text(100)]
Prose = Annotated[str, Text(4000, lines=True)]
Date = Annotated[str, Day()]
PartialDate = Annotated[str, Day(partial=True)]
Flag = Annotated[bool, Yes()]
Phone = Annotated[
    str, Pattern("phone", r"\+?[0-9][0-9 -]{3,24}", "a telephone number of digits, blanks and hyphens")
]
Id = Annotated[
    str,
    Pattern(
        "uuid",
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "an id written as lower-case UUID",
    ),
]
ActorId = Id

Breach = tuple[str, str]  # field below the block (a JSON pointer), and the reason


class Code(StrEnum):
    """A choice on a form: kebab-case value for programs, Chinese label, national code where one exists.

    Declared as `NAME = "value", "中文", "code"`; the class names its value set by `value_set=`.
    """

    value_set: ClassVar[str]
    label: str
    code: str

    def __new__(cls, value: str, label: str, code: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.code = code
        return member

    def __init_subclass__(cls, value_set: str = "") -> None:
        cls.value_set = value_set

    @classmethod
    def check(cls, value: object) -> Self:
        choice = cls._value2member_map_.get(value) if isinstance(value, str) else None
        if isinstance(choice, cls):
            return choice
        raise refused("must be one of: " + ", ".join(choice.value for choice in cls))

    @classmethod
    def describe(cls) -> JsonObject:
        choices: JsonObject = {choice.value: [choice.label, choice.code] for choice in cls}
        return {"kind": "code", "value_set": cls.value_set, "codes": choices}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.check, serialization=core_schema.plain_serializer_function_ser_schema(lambda code: code.value)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        labels = {choice.value: choice.label for choice in cls}
        return {"type": "string", "enum": list(labels), "x-labels": labels}


Choices = Mapping[str, tuple[str, Code]]  # field → another field, and the choice there on which it depends


class Block(BaseModel):
    """A group of fields on a form. Unknown fields are refused, nothing is coerced, nothing changes.

    Subclasses may state rules across fields: `rules` in words (part of the form's digest), `breaches` the
    refusals, `oddities` what is accepted but worth a second look. The two commonest rules are data, and
    their words join the rules by themselves: `needs`, a field may be filled only with one choice of another
    field; `asks`, a field must be filled with that choice.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    rules: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[Choices] = {}
    asks: ClassVar[Choices] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Join needs and asks to those of the class above, and their words to the rules."""
        restated = "rules" in cls.__dict__  # else the inherited rules have the words of what is inherited
        words: list[str] = []
        for name, link in (("needs", "only with"), ("asks", "is asked for with")):
            own: Choices = cls.__dict__.get(name, {})
            every: Choices = {
                field: choice
                for base in reversed(cls.__mro__)
                for field, choice in vars(base).get(name, {}).items()
            }
            said = every if restated else own
            words += [f"{field} {link} {other} {choice.value}" for field, (other, choice) in said.items()]
            setattr(cls, name, every)
        cls.rules = (*cls.rules, *words)

    def breaches(self) -> Iterator[Breach]:
        for field, (other, choice) in self.needs.items():
            if getattr(self, field) is not None and not self._has(other, choice):
                yield f"/{field}", f"must be left out unless {other} has '{choice.value}'"
        for field, (other, choice) in self.asks.items():
            if getattr(self, field) is None and self._has(other, choice):
                yield f"/{field}", f"is required if {other} has '{choice.value}'"

    def _has(self, field: str, choice: Code) -> bool:
        chosen = getattr(self, field)
        return choice in chosen if isinstance(chosen, list) else choice is chosen

    def oddities(self) -> Iterator[FieldProblem]:
        yield from ()

    @model_validator(mode="after")
    def _obey_rules(self) -> Self:
        for field, reason in self.breaches():
            raise refused(reason, field)
        return self


class Filled(Block):
    """A form without required fields, since old paper may hold one reading and nothing else."""

    rules: ClassVar[tuple[str, ...]] = ("at least one field is filled",)

    def breaches(self) -> Iterator[Breach]:
        if all(value is None for _, value in self):
            yield "", "must have at least one field"
        yield from super().breaches()


def only_with(block: Block, condition: bool, reason: str, *fields: str) -> Iterator[Breach]:
    """A breach for each field that is filled although its condition does not hold."""
    for field in fields:
        if not condition and getattr(block, field) is not None:
            yield f"/{field}", reason


def asked(block: Block, condition: bool, reason: str, *fields: str) -> Iterator[Breach]:
    """A breach for each field that is left out although its condition asks for it."""
    for field in fields:
        if condition and getattr(block, field) is None:
            yield f"/{field}", reason


def above(block: Block, higher: str, lower: str) -> Iterator[Breach]:
    """A breach if both fields are filled and the higher is not above the lower."""
    one, other = getattr(block, higher), getattr(block, lower)
    if one is not None and other is not None and one <= other:
        yield f"/{lower}", f"must be below {higher}"


def not_before(block: Block, later: str, earlier: str) -> Iterator[Breach]:
    """A breach if the later date lies before the earlier, as far as both are known."""
    one, other = getattr(block, later), getattr(block, earlier)
    if one is not None and other is not None:
        known = min(len(one), len(other))
        if one[:known] < other[:known]:
            yield f"/{later}", f"must not lie before {earlier}"
