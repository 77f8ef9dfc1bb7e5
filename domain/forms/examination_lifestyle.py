"""健康体检表·生活方式: exercise, diet, smoking, drinking, occupational exposure."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import examination_codes as c
from domain.forms import measures as m
from domain.forms.codes import Presence
from domain.forms.lists import Rows, Several
from domain.forms.model import Block, Breach, Flag, Line, only_with


class Exercise(Block):
    """体育锻炼."""

    rules: ClassVar[tuple[str, ...]] = ("minutes, years and kind are left out if frequency is none",)

    frequency: c.ExerciseFrequency = Field(title="锻炼频率")
    minutes: m.Minutes | None = Field(None, title="每次锻炼时间")
    years: m.Years | None = Field(None, title="坚持锻炼时间")
    kind: Line | None = Field(None, title="锻炼方式")

    def breaches(self) -> Iterator[Breach]:
        active = self.frequency is not c.ExerciseFrequency.NONE
        reason = "must be left out if frequency is 'none'"
        yield from only_with(self, active, reason, "minutes", "years", "kind")


class Smoking(Block):
    """吸烟情况."""

    rules: ClassVar[tuple[str, ...]] = (
        "per_day, began_age and stopped_age are left out if status is never",
        "stopped_age only if status is former",
        "stopped_age is not below began_age",
    )

    status: c.Smoking = Field(title="吸烟状况")
    per_day: m.Cigarettes | None = Field(None, title="日吸烟量")
    began_age: m.Age | None = Field(None, title="开始吸烟年龄")
    stopped_age: m.Age | None = Field(None, title="戒烟年龄")

    def breaches(self) -> Iterator[Breach]:
        smoked = self.status is not c.Smoking.NEVER
        yield from only_with(self, smoked, "must be left out if status is 'never'", "per_day", "began_age")
        stopped = self.status is c.Smoking.FORMER
        yield from only_with(self, stopped, "must be left out unless status is 'former'", "stopped_age")
        yield from _in_order(self.began_age, self.stopped_age)


class Drinking(Block):
    """饮酒情况."""

    rules: ClassVar[tuple[str, ...]] = (
        "all else but abstinence is left out if frequency is never, unless abstinence is stopped",
        "stopped_age only if abstinence is stopped",
        "stopped_age is not below began_age",
    )

    frequency: c.Drinking = Field(title="饮酒频率")
    per_day: m.Liang | None = Field(None, title="日饮酒量")
    abstinence: c.Abstinence | None = Field(None, title="是否戒酒")
    stopped_age: m.Age | None = Field(None, title="戒酒年龄")
    began_age: m.Age | None = Field(None, title="开始饮酒年龄")
    drunk_last_year: Flag | None = Field(None, title="近一年内是否曾醉酒")
    kinds: Annotated[list[c.Drink], Several()] | None = Field(None, title="饮酒种类")
    other_kind: Line | None = Field(None, title="其他饮酒种类")

    def breaches(self) -> Iterator[Breach]:
        drinks = self.frequency is not c.Drinking.NEVER or self.abstinence is c.Abstinence.STOPPED
        filled = ("per_day", "began_age", "drunk_last_year", "kinds", "other_kind")
        yield from only_with(self, drinks, "must be left out if frequency is 'never'", *filled)
        stopped = self.abstinence is c.Abstinence.STOPPED
        yield from only_with(self, stopped, "must be left out unless abstinence is 'stopped'", "stopped_age")
        yield from _in_order(self.began_age, self.stopped_age)


def _in_order(began: int | None, stopped: int | None) -> Iterator[Breach]:
    if began is not None and stopped is not None and stopped < began:
        yield "/stopped_age", "must not be below began_age"


class Hazard(Block):
    """职业病危害因素: one hazard met at work, and the protection against it."""

    kind: c.Hazard = Field(title="毒物种类")
    name: Line | None = Field(None, title="名称")
    protection: Presence | None = Field(None, title="防护措施")
    protection_note: Line | None = Field(None, title="防护措施说明")


class OccupationalExposure(Block):
    """职业病危害因素接触史."""

    rules: ClassVar[tuple[str, ...]] = ("all else only if exposed is present",)

    exposed: Presence = Field(title="有无接触史")
    work: Line | None = Field(None, title="工种")
    years: m.Years | None = Field(None, title="从业时间")
    hazards: Annotated[list[Hazard], Rows(20)] | None = Field(None, title="毒物种类")

    def breaches(self) -> Iterator[Breach]:
        exposed = self.exposed is Presence.PRESENT
        reason = "must be left out unless exposed is 'present'"
        yield from only_with(self, exposed, reason, "work", "years", "hazards")


class Lifestyle(Block):
    """生活方式."""

    exercise: Exercise | None = Field(None, title="体育锻炼")
    diet: Annotated[list[c.Diet], Several()] | None = Field(None, title="饮食习惯")
    smoking: Smoking | None = Field(None, title="吸烟情况")
    drinking: Drinking | None = Field(None, title="饮酒情况")
    occupational_exposure: OccupationalExposure | None = Field(None, title="职业病危害因素接触史")
