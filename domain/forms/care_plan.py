"""健康计划 (care plan) with goals that can be measured, and 干预效果评价, the evaluation of its effect."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, get_args

from pydantic import Field

from domain.forms import measures as m
from domain.forms.codes import OWN
from domain.forms.lists import Rows
from domain.forms.model import (
    Block,
    Breach,
    Choices,
    Code,
    Date,
    Line,
    Name,
    Prose,
    asked,
    not_before,
    only_with,
)
from domain.scalars import Count, Quantity
from domain.values import CodingIn

Number = Annotated[str, Quantity("", "0", "10000", 2)]


class Measure(Code, value_set=OWN):
    """What a goal is measured by, in the unit of the forms."""

    SYSTOLIC = "systolic", "收缩压（mmHg）"
    DIASTOLIC = "diastolic", "舒张压（mmHg）"
    FASTING_GLUCOSE = "fasting-glucose", "空腹血糖（mmol/L）"
    HBA1C = "hba1c", "糖化血红蛋白（%）"
    WEIGHT = "weight", "体重（kg）"
    BMI = "bmi", "体质指数（kg/m2）"
    WAIST = "waist", "腰围（cm）"
    CIGARETTES = "cigarettes", "日吸烟量（支/日）"
    ALCOHOL = "alcohol", "日饮酒量（两/日）"
    EXERCISE_TIMES = "exercise-times", "每周运动次数（次/周）"
    EXERCISE_MINUTES = "exercise-minutes", "每次运动时间（min）"
    OTHER = "other", "其他"


def _limits(measured: object) -> Count | Quantity:
    """The rule in a type of the measures, such as 40 to 320 mmHg."""
    (rule,) = (mark for mark in get_args(measured) if isinstance(mark, Count | Quantity))
    return rule


LIMITS: Mapping[Measure, Count | Quantity] = {
    Measure.SYSTOLIC: _limits(m.Systolic),
    Measure.DIASTOLIC: _limits(m.Diastolic),
    Measure.FASTING_GLUCOSE: _limits(m.Glucose),
    Measure.HBA1C: _limits(m.Hba1c),
    Measure.WEIGHT: _limits(m.Weight),
    Measure.BMI: _limits(m.BodyMassIndex),
    Measure.WAIST: _limits(m.Waist),
    Measure.CIGARETTES: _limits(m.Cigarettes),
    Measure.ALCOHOL: _limits(m.Liang),
    Measure.EXERCISE_TIMES: _limits(m.TimesPerWeek),
    Measure.EXERCISE_MINUTES: _limits(m.Minutes),
}


def _limited(field: str) -> tuple[str, ...]:
    return tuple(f"{field} of {measure.value} is {rule.accepts}" for measure, rule in LIMITS.items())


def _outside(measure: Measure, number: str | None, field: str) -> Iterator[Breach]:
    """A breach if the number is impossible in the unit of its measure: in kPa instead of mmHg, say."""
    rule = LIMITS.get(measure)
    if rule is None or number is None:
        return
    value = int(number) if isinstance(rule, Count) and number.isdigit() else number
    if not rule.allows(value):
        yield f"/{field}", f"must for {measure.value} be {rule.accepts}"


class Bound(Code, value_set=OWN):
    AT_MOST = "at-most", "不高于"
    AT_LEAST = "at-least", "不低于"


class Goal(Block):
    """目标: a measure, what it should be, and by when; `what` in words where nothing is measured."""

    rules: ClassVar[tuple[str, ...]] = (
        "target and bound are required unless measure is other",
        "bound only with target",
        *_limited("target"),
    )
    asks: ClassVar[Choices] = {"what": ("measure", Measure.OTHER)}

    measure: Measure = Field(title="指标")
    what: Line | None = Field(None, title="目标说明")
    bound: Bound | None = Field(None, title="方向")
    target: Number | None = Field(None, title="目标值")
    by: Date | None = Field(None, title="达成日期")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        reason = "is required unless measure is 'other'"
        yield from asked(self, self.measure is not Measure.OTHER, reason, "target", "bound")
        yield from only_with(
            self, self.target is not None, "must be left out unless target is given", "bound"
        )
        yield from _outside(self.measure, self.target, "target")


class Activity(Block):
    """措施."""

    what: Line = Field(title="内容")
    frequency: Line | None = Field(None, title="频次")
    responsible: Name | None = Field(None, title="责任人")


class CarePlan(Block):
    """健康计划."""

    rules: ClassVar[tuple[str, ...]] = ("ends_on does not lie before begins_on",)

    title: Line | None = Field(None, title="计划名称")
    problems: Annotated[list[CodingIn], Rows(10)] | None = Field(None, title="针对的健康问题")
    goals: Annotated[list[Goal], Rows(20)] = Field(title="目标")
    activities: Annotated[list[Activity], Rows(20)] | None = Field(None, title="措施")
    begins_on: Date | None = Field(None, title="开始日期")
    ends_on: Date | None = Field(None, title="结束日期")
    doctor: Name | None = Field(None, title="责任医生")
    note: Prose | None = Field(None, title="说明")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        yield from not_before(self, "ends_on", "begins_on")


class Achievement(Code, value_set=OWN):
    ACHIEVED = "achieved", "达成"
    IMPROVING = "improving", "好转"
    NO_CHANGE = "no-change", "无变化"
    WORSENING = "worsening", "恶化"
    NOT_MEASURED = "not-measured", "未测量"


class GoalResult(Block):
    """One goal, measured again."""

    rules: ClassVar[tuple[str, ...]] = ("value not with achievement not-measured", *_limited("value"))
    asks: ClassVar[Choices] = {"what": ("measure", Measure.OTHER)}

    measure: Measure = Field(title="指标")
    what: Line | None = Field(None, title="目标说明")
    value: Number | None = Field(None, title="实测值")
    achievement: Achievement = Field(title="达成情况")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        measured = self.achievement is not Achievement.NOT_MEASURED
        yield from only_with(self, measured, "must be left out if achievement is 'not-measured'", "value")
        yield from _outside(self.measure, self.value, "value")


class Conclusion(Code, value_set=OWN):
    EFFECTIVE = "effective", "有效，继续"
    ADJUST = "adjust", "效果不足，调整计划"
    INEFFECTIVE = "ineffective", "无效，另订计划"
    GOALS_REACHED = "goals-reached", "目标达成"


class EffectEvaluation(Block):
    """干预效果评价."""

    results: Annotated[list[GoalResult], Rows(20)] | None = Field(None, title="各目标结果")
    conclusion: Conclusion = Field(title="评价结论")
    next_on: Date | None = Field(None, title="下次评价日期")
    doctor: Name | None = Field(None, title="评价医生")
    note: Prose | None = Field(None, title="说明")
