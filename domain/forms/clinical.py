"""Problem, allergy, medication and immunization: our own forms, each after a FHIR R4 resource."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.codes import Adherence
from domain.forms.lists import Rows
from domain.forms.model import (
    Block,
    Breach,
    Code,
    Flag,
    Line,
    Name,
    PartialDate,
    Prose,
    not_before,
    only_with,
)
from domain.scalars import Count
from domain.values import CodingIn

FHIR = "http://hl7.org/fhir/R4"
DoseNumber = Annotated[int, Count("", 1, 99)]


class ClinicalStatus(Code, value_set=f"{FHIR}/valueset-condition-clinical.html"):
    ACTIVE = "active", "活动"
    RECURRENCE = "recurrence", "复发"
    RELAPSE = "relapse", "再发"
    INACTIVE = "inactive", "不活动"
    REMISSION = "remission", "缓解"
    RESOLVED = "resolved", "已痊愈"


class Verification(Code, value_set=f"{FHIR}/valueset-condition-ver-status.html"):
    UNCONFIRMED = "unconfirmed", "未确认"
    PROVISIONAL = "provisional", "初步"
    DIFFERENTIAL = "differential", "鉴别"
    CONFIRMED = "confirmed", "确认"
    REFUTED = "refuted", "排除"


class Severity(Code, value_set=f"{FHIR}/valueset-reaction-event-severity.html"):
    MILD = "mild", "轻"
    MODERATE = "moderate", "中"
    SEVERE = "severe", "重"


ENDED = (ClinicalStatus.INACTIVE, ClinicalStatus.REMISSION, ClinicalStatus.RESOLVED)


class Problem(Block):
    """健康问题: one entry of the problem list (FHIR Condition)."""

    rules: ClassVar[tuple[str, ...]] = (
        "abated_on only if clinical_status is inactive, remission or resolved",
        "abated_on does not lie before onset_on",
    )

    problem: CodingIn = Field(title="健康问题")
    clinical_status: ClinicalStatus = Field(title="临床状态")
    verification: Verification | None = Field(None, title="确认状态")
    severity: Severity | None = Field(None, title="严重程度")
    onset_on: PartialDate | None = Field(None, title="发生日期")
    abated_on: PartialDate | None = Field(None, title="缓解或痊愈日期")
    note: Prose | None = Field(None, title="说明")

    def breaches(self) -> Iterator[Breach]:
        reason = "must be left out unless clinical_status is 'inactive', 'remission' or 'resolved'"
        yield from only_with(self, self.clinical_status in ENDED, reason, "abated_on")
        yield from not_before(self, "abated_on", "onset_on")


class AllergyKind(Code, value_set=f"{FHIR}/valueset-allergy-intolerance-type.html"):
    ALLERGY = "allergy", "过敏"
    INTOLERANCE = "intolerance", "不耐受"


class AllergyCategory(Code, value_set=f"{FHIR}/valueset-allergy-intolerance-category.html"):
    FOOD = "food", "食物"
    MEDICATION = "medication", "药物"
    ENVIRONMENT = "environment", "环境"
    BIOLOGIC = "biologic", "生物制品"


class Criticality(Code, value_set=f"{FHIR}/valueset-allergy-intolerance-criticality.html"):
    LOW = "low", "低"
    HIGH = "high", "高"
    UNABLE_TO_ASSESS = "unable-to-assess", "无法评估"


class Reaction(Block):
    """过敏反应."""

    manifestation: CodingIn | None = Field(None, title="表现")
    description: Line | None = Field(None, title="描述")
    severity: Severity | None = Field(None, title="严重程度")


class Allergy(Block):
    """过敏: FHIR AllergyIntolerance."""

    substance: CodingIn = Field(title="过敏原")
    kind: AllergyKind | None = Field(None, title="类型")
    category: AllergyCategory | None = Field(None, title="类别")
    criticality: Criticality | None = Field(None, title="危险程度")
    reactions: Annotated[list[Reaction], Rows(10)] | None = Field(None, title="过敏反应")
    noticed_on: PartialDate | None = Field(None, title="发现日期")
    note: Prose | None = Field(None, title="说明")


class Medication(Block):
    """用药: FHIR MedicationStatement."""

    rules: ClassVar[tuple[str, ...]] = ("stopped_on does not lie before started_on",)

    drug: CodingIn = Field(title="药物")
    dose: Line | None = Field(None, title="剂量")
    route: Line | None = Field(None, title="给药途径")
    frequency: Line | None = Field(None, title="频次")
    started_on: PartialDate | None = Field(None, title="开始日期")
    stopped_on: PartialDate | None = Field(None, title="停用日期")
    prescriber: Name | None = Field(None, title="处方医生")
    reasons: Annotated[list[CodingIn], Rows(10)] | None = Field(None, title="用药原因")
    adherence: Adherence | None = Field(None, title="服药依从性")
    note: Prose | None = Field(None, title="说明")

    def breaches(self) -> Iterator[Breach]:
        yield from not_before(self, "stopped_on", "started_on")


class Immunization(Block):
    """预防接种: FHIR Immunization. The day is the event's occurred time."""

    vaccine: CodingIn = Field(title="疫苗")
    in_programme: Flag | None = Field(None, title="是否免疫规划疫苗")
    dose_number: DoseNumber | None = Field(None, title="剂次")
    lot: Line | None = Field(None, title="批号")
    expires_on: PartialDate | None = Field(None, title="有效期至")
    manufacturer: Line | None = Field(None, title="生产企业")
    site: Line | None = Field(None, title="接种部位")
    route: Line | None = Field(None, title="接种途径")
    vaccinator: Name | None = Field(None, title="接种人员")
    reaction: Line | None = Field(None, title="接种反应")
    note: Prose | None = Field(None, title="说明")
