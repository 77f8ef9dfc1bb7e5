"""产后访视记录表 and 产后42天健康检查记录表 (care after childbirth), edition 2017."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import maternal_codes as c
from domain.forms import measures as m
from domain.forms.examination import BloodPressure
from domain.forms.follow_up import Referral
from domain.forms.lists import Several
from domain.forms.model import Block, Breach, Code, Date, Filled, Line, Name, PartialDate, Prose, not_before
from domain.forms.visit import Inspected, ReferralAdvice


class Recovery(Block):
    """分类 at 42 days."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"note": ("result", c.Recovery.NOT_RECOVERED)}

    result: c.Recovery = Field(title="分类")
    note: Line | None = Field(None, title="说明")


class Postpartum(Filled):
    """What the two forms share."""

    rules: ClassVar[tuple[str, ...]] = (
        "at least one field is filled",
        "discharged_on does not lie before delivered_on",
    )

    delivered_on: PartialDate | None = Field(None, title="分娩日期")
    discharged_on: PartialDate | None = Field(None, title="出院日期")
    general_health: Prose | None = Field(None, title="一般健康情况")
    mental_state: Prose | None = Field(None, title="一般心理状况")
    blood_pressure: BloodPressure | None = Field(None, title="血压")
    breasts: Inspected | None = Field(None, title="乳房")
    lochia: Inspected | None = Field(None, title="恶露")
    uterus: Inspected | None = Field(None, title="子宫")
    wound: Inspected | None = Field(None, title="伤口")
    other: Line | None = Field(None, title="其他")
    doctor: Name | None = Field(None, title="随访医生签名")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        yield from not_before(self, "discharged_on", "delivered_on")


class PostpartumVisit(Postpartum):
    """产后访视记录表."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "guidance_note": ("guidance", c.PostpartumGuidance.OTHER)
    }

    temperature: m.Temperature | None = Field(None, title="体温")
    classification: Inspected | None = Field(None, title="分类")
    guidance: Annotated[list[c.PostpartumGuidance], Several()] | None = Field(None, title="指导")
    guidance_note: Line | None = Field(None, title="其他指导")
    referral: ReferralAdvice | None = Field(None, title="转诊")
    next_on: Date | None = Field(None, title="下次随访日期")


class PostpartumDay42Examination(Postpartum):
    """产后42天健康检查记录表."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "guidance_note": ("guidance", c.Day42Guidance.OTHER),
        "referral": ("outcome", c.Outcome.REFERRED),
    }

    classification: Recovery | None = Field(None, title="分类")
    guidance: Annotated[list[c.Day42Guidance], Several()] | None = Field(None, title="指导")
    guidance_note: Line | None = Field(None, title="其他指导")
    outcome: c.Outcome | None = Field(None, title="处理")
    referral: Referral | None = Field(None, title="转诊")
