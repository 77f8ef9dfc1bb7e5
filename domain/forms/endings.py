"""How a problem, a course of medication, a programme or a request ends: sequels of our own."""

from typing import ClassVar

from pydantic import Field

from domain.forms.codes import OWN
from domain.forms.model import Block, Choices, Code, Line, PartialDate, Prose


class Cancellation(Block):
    """撤销."""

    reason: Line = Field(title="撤销原因")


class Outcome(Code, value_set="http://hl7.org/fhir/R4/valueset-condition-clinical.html"):
    RESOLVED = "resolved", "已痊愈"
    REMISSION = "remission", "缓解"
    INACTIVE = "inactive", "不活动"


class ProblemResolution(Block):
    """健康问题结束. Nothing need be said beyond that it is over."""

    outcome: Outcome | None = Field(None, title="转归")
    abated_on: PartialDate | None = Field(None, title="缓解或痊愈日期")
    note: Prose | None = Field(None, title="说明")


class StopReason(Code, value_set=OWN):
    COMPLETED = "completed", "疗程结束"
    INEFFECTIVE = "ineffective", "疗效不佳"
    ADVERSE_REACTION = "adverse-reaction", "不良反应"
    INTERACTION = "interaction", "相互作用或禁忌"
    REPLACED = "replaced", "换药"
    OWN_WISH = "own-wish", "本人停用"
    UNKNOWN = "unknown", "不详"
    OTHER = "other", "其他"


class MedicationStop(Block):
    """停药."""

    asks: ClassVar[Choices] = {"note": ("reason", StopReason.OTHER)}

    reason: StopReason = Field(title="停用原因")
    stopped_on: PartialDate | None = Field(None, title="停用日期")
    note: Prose | None = Field(None, title="说明")


class ExitReason(Code, value_set=OWN):
    COMPLETED = "completed", "服务期满或疗程完成"
    RECOVERED = "recovered", "治愈"
    MISDIAGNOSED = "misdiagnosed", "诊断更正"
    DEATH = "death", "死亡"
    MOVED = "moved", "迁出"
    LOST = "lost", "失访"
    REFUSED = "refused", "拒绝管理"
    OTHER = "other", "其他"


class ProgrammeExit(Block):
    """退出健康管理."""

    asks: ClassVar[Choices] = {"note": ("reason", ExitReason.OTHER)}

    reason: ExitReason = Field(title="退出原因")
    exited_on: PartialDate | None = Field(None, title="退出日期")
    note: Prose | None = Field(None, title="说明")
