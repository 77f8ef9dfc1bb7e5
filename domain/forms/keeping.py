"""Keeping the record right: filing, attestation, disputes of identity, quality, authenticity."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.codes import OWN
from domain.forms.lists import Several
from domain.forms.model import Block, Choices, Code, Id, Line, Name, Prose


class Filing(Block):
    """归档: a record manager takes the entry into the record; a paper original has its place."""

    paper_place: Line | None = Field(None, title="纸质件存放位置")
    note: Prose | None = Field(None, title="说明")


class Attestation(Block):
    """签署: whoever answers for the entry stands by it."""

    note: Prose | None = Field(None, title="说明")


class DisputeKind(Code, value_set=OWN):
    DUPLICATE = "duplicate", "重复建档"
    WRONG_PERSON = "wrong-person", "档案与本人不符"
    WRONG_DOCUMENT = "wrong-document", "证件信息有误"


class IdentityDispute(Block):
    """身份争议."""

    kind: DisputeKind = Field(title="争议类型")
    other: Id | None = Field(None, title="所涉另一档案编号")
    note: Prose = Field(title="情况说明")


class SettlementOutcome(Code, value_set=OWN):
    SAME_PERSON = "same-person", "确为同一人"
    DIFFERENT_PERSONS = "different-persons", "并非同一人"
    DOCUMENT_CORRECTED = "document-corrected", "证件信息已更正"
    UNFOUNDED = "unfounded", "争议不成立"


class IdentitySettlement(Block):
    """争议处理结果."""

    outcome: SettlementOutcome = Field(title="处理结果")
    evidence: Line | None = Field(None, title="核对依据")
    note: Prose | None = Field(None, title="说明")


class Finding(Code, value_set=OWN):
    INCOMPLETE = "incomplete", "不完整"
    INACCURATE = "inaccurate", "不准确"
    INCONSISTENT = "inconsistent", "前后矛盾"
    NOT_AUTHENTIC = "not-authentic", "不真实"
    LATE = "late", "不及时"
    NOT_STANDARD = "not-standard", "书写不规范"
    REPEATED = "repeated", "重复录入"
    OTHER = "other", "其他"


class QualityFinding(Block):
    """质量问题: of an entry, or of the record as a whole."""

    asks: ClassVar[Choices] = {"note": ("finding", Finding.OTHER)}

    about: Id | None = Field(None, title="所涉条目编号")
    finding: Finding = Field(title="问题类型")
    note: Prose | None = Field(None, title="说明")


class ResolutionOutcome(Code, value_set=OWN):
    CORRECTED = "corrected", "已更正"
    COMPLETED = "completed", "已补全"
    RETRACTED = "retracted", "已撤回"
    FOUND_RIGHT = "found-right", "核实无误"
    BEYOND_REPAIR = "beyond-repair", "无法补正"


class QualityResolution(Block):
    """质量问题处理结果."""

    asks: ClassVar[Choices] = {"note": ("outcome", ResolutionOutcome.BEYOND_REPAIR)}

    outcome: ResolutionOutcome = Field(title="处理结果")
    note: Prose | None = Field(None, title="说明")


class CheckMode(Code, value_set=OWN):
    PHONE = "phone", "电话核查"
    HOME = "home", "入户核查"
    CLINIC = "clinic", "门诊核查"
    PAPER = "paper", "资料核对"


class CheckResult(Code, value_set=OWN):
    AUTHENTIC = "authentic", "真实"
    NOT_AUTHENTIC = "not-authentic", "不真实"
    NOT_REACHED = "not-reached", "未能核实"


class Checked(Code, value_set=OWN):
    IDENTITY = "identity", "本人身份"
    CONTACT = "contact", "联系方式"
    SERVICE = "service", "服务是否提供"
    DATE = "date", "服务日期"
    CONTENT = "content", "记录内容"


class AuthenticityCheck(Block):
    """真实性核查: a call or a visit that asks whether what was recorded took place."""

    asks: ClassVar[Choices] = {"note": ("result", CheckResult.NOT_AUTHENTIC)}

    about: Id | None = Field(None, title="所涉条目编号")
    mode: CheckMode = Field(title="核查方式")
    checked: Annotated[list[Checked], Several()] | None = Field(None, title="核查内容")
    answered_by: Name | None = Field(None, title="受访人")
    result: CheckResult = Field(title="核查结果")
    note: Prose | None = Field(None, title="说明")
