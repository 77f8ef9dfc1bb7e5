"""接诊记录表 (reception record, SOAP), edition 2017: an encounter in the clinic or at home."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import measures as m
from domain.forms.codes import OPTIONS
from domain.forms.follow_up import Drug
from domain.forms.lists import Rows
from domain.forms.model import Block, Breach, Code, Date, Line, Name, PartialDate, Prose, above, not_before
from domain.values import CodingIn


class Setting(Code, value_set=OPTIONS):
    CLINIC = "clinic", "门诊"
    HOME = "home", "家庭（出诊）"
    REMOTE = "remote", "远程"
    EMERGENCY = "emergency", "急诊"
    INPATIENT = "inpatient", "住院"


class Subjective(Block):
    """就诊者的主观资料 (S)."""

    chief_complaint: Prose | None = Field(None, title="主诉")
    onset_on: PartialDate | None = Field(None, title="发病日期")
    present_illness: Prose | None = Field(None, title="现病史")
    history: Prose | None = Field(None, title="既往史等")


class Objective(Block):
    """就诊者的客观资料 (O)."""

    rules: ClassVar[tuple[str, ...]] = ("systolic is above diastolic",)

    temperature: m.Temperature | None = Field(None, title="体温")
    pulse: m.Pulse | None = Field(None, title="脉率")
    respiration: m.Respiration | None = Field(None, title="呼吸频率")
    systolic: m.Systolic | None = Field(None, title="收缩压")
    diastolic: m.Diastolic | None = Field(None, title="舒张压")
    height: m.Height | None = Field(None, title="身高")
    weight: m.Weight | None = Field(None, title="体重")
    findings: Prose | None = Field(None, title="查体")
    tests: Prose | None = Field(None, title="实验室检查、影像检查等")

    def breaches(self) -> Iterator[Breach]:
        yield from above(self, "systolic", "diastolic")


class Assessment(Block):
    """评估 (A)."""

    diagnoses: Annotated[list[CodingIn], Rows(30)] | None = Field(None, title="诊断")
    note: Prose | None = Field(None, title="评估说明")


class Plan(Block):
    """处置计划 (P)."""

    treatment: Prose | None = Field(None, title="治疗与处置")
    drugs: Annotated[list[Drug], Rows(30)] | None = Field(None, title="用药")
    advice: Prose | None = Field(None, title="健康指导")
    referral: Line | None = Field(None, title="转诊建议")
    revisit_on: Date | None = Field(None, title="复诊日期")


class Reception(Block):
    """接诊记录表. Setting and reason codes take what hospital systems send; the paper form has neither."""

    rules: ClassVar[tuple[str, ...]] = ("ended_on does not lie before began_on",)

    setting: Setting = Field(title="接诊方式")
    department: Line | None = Field(None, title="科室")
    service: CodingIn | None = Field(None, title="服务类别")
    reasons: Annotated[list[CodingIn], Rows(20)] | None = Field(None, title="就诊原因")
    began_on: PartialDate | None = Field(None, title="开始日期")
    ended_on: PartialDate | None = Field(None, title="结束日期")
    subjective: Subjective | None = Field(None, title="主观资料")
    objective: Objective | None = Field(None, title="客观资料")
    assessment: Assessment | None = Field(None, title="评估")
    plan: Plan | None = Field(None, title="处置计划")
    doctor: Name | None = Field(None, title="医生签字")

    def breaches(self) -> Iterator[Breach]:
        yield from not_before(self, "ended_on", "began_on")
