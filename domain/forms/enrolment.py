"""Enrolment of a resident in a programme of the national specification. Follows FHIR R4 EpisodeOfCare."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from domain.forms.codes import Programme, ProgrammeSince2024
from domain.forms.lists import Rows
from domain.forms.model import ActorId, Block, Code, Line, Name, PartialDate, Prose
from domain.values import CodingIn

ProgrammeCode = TypeVar("ProgrammeCode", bound=Code)


class Enrolment(Block, Generic[ProgrammeCode]):
    """纳入健康管理. The day of enrolment is the event's occurred time unless another is told."""

    programme: ProgrammeCode = Field(title="服务项目")
    enrolled_on: PartialDate | None = Field(None, title="纳入管理日期")
    diagnoses: Annotated[list[CodingIn], Rows(10)] | None = Field(None, title="诊断")
    diagnosed_on: PartialDate | None = Field(None, title="确诊日期")
    diagnosed_at: Line | None = Field(None, title="确诊机构")
    basis: Prose | None = Field(None, title="纳入依据")
    managing_practitioner: ActorId | None = Field(None, title="责任医生编号")
    managing_practitioner_name: Name | None = Field(None, title="责任医生姓名")


class ProgrammeEnrolment(Enrolment[Programme]):
    """纳入健康管理, with the programmes of the specification of 2017."""


class ProgrammeEnrolmentSince2024(Enrolment[ProgrammeSince2024]):
    """纳入健康管理, with COPD among the programmes."""
