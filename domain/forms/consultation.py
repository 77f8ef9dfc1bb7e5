"""会诊: the request; 会诊记录表 (consultation record), edition 2017, which answers it; or why none does."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.codes import OWN
from domain.forms.lists import Rows
from domain.forms.model import Block, Choices, Code, Date, Flag, Id, Line, Name, Phone, Prose
from domain.forms.sections import Sections


class ConsultationRequest(Block):
    """会诊申请: who is asked what, and which sections they may read until when."""

    to: Id = Field(title="受邀机构编号")
    institution: Line | None = Field(None, title="受邀机构")
    department: Line | None = Field(None, title="受邀科室")
    remote: Flag = Field(title="是否远程会诊")
    urgent: Flag | None = Field(None, title="是否紧急")
    question: Prose = Field(title="会诊原因与问题")
    sections: Sections = Field(title="可查阅内容")
    until: Date = Field(title="可查阅至")
    doctor: Name | None = Field(None, title="申请医生")
    phone: Phone | None = Field(None, title="联系电话")


class NoOpinion(Code, value_set=OWN):
    NO_SPECIALIST = "no-specialist", "无相应专科医生"
    OUT_OF_SCOPE = "out-of-scope", "超出诊疗科目或能力"
    INCOMPLETE = "incomplete", "会诊资料不全"
    NOT_INDICATED = "not-indicated", "无会诊指征"
    TRANSFER_ADVISED = "transfer-advised", "建议直接转诊"
    OTHER = "other", "其他"


class ConsultationDecline(Block):
    """不予会诊."""

    asks: ClassVar[Choices] = {"note": ("reason", NoOpinion.OTHER)}

    reason: NoOpinion = Field(title="不予会诊原因")
    note: Prose | None = Field(None, title="说明")


class ConsultingDoctor(Block):
    """A line of 会诊医生及其所在医疗卫生机构."""

    name: Name = Field(title="会诊医生签字")
    institution: Line | None = Field(None, title="医疗卫生机构名称")


class Consultation(Block):
    """会诊记录表. 会诊日期 is the event's occurred time."""

    reason: Prose | None = Field(None, title="会诊原因")
    opinion: Prose = Field(title="会诊意见")
    doctors: Annotated[list[ConsultingDoctor], Rows(20)] = Field(title="会诊医生及其所在医疗卫生机构")
    responsible_doctor: Name | None = Field(None, title="责任医生")
