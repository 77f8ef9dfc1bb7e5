"""What the follow-up forms of chronic disease share: signs, lifestyle with targets, drugs, referral, outcome.

The day of the follow-up is the event's occurred time and the doctor its actor. Nothing is required by itself,
since a follow-up copied from old paper may be a blood pressure and nothing else.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms import measures as m
from domain.forms.codes import Adherence, Classification, FollowUpMode, Grade, Presence
from domain.forms.lists import Rows
from domain.forms.model import Block, Breach, Date, Filled, Line, Name, Prose, above, only_with
from domain.scalars import Count

BMI_TOLERANCE = Decimal("0.5")
TimesPerDay = Annotated[int, Count("/day", 1, 24)]


class Drug(Block):
    """用药情况: one drug with how it is taken."""

    name: Line = Field(title="药物名称")
    times_per_day: TimesPerDay | None = Field(None, title="每日次数")
    each_dose: Line | None = Field(None, title="每次剂量")
    usage: Line | None = Field(None, title="用法用量")


class Referral(Block):
    """转诊."""

    reason: Prose | None = Field(None, title="转诊原因")
    institution: Line | None = Field(None, title="转诊机构")
    department: Line | None = Field(None, title="转诊科别")


class Signs(Block):
    """体征: vital signs with the targets agreed for the next time."""

    rules: ClassVar[tuple[str, ...]] = ("systolic is above diastolic",)

    systolic: m.Systolic | None = Field(None, title="收缩压")
    diastolic: m.Diastolic | None = Field(None, title="舒张压")
    height: m.Height | None = Field(None, title="身高")
    weight: m.Weight | None = Field(None, title="体重")
    target_weight: m.Weight | None = Field(None, title="下次随访目标体重")
    bmi: m.BodyMassIndex | None = Field(None, title="体质指数")
    target_bmi: m.BodyMassIndex | None = Field(None, title="下次随访目标体质指数")
    heart_rate: m.HeartRate | None = Field(None, title="心率")
    other: Line | None = Field(None, title="其他体征")

    def breaches(self) -> Iterator[Breach]:
        yield from above(self, "systolic", "diastolic")


class Lifestyle(Block):
    """生活方式指导: how it is now, and the targets for the next follow-up."""

    cigarettes: m.Cigarettes | None = Field(None, title="日吸烟量")
    target_cigarettes: m.Cigarettes | None = Field(None, title="下次随访目标日吸烟量")
    alcohol: m.Liang | None = Field(None, title="日饮酒量")
    target_alcohol: m.Liang | None = Field(None, title="下次随访目标日饮酒量")
    exercise_times: m.TimesPerWeek | None = Field(None, title="每周运动次数")
    target_exercise_times: m.TimesPerWeek | None = Field(None, title="下次随访目标每周运动次数")
    exercise_minutes: m.Minutes | None = Field(None, title="每次运动时间")
    target_exercise_minutes: m.Minutes | None = Field(None, title="下次随访目标每次运动时间")
    psychological_adjustment: Grade | None = Field(None, title="心理调整")
    compliance: Grade | None = Field(None, title="遵医行为")


class FollowUp(Filled):
    """Fields of every chronic-disease follow-up; each form adds its symptoms, signs, lifestyle and tests."""

    rules: ClassVar[tuple[str, ...]] = (
        "at least one field is filled",
        "adverse_reaction_note only if adverse_reaction is present",
        "classification adverse-reaction not if adverse_reaction is absent",
    )

    mode: FollowUpMode | None = Field(None, title="随访方式")
    other_symptom: Line | None = Field(None, title="其他症状")
    adherence: Adherence | None = Field(None, title="服药依从性")
    adverse_reaction: Presence | None = Field(None, title="药物不良反应")
    adverse_reaction_note: Line | None = Field(None, title="药物不良反应说明")
    classification: Classification | None = Field(None, title="此次随访分类")
    drugs: Annotated[list[Drug], Rows(20)] | None = Field(None, title="用药情况")
    referral: Referral | None = Field(None, title="转诊")
    next_on: Date | None = Field(None, title="下次随访日期")
    doctor: Name | None = Field(None, title="随访医生签名")
    note: Prose | None = Field(None, title="备注")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        reaction = self.adverse_reaction
        reason = "must be left out unless adverse_reaction is 'present'"
        yield from only_with(self, reaction is Presence.PRESENT, reason, "adverse_reaction_note")
        if self.classification is Classification.ADVERSE_REACTION and reaction is Presence.ABSENT:
            yield "/classification", "must not be 'adverse-reaction' if adverse_reaction is 'absent'"


def bmi_oddity(
    pointer: str, bmi: str | None, height: str | None, weight: str | None
) -> Iterator[FieldProblem]:
    """Warns if the BMI is not what height (cm) and weight (kg) give, rounding apart."""
    if bmi is None or height is None or weight is None:
        return
    metres = Decimal(height) / 100
    if abs(Decimal(bmi) - Decimal(weight) / metres**2) > BMI_TOLERANCE:
        yield {"field": pointer, "reason": "differs from the value that height and weight give"}


def target_oddities(pointer: str, block: Block | None) -> Iterator[FieldProblem]:
    """Warns of each target whose present value is missing: progress could not be judged next time."""
    for name, value in block or ():
        if name.startswith("target_") and value is not None:
            present = name.removeprefix("target_")
            if getattr(block, present) is None:
                yield {"field": f"{pointer}/{present}", "reason": f"is missing although {name} is given"}
