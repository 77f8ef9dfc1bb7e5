"""健康体检表 (health examination), edition 2017: the whole form, and its general condition and outcome.

The day is the event's occurred time and the doctor its actor. No field is required by itself: an examination
copied from a life's history may be one weight or one blood pressure.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms import examination_codes as c
from domain.forms import measures as m
from domain.forms.codes import Adherence, Finding
from domain.forms.examination_lifestyle import Lifestyle
from domain.forms.examination_physical import OrganFunction, Physical
from domain.forms.examination_problems import CurrentProblems
from domain.forms.examination_tests import Tests
from domain.forms.follow_up import bmi_oddity
from domain.forms.lists import Rows, Several
from domain.forms.model import Block, Breach, Filled, Line, Name, PartialDate, above, not_before, only_with


class BloodPressure(Block):
    """血压."""

    rules: ClassVar[tuple[str, ...]] = ("systolic is above diastolic",)

    systolic: m.Systolic = Field(title="收缩压")
    diastolic: m.Diastolic = Field(title="舒张压")

    def breaches(self) -> Iterator[Breach]:
        yield from above(self, "systolic", "diastolic")


class Elderly(Block):
    """老年人评估: asked from 65 years of age."""

    rules: ClassVar[tuple[str, ...]] = (
        "cognition_score only if cognition is positive",
        "emotion_score only if emotion is positive",
    )

    self_rated_health: c.SelfRatedHealth | None = Field(None, title="老年人健康状态自我评估")
    self_care: c.SelfCare | None = Field(None, title="老年人生活自理能力自我评估")
    cognition: c.Screening | None = Field(None, title="老年人认知功能")
    cognition_score: m.Score30 | None = Field(None, title="简易智力状态检查总分")
    emotion: c.Screening | None = Field(None, title="老年人情感状态")
    emotion_score: m.Score30 | None = Field(None, title="老年人抑郁评分检查总分")

    def breaches(self) -> Iterator[Breach]:
        for name in ("cognition", "emotion"):
            positive = getattr(self, name) is c.Screening.POSITIVE
            yield from only_with(
                self, positive, f"must be left out unless {name} is 'positive'", f"{name}_score"
            )


class General(Block):
    """一般状况. `blood_pressure` is for readings handed down without the arm they were taken on."""

    temperature: m.Temperature | None = Field(None, title="体温")
    pulse: m.Pulse | None = Field(None, title="脉率")
    respiration: m.Respiration | None = Field(None, title="呼吸频率")
    blood_pressure_left: BloodPressure | None = Field(None, title="血压（左侧）")
    blood_pressure_right: BloodPressure | None = Field(None, title="血压（右侧）")
    blood_pressure: BloodPressure | None = Field(None, title="血压（未注明侧别）")
    height: m.Height | None = Field(None, title="身高")
    weight: m.Weight | None = Field(None, title="体重")
    waist: m.Waist | None = Field(None, title="腰围")
    bmi: m.BodyMassIndex | None = Field(None, title="体质指数")
    elderly: Elderly | None = Field(None, title="老年人评估")


class Stay(Block):
    """住院史 or 家庭病床史: one stay, from and to as far as known."""

    rules: ClassVar[tuple[str, ...]] = ("until does not lie before since",)

    since: PartialDate | None = Field(None, title="入院／建床日期")
    until: PartialDate | None = Field(None, title="出院／撤床日期")
    reason: Line = Field(title="原因")
    institution: Line | None = Field(None, title="医疗机构名称")
    case_number: Line | None = Field(None, title="病案号")

    def breaches(self) -> Iterator[Breach]:
        yield from not_before(self, "until", "since")


class MainDrug(Block):
    """主要用药情况."""

    name: Line = Field(title="药物名称")
    usage: Line | None = Field(None, title="用法")
    dose: Line | None = Field(None, title="用量")
    taken_for: Line | None = Field(None, title="用药时间")
    adherence: Adherence | None = Field(None, title="服药依从性")


class OtherVaccine(Block):
    """非免疫规划预防接种史."""

    name: Line = Field(title="名称")
    given_on: PartialDate | None = Field(None, title="接种日期")
    institution: Line | None = Field(None, title="接种机构")


class Evaluation(Block):
    """健康评价."""

    rules: ClassVar[tuple[str, ...]] = ("abnormalities only if result is abnormal",)

    result: Finding = Field(title="体检有无异常")
    abnormalities: Annotated[list[Line], Rows(20)] | None = Field(None, title="异常")

    def breaches(self) -> Iterator[Breach]:
        abnormal = self.result is Finding.ABNORMAL
        yield from only_with(self, abnormal, "must be left out unless result is 'abnormal'", "abnormalities")


class RiskFactors(Block):
    """危险因素控制."""

    rules: ClassVar[tuple[str, ...]] = (
        "target_weight only with lose-weight",
        "vaccine only with vaccination",
        "other only with other",
    )

    advice: Annotated[list[c.RiskControl], Several()] = Field(title="危险因素控制")
    target_weight: m.Weight | None = Field(None, title="减体重目标")
    vaccine: Line | None = Field(None, title="建议接种的疫苗")
    other: Line | None = Field(None, title="其他")

    def breaches(self) -> Iterator[Breach]:
        belongs = {
            "target_weight": c.RiskControl.LOSE_WEIGHT,
            "vaccine": c.RiskControl.VACCINATION,
            "other": c.RiskControl.OTHER,
        }
        for field, advice in belongs.items():
            reason = f"must be left out unless advice names '{advice.value}'"
            yield from only_with(self, advice in self.advice, reason, field)


class HealthExamination(Filled):
    """健康体检表."""

    symptoms: Annotated[list[c.Symptom], Several(alone="none")] | None = Field(None, title="症状")
    other_symptom: Line | None = Field(None, title="其他症状")
    general: General | None = Field(None, title="一般状况")
    lifestyle: Lifestyle | None = Field(None, title="生活方式")
    organ_function: OrganFunction | None = Field(None, title="脏器功能")
    physical: Physical | None = Field(None, title="查体")
    tests: Tests | None = Field(None, title="辅助检查")
    current_problems: CurrentProblems | None = Field(None, title="现存主要健康问题")
    hospital_stays: Annotated[list[Stay], Rows(20)] | None = Field(None, title="住院史")
    home_bed_stays: Annotated[list[Stay], Rows(20)] | None = Field(None, title="家庭病床史")
    main_drugs: Annotated[list[MainDrug], Rows(30)] | None = Field(None, title="主要用药情况")
    other_vaccines: Annotated[list[OtherVaccine], Rows(30)] | None = Field(None, title="非免疫规划预防接种史")
    evaluation: Evaluation | None = Field(None, title="健康评价")
    guidance: Annotated[list[c.Guidance], Several()] | None = Field(None, title="健康指导")
    risk_factors: RiskFactors | None = Field(None, title="危险因素控制")
    doctor: Name | None = Field(None, title="责任医生")

    def oddities(self) -> Iterator[FieldProblem]:
        if self.general:
            yield from bmi_oddity("/general/bmi", self.general.bmi, self.general.height, self.general.weight)
