"""Enrolment of a resident in a programme of the national specification. Follows FHIR R4 EpisodeOfCare."""

from typing import Annotated

from pydantic import Field

from domain.forms.codes import Programme
from domain.forms.lists import Rows
from domain.forms.model import ActorId, Block, Line, Name, PartialDate, Prose
from domain.values import CodingIn


class ProgrammeEnrolment(Block):
    """纳入健康管理. The day of enrolment is the event's occurred time unless another is told."""

    programme: Programme = Field(title="服务项目")
    enrolled_on: PartialDate | None = Field(None, title="纳入管理日期")
    diagnoses: Annotated[list[CodingIn], Rows(10)] | None = Field(None, title="诊断")
    diagnosed_on: PartialDate | None = Field(None, title="确诊日期")
    diagnosed_at: Line | None = Field(None, title="确诊机构")
    basis: Prose | None = Field(None, title="纳入依据")
    managing_practitioner: ActorId | None = Field(None, title="责任医生编号")
    managing_practitioner_name: Name | None = Field(None, title="责任医生姓名")
