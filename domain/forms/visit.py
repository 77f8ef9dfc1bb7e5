"""What the service forms of the programmes share: findings as they word them, advice to refer, the next date.

The day of the visit is the event's occurred time and the doctor its actor.
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from domain.forms.codes import OPTIONS, Presence
from domain.forms.follow_up import Referral
from domain.forms.model import Block, Code, Date, Filled, Line, Name


class Inspection(Code, value_set=OPTIONS):
    UNREMARKABLE = "unremarkable", "未见异常", "1"
    ABNORMAL = "abnormal", "异常", "2"


class Screened(Code, value_set=OPTIONS):
    PASSED = "passed", "通过", "1"
    NOT_PASSED = "not-passed", "未通过", "2"


class Inspected(Block):
    """未见异常／异常, with a note."""

    result: Inspection = Field(title="结果")
    note: Line | None = Field(None, title="说明")


class ReferralAdvice(Referral):
    """转诊建议: whether, and then why and to where (机构及科室)."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "reason": ("advised", Presence.PRESENT),
        "institution": ("advised", Presence.PRESENT),
        "department": ("advised", Presence.PRESENT),
    }

    advised: Presence = Field(title="转诊建议")


class Visit(Filled):
    """Fields at the foot of most service forms."""

    referral: ReferralAdvice | None = Field(None, title="转诊")
    next_on: Date | None = Field(None, title="下次随访日期")
    doctor: Name | None = Field(None, title="随访医生签名")
