"""会诊: the request, and 会诊记录表 (consultation record), edition 2017, which answers it."""

from typing import Annotated

from pydantic import Field

from domain.forms.lists import Rows
from domain.forms.model import Block, Date, Flag, Id, Line, Name, Phone, Prose
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
