"""双向转诊单 (two-way referral), edition 2017: the sheet out, the answer to it, and the sheet back.

The stub, and the resident's name, sex, age, address and number at the head of the paper, are in the record.
What the paper has not: to which institution by id, which sections it may read and until when.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.codes import OWN
from domain.forms.lists import Rows
from domain.forms.model import Block, Choices, Code, Date, Filled, Flag, Id, Line, Name, Phone, Prose
from domain.forms.sections import Sections
from domain.values import CodingIn


class Direction(Code, value_set=OWN):
    UP = "up", "上转"
    DOWN = "down", "下转"


class Referral(Block):
    """双向转诊（转出）单."""

    to: Id = Field(title="转入单位编号")
    institution: Line | None = Field(None, title="转入单位")
    department: Line | None = Field(None, title="转入科室")
    receiving_doctor: Name | None = Field(None, title="接诊医生")
    direction: Direction = Field(title="转诊方向")
    urgent: Flag | None = Field(None, title="是否紧急")
    sections: Sections = Field(title="可查阅内容")
    until: Date = Field(title="可查阅至")
    impression: Prose | None = Field(None, title="初步印象")
    diagnoses: Annotated[list[CodingIn], Rows(10)] | None = Field(None, title="初步诊断编码")
    reason: Prose = Field(title="主要现病史（转出原因）")
    past_history: Prose | None = Field(None, title="主要既往史")
    treatment: Prose | None = Field(None, title="治疗经过")
    doctor: Name | None = Field(None, title="转诊医生（签字）")
    phone: Phone | None = Field(None, title="联系电话")


class ReferralAcceptance(Block):
    """接收转诊: the receiving institution takes the resident on; nothing need be said."""

    department: Line | None = Field(None, title="接诊科室")
    doctor: Name | None = Field(None, title="接诊医生")
    appointment_on: Date | None = Field(None, title="预约日期")
    phone: Phone | None = Field(None, title="联系电话")
    note: Prose | None = Field(None, title="说明")


class DeclineReason(Code, value_set=OWN):
    NO_CAPACITY = "no-capacity", "无床位或号源"
    OUT_OF_SCOPE = "out-of-scope", "超出诊疗科目或能力"
    INCOMPLETE = "incomplete", "转诊资料不全"
    NOT_INDICATED = "not-indicated", "无转诊指征"
    NOT_ATTENDED = "not-attended", "居民未到"
    OTHER = "other", "其他"


class ReferralDecline(Block):
    """不予接收."""

    asks: ClassVar[Choices] = {"note": ("reason", DeclineReason.OTHER)}

    reason: DeclineReason = Field(title="不予接收原因")
    note: Prose | None = Field(None, title="说明")


class ReferralReturn(Filled):
    """双向转诊（回转）单."""

    receiving_doctor: Name | None = Field(None, title="接诊医生")
    result: Prose | None = Field(None, title="诊断结果")
    diagnoses: Annotated[list[CodingIn], Rows(10)] | None = Field(None, title="诊断编码")
    inpatient_number: Line | None = Field(None, title="住院病案号")
    tests: Prose | None = Field(None, title="主要检查结果")
    treatment: Prose | None = Field(None, title="治疗经过、下一步治疗方案及康复建议")
    doctor: Name | None = Field(None, title="转诊医生（签字）")
    phone: Phone | None = Field(None, title="联系电话")
