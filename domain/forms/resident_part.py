"""The resident's part: consent withdrawn, research refused, corrections asked for, own words, restrictions.

`by` is who decided. Where somebody typed it for them, `paper` is the SHA-256 of the signed sheet.
"""

from typing import ClassVar

from pydantic import Field

from domain.forms.codes import OWN
from domain.forms.document import Sha256
from domain.forms.model import Block, Choices, Code, Date, Id, Prose
from domain.forms.sections import Sections


class Living(Code, value_set=OWN):
    """Who may decide about care: an heir has none to decide about."""

    RESIDENT = "resident", "本人"
    GUARDIAN = "guardian", "监护人"
    REPRESENTATIVE = "representative", "代理人"


class Speaker(Code, value_set=OWN):
    RESIDENT = "resident", "本人"
    GUARDIAN = "guardian", "监护人"
    REPRESENTATIVE = "representative", "代理人"
    HEIR = "heir", "继承人"


class ConsentWithdrawal(Block):
    """撤回同意: no new voluntary entries from here on; nothing is erased."""

    by: Living = Field(title="决定人")
    paper: Sha256 | None = Field(None, title="签字纸质件 SHA-256")
    reason: Prose | None = Field(None, title="原因")


class ResidentPart(Block):
    """What every other sheet of the resident's part has."""

    by: Speaker = Field(title="决定人")
    paper: Sha256 | None = Field(None, title="签字纸质件 SHA-256")


class ResearchOptOut(ResidentPart):
    """退出研究使用."""

    reason: Prose | None = Field(None, title="原因")


class ResidentDecision(ResidentPart):
    """本人决定: takes an opt-out or a restriction back."""

    note: Prose | None = Field(None, title="说明")


class CorrectionRequest(ResidentPart):
    """更正申请: which entry, what is wrong with it, and what should stand there."""

    entry: Id = Field(title="条目编号")
    wrong: Prose = Field(title="有误内容")
    should_be: Prose | None = Field(None, title="应为")


class Decision(Code, value_set=OWN):
    ACCEPTED = "accepted", "同意更正"
    REFUSED = "refused", "不予更正"


class CorrectionDecision(Block):
    """更正决定. Whoever is refused is told why; the correction itself is an event of its own."""

    asks: ClassVar[Choices] = {"reason": ("decision", Decision.REFUSED)}

    decision: Decision = Field(title="决定")
    reason: Prose | None = Field(None, title="理由")


class Statement(ResidentPart):
    """本人陈述: the resident's own words, kept as they are."""

    about: Id | None = Field(None, title="所涉条目编号")
    text: Prose = Field(title="陈述内容")


class Restriction(ResidentPart):
    """查阅限制: the sections that are shown to nobody outside the custodian until the day."""

    sections: Sections = Field(title="限制内容")
    until: Date | None = Field(None, title="限制至")
    reason: Prose | None = Field(None, title="原因")
