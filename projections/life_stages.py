"""The stages of a life as dated data, and the stage in which a day lies."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.follow_up_rules.spans import Span
from projections.tables import table

BEFORE_BIRTH: Final = "before-birth"
AFTER_DEATH: Final = "after-death"
AGE_UNKNOWN: Final = "age-unknown"


@dataclass(frozen=True)
class Stage:
    """A stage by name; until: the age at which it ends, None for the last and for those beside the ages."""

    name: str
    title: dict[str, str]
    until: Span | None = None


def _stages() -> tuple[Stage, ...]:
    told = table("life_course")
    beside = {name: Stage(name, title) for name, title in told["beside"].items()}
    ages = [
        Stage(one["name"], one["title"], Span.parse(one["until"]) if "until" in one else None)
        for one in told["stages"]
    ]
    return (beside[BEFORE_BIRTH], *ages, beside[AFTER_DEATH], beside[AGE_UNKNOWN])


STAGES: Final = _stages()  # in the order of a life
SOURCE: Final[str] = table("life_course")["source"]
AGES: Final = [stage for stage in STAGES if stage.name not in (BEFORE_BIRTH, AFTER_DEATH, AGE_UNKNOWN)]


def stage_on(on: date, born: date | None, died: date | None, *, is_unborn: bool) -> str:
    """The stage in which a day lies. A day of death is the last of the life."""
    if died is not None and on > died:
        return AFTER_DEATH
    if born is None:
        return BEFORE_BIRTH if is_unborn else AGE_UNKNOWN
    if on < born:
        return BEFORE_BIRTH
    return next(stage.name for stage in AGES if stage.until is None or on < stage.until.after(born))
