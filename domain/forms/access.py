"""Who else may see the record: applications and the decisions on them, disclosures, emergencies, holds.

What is decided on the strength of these forms is never corrected, only ended (domain.access_entries).
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.codes import OWN
from domain.forms.document import Sha256
from domain.forms.lists import Rows, Several
from domain.forms.model import (
    Block,
    Breach,
    Choices,
    Code,
    Date,
    Id,
    Line,
    Name,
    Prose,
    asked,
    not_before,
    only_with,
)
from domain.forms.resident_part import ResidentPart
from domain.forms.sections import Sections
from domain.scalars import Count


class Guarded(Code, value_set=OWN):
    """Classes of entries that are shown only where they are named; domain.sensitivity says which they are."""

    MENTAL_HEALTH = "mental-health", "精神卫生"
    INFECTIOUS_DISEASE = "infectious-disease", "传染病"
    REPRODUCTIVE_HEALTH = "reproductive-health", "生殖健康"


Classes = Annotated[list[Guarded], Several()]


class Use(Code, value_set=OWN):
    """What an applicant may want it for. A commercial use is none: it is refused before the form is read."""

    CARE = "care", "诊疗"
    ASSESSMENT = "assessment", "考核评估"
    PUBLIC_HEALTH = "public_health", "公共卫生"
    RESEARCH = "research", "科研"
    INSURANCE = "insurance", "保险"
    LEGAL = "legal", "法律事务"


class AccessApplication(Block):
    """查阅或复制申请: an outside institution applies in writing, for itself or for the person named."""

    rules: ClassVar[tuple[str, ...]] = ("until is not before since",)

    to: Id = Field(title="申请机构编号")
    person: Name | None = Field(None, title="复制件收取人")
    purpose: Use = Field(title="用途")
    paper: Sha256 = Field(title="书面申请 SHA-256")
    sections: Sections = Field(title="申请查阅内容")
    sensitive: Classes | None = Field(None, title="所含敏感类别")
    since: Date = Field(title="查阅期限自")
    until: Date = Field(title="查阅期限至")
    reason: Prose = Field(title="申请理由")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        yield from not_before(self, "until", "since")


class AccessApproval(Block):
    """管理机构同意: the first of the two decisions. Nothing need be said."""

    note: Prose | None = Field(None, title="说明")


class AccessRefusal(Block):
    """管理机构不同意. Whoever is refused is told why."""

    reason: Prose = Field(title="理由")


class AccessAgreement(ResidentPart):
    """本人同意: the second decision. Where somebody typed it, paper is the signed sheet."""

    note: Prose | None = Field(None, title="说明")


class AccessObjection(ResidentPart):
    """本人不同意. Nobody needs a reason."""

    reason: Prose | None = Field(None, title="原因")


class AccessWithdrawal(Block):
    """撤回申请: by the institution that applied."""

    reason: Line = Field(title="撤回原因")


class EndedBy(Code, value_set=OWN):
    INSTITUTION = "institution", "管理机构"
    RESIDENT = "resident", "本人"
    GUARDIAN = "guardian", "监护人"
    REPRESENTATIVE = "representative", "代理人"
    HEIR = "heir", "继承人"


class AccessRevocation(Block):
    """终止查阅: either side ends it, at once."""

    by: EndedBy = Field(title="决定人")
    paper: Sha256 | None = Field(None, title="签字纸质件 SHA-256")
    reason: Prose | None = Field(None, title="原因")


class Authority(Code, value_set=OWN):
    COURT = "court", "人民法院"
    POLICE = "police", "公安机关"
    PROCURATOR = "procurator", "人民检察院"
    SOCIAL_INSURANCE = "social-insurance", "社会保险经办机构"


class DisclosureUse(Code, value_set=OWN):
    LEGAL = "legal", "法律事务"
    INSURANCE = "insurance", "保险"


class StatutoryDisclosure(Block):
    """依法调取: a body entitled by law showed its certificate. Its notice is deferred by its order alone."""

    rules: ClassVar[tuple[str, ...]] = (
        "order is required with notice_deferred_until, and only with it",
        "notice_deferred_until needs body_kind court, police or procurator",
    )

    body: Line = Field(title="调取机关")
    body_kind: Authority = Field(title="机关类型")
    certificate: Sha256 = Field(title="证明文件 SHA-256")
    legal_basis: Prose = Field(title="法律依据")
    purpose: DisclosureUse = Field(title="用途")
    sections: Sections = Field(title="调取内容")
    sensitive: Classes | None = Field(None, title="所含敏感类别")
    until: Date = Field(title="调取期限至")
    notice_deferred_until: Date | None = Field(None, title="暂缓告知至")
    order: Sha256 | None = Field(None, title="暂缓告知决定 SHA-256")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        deferred = self.notice_deferred_until is not None
        yield from asked(self, deferred, "is required if notice is deferred", "order")
        yield from only_with(self, deferred, "must be left out unless notice is deferred", "order")
        if deferred and self.body_kind is Authority.SOCIAL_INSURANCE:
            yield "/notice_deferred_until", "must be left out where body_kind is 'social-insurance'"


class DisclosureEnding(Block):
    """调取结束."""

    reason: Line = Field(title="结束原因")


Hours = Annotated[int, Count("h", 1, 24)]


class EmergencyAccess(Block):
    """紧急查阅: opened at once, for some hours, by whoever needs it; reviewed afterwards by another."""

    reason: Prose = Field(title="紧急情况")
    hours: Hours = Field(title="时限")


class ReviewFinding(Code, value_set=OWN):
    JUSTIFIED = "justified", "确有必要"
    UNJUSTIFIED = "unjustified", "并无必要"


class EmergencyReview(Block):
    """紧急查阅复核. The opening is over with it, if its hours are not."""

    asks: ClassVar[Choices] = {"note": ("finding", ReviewFinding.UNJUSTIFIED)}

    finding: ReviewFinding = Field(title="复核结论")
    note: Prose | None = Field(None, title="说明")


class Told(Code, value_set=OWN):
    OUTSIDE = "outside", "管理机构以外的查阅"
    EMERGENCY = "emergency", "紧急查阅"
    REFUSED = "refused", "被拒绝的查阅"
    ALL = "all", "所有查阅"


class NoticeRule(ResidentPart):
    """告知规则: of which accesses the resident wants to hear as they happen."""

    rule: Told = Field(title="告知范围")
    note: Prose | None = Field(None, title="说明")


class LegalHold(Block):
    """封存: in the presence of both sides; what is sealed is the record as it stands."""

    certificate: Sha256 = Field(title="封存文书 SHA-256")
    authority: Line | None = Field(None, title="决定机关")
    parties: Annotated[list[Name], Rows(10)] = Field(title="在场各方")
    legal_basis: Prose = Field(title="法律依据")
    until: Date | None = Field(None, title="封存至")


class ErasureBasis(Code, value_set=OWN):
    """What may erase, and what of it reaches what is of somebody alive: domain/data/retention.toml."""

    TERM_ENDED = "term-ended", "保存期满"
    COURT_JUDGMENT = "court-judgment", "人民法院生效裁判"
    AUTHORITY_ORDER = "authority-order", "主管部门决定"


class ErasureScope(Code, value_set=OWN):
    RECORD = "record", "整份档案"
    DOCUMENTS = "documents", "指定附件"


class ErasureOrder(Block):
    """销毁决定: on a legal basis, of the record or of documents named; another person carries it out."""

    asks: ClassVar[Choices] = {"entries": ("scope", ErasureScope.DOCUMENTS)}
    needs: ClassVar[Choices] = asks
    rules: ClassVar[tuple[str, ...]] = ("authority is required unless basis is 'term-ended'",)

    basis: ErasureBasis = Field(title="销毁依据")
    legal_basis: Prose = Field(title="法律依据")
    authority: Line | None = Field(None, title="决定机关")
    certificate: Sha256 = Field(title="决定文书 SHA-256")
    scope: ErasureScope = Field(title="销毁范围")
    entries: Annotated[list[Id], Rows(100)] | None = Field(None, title="附件条目编号")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        by_order = self.basis is not ErasureBasis.TERM_ENDED
        yield from asked(self, by_order, "is required unless basis is 'term-ended'", "authority")


class HoldRelease(Block):
    """启封."""

    certificate: Sha256 | None = Field(None, title="启封文书 SHA-256")
    parties: Annotated[list[Name], Rows(10)] | None = Field(None, title="在场各方")
    reason: Line = Field(title="启封原因")
