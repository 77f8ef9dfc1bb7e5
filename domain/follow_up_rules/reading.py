"""Conditions as they are written in a table, read into what `conditions` evaluates."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from domain.follow_up_rules.conditions import (
    ALWAYS,
    COMPARISONS,
    Age,
    All,
    Condition,
    Enrolled,
    Field,
    InARow,
    Limits,
    Not,
    On,
    Sex,
    Some,
    There,
)
from domain.measurements import MEASUREMENTS, Measurement

AGES = ("years", "months")


def condition(told: object) -> Condition:
    """A condition as written in a table. Raises ValueError if it is not one."""
    if not isinstance(told, dict) or not told:
        raise ValueError(f"not a condition: {told}")
    rest = dict(told)
    for key, read in READERS.items():
        if key in rest:
            found = read(rest.pop(key), rest)
            if rest:
                raise ValueError(f"a condition of {key} knows no {', '.join(rest)}")
            return found
    raise ValueError(f"not a condition: {told}")


Rest = dict[str, object]


def _field(source: str | Measurement, rest: Rest) -> Condition:
    is_, among = rest.pop("is", None), rest.pop("in", None)
    return Field(
        source,
        _texts([is_] if is_ is not None else among),
        _texts(rest.pop("not_in", None)),
        str(rest.pop("starts", "")),
        _limits(rest),
    )


def _limits(rest: Rest) -> Limits:
    return Limits(tuple((name, Decimal(str(rest.pop(name)))) for name in COMPARISONS if name in rest))


def _age(unit: object, rest: Rest) -> Condition:
    if unit not in AGES:
        raise ValueError(f"an age is in {', '.join(AGES)}")
    return Age(str(unit), _limits(rest))


def _there(forms: object, rest: Rest) -> Condition:
    where = rest.pop("where", None)
    return There(_texts(forms), condition(where) if where else ALWAYS)


def _in_a_row(name: object, rest: Rest) -> Condition:
    return InARow(str(name), int(str(rest.pop("days", 1))))


READERS: Mapping[str, Callable[[object, Rest], Condition]] = {
    "all": lambda told, rest: All(_conditions(told)),
    "any": lambda told, rest: Some(_conditions(told)),
    "not": lambda told, rest: Not(condition(told)),
    "at": lambda told, rest: _field(str(told), rest),
    "measure": lambda told, rest: _field(MEASUREMENTS[str(told)], rest),
    "age": _age,
    "sex": lambda told, rest: Sex(str(told)),
    "enrolled": lambda told, rest: Enrolled(str(told)),
    "on": lambda told, rest: On(_texts(told)),
    "class": _in_a_row,
    "there": _there,
}


def _conditions(told: object) -> tuple[Condition, ...]:
    if not isinstance(told, list) or not told:
        raise ValueError("must list conditions")
    return tuple(condition(one) for one in told)


def _texts(told: object) -> tuple[str, ...]:
    return tuple(str(one) for one in told) if isinstance(told, list) else ()
