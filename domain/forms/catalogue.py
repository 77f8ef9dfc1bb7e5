"""Every form we hold. A changed form is a new edition here; what stands here already never changes."""

import json
from datetime import date
from importlib.resources import files

from domain.forms.access import (
    AccessAgreement,
    AccessApplication,
    AccessApproval,
    AccessObjection,
    AccessRefusal,
    AccessRevocation,
    AccessWithdrawal,
    DisclosureEnding,
    EmergencyAccess,
    EmergencyReview,
    ErasureOrder,
    HoldRelease,
    LegalHold,
    NoticeRule,
    StatutoryDisclosure,
)
from domain.forms.antenatal import AntenatalFollowUp, FirstAntenatalExamination
from domain.forms.basic_information import PersonalBasicInformation
from domain.forms.card import Card, CardLoss, CardReplacement, CardRevocation
from domain.forms.care_plan import CarePlan, EffectEvaluation
from domain.forms.child import InfantHealthExamination, PreschoolHealthExamination, ToddlerHealthExamination
from domain.forms.child_guidance import ChildTcmGuidance
from domain.forms.clinical import Allergy, Immunization, Medication, Problem
from domain.forms.codes import OWN
from domain.forms.constitution import ElderlyConstitution
from domain.forms.consultation import Consultation, ConsultationDecline, ConsultationRequest
from domain.forms.copd import CopdFollowUp
from domain.forms.diabetes import DiabetesFollowUp
from domain.forms.document import Document, DocumentOrUpload
from domain.forms.endings import Cancellation, MedicationStop, ProblemResolution, ProgrammeExit
from domain.forms.enrolment import ProgrammeEnrolment, ProgrammeEnrolmentSince2024
from domain.forms.examination import HealthExamination
from domain.forms.family import (
    Birth,
    GuardianAppointment,
    Relationship,
    RepresentationEnding,
    RepresentativeAppointment,
)
from domain.forms.health_education import HealthEducation
from domain.forms.hypertension import HypertensionFollowUp
from domain.forms.keeping import (
    Attestation,
    AuthenticityCheck,
    Filing,
    IdentityDispute,
    IdentitySettlement,
    QualityFinding,
    QualityResolution,
)
from domain.forms.mental import MentalFollowUp, MentalSupplement
from domain.forms.model import Block
from domain.forms.newborn import NewbornHomeVisit
from domain.forms.postpartum import PostpartumDay42Examination, PostpartumVisit
from domain.forms.reception import Reception
from domain.forms.referral import Referral, ReferralAcceptance, ReferralDecline, ReferralReturn
from domain.forms.registry import Form
from domain.forms.resident_part import (
    ConsentWithdrawal,
    CorrectionDecision,
    CorrectionRequest,
    ResearchOptOut,
    ResidentDecision,
    Restriction,
    Statement,
)
from domain.forms.self_care import SelfCareAssessment
from domain.forms.tuberculosis import TuberculosisFirstVisit, TuberculosisFollowUp
from domain.scalars import JsonObject

NATIONAL = "国家基本公共卫生服务规范（第三版），国卫基层发〔2017〕13号"
COPD = "国家基本公共卫生服务项目，2024年9月13日通知（慢性阻塞性肺疾病患者健康服务）"


def _examples() -> dict[str, JsonObject]:
    text = files("domain.forms").joinpath("examples.json").read_text(encoding="utf-8")
    examples: dict[str, JsonObject] = json.loads(text)
    return examples


EXAMPLES = _examples()


def _national(name: str, title: str, model: type[Block]) -> Form:
    """A form of the national specification, third edition, in force since it was issued."""
    return Form(name, "2017", title, NATIONAL, date(2017, 2, 28), model, EXAMPLES[name])


def _own(name: str, title: str, model: type[Block], resource: str = "", edition: str = "2026") -> Form:
    """A form of ours where the specification has none, with the fields of a FHIR R4 resource if one fits."""
    source = f"{OWN}, after HL7 FHIR R4 {resource}" if resource else OWN
    return Form(name, edition, title, source, date(2026, 1, 1), model, EXAMPLES[name])


def _enrolment(edition: str, since: date, model: type[Block]) -> Form:
    """Enrolment under the list of programmes in force since the day."""
    source = f"{OWN}, after HL7 FHIR R4 EpisodeOfCare"
    name = "programme-enrolment"
    return Form(name, edition, "健康管理项目纳入", source, since, model, EXAMPLES[name])


FORMS = (
    _national("personal-basic-information", "个人基本信息表", PersonalBasicInformation),
    _national("health-examination", "健康体检表", HealthExamination),
    _national("hypertension-follow-up", "高血压患者随访服务记录表", HypertensionFollowUp),
    _national("type-2-diabetes-follow-up", "2型糖尿病患者随访服务记录表", DiabetesFollowUp),
    _national("reception", "接诊记录表", Reception),
    _national("newborn-home-visit", "新生儿家庭访视记录表", NewbornHomeVisit),
    _national("infant-examination", "1～8月龄儿童健康检查记录表", InfantHealthExamination),
    _national("toddler-examination", "12～30月龄儿童健康检查记录表", ToddlerHealthExamination),
    _national("preschool-examination", "3～6岁儿童健康检查记录表", PreschoolHealthExamination),
    _national("child-tcm-guidance", "儿童中医药健康管理服务记录表（6～36月龄）", ChildTcmGuidance),
    _national("first-antenatal-examination", "第1次产前检查服务记录表", FirstAntenatalExamination),
    _national("antenatal-follow-up", "第2～5次产前随访服务记录表", AntenatalFollowUp),
    _national("postpartum-visit", "产后访视记录表", PostpartumVisit),
    _national("postpartum-day-42-examination", "产后42天健康检查记录表", PostpartumDay42Examination),
    _national("self-care-assessment", "老年人生活自理能力评估表", SelfCareAssessment),
    _national("elderly-tcm-constitution", "老年人中医药健康管理服务记录表", ElderlyConstitution),
    _national("severe-mental-disorder-supplement", "严重精神障碍患者个人信息补充表", MentalSupplement),
    _national("severe-mental-disorder-follow-up", "严重精神障碍患者随访服务记录表", MentalFollowUp),
    _national("tuberculosis-first-visit", "肺结核患者第一次入户随访记录表", TuberculosisFirstVisit),
    _national("tuberculosis-follow-up", "肺结核患者随访服务记录表", TuberculosisFollowUp),
    _national("referral", "双向转诊（转出）单", Referral),
    _national("referral-return", "双向转诊（回转）单", ReferralReturn),
    _national("consultation", "会诊记录表", Consultation),
    _national("card", "居民健康档案信息卡", Card),
    Form(
        "copd-follow-up",
        "2024",
        "慢性阻塞性肺疾病患者随访服务记录表",
        COPD,
        date(2024, 9, 13),
        CopdFollowUp,
        EXAMPLES["copd-follow-up"],
    ),
    _enrolment("2026", date(2017, 2, 28), ProgrammeEnrolment),
    _enrolment("2026.2", date(2024, 9, 13), ProgrammeEnrolmentSince2024),
    _own("problem", "健康问题", Problem, "Condition"),
    _own("allergy", "过敏", Allergy, "AllergyIntolerance"),
    _own("medication", "用药", Medication, "MedicationStatement"),
    _own("immunization", "预防接种", Immunization, "Immunization"),
    _own("document", "附件", Document, "DocumentReference"),
    _own("document", "附件", DocumentOrUpload, "DocumentReference", "2026.2"),
    _own("problem-resolution", "健康问题结束", ProblemResolution, "Condition"),
    _own("medication-stop", "停药", MedicationStop, "MedicationStatement"),
    _own("programme-exit", "退出健康管理", ProgrammeExit, "EpisodeOfCare"),
    _own("referral-acceptance", "接收转诊", ReferralAcceptance, "Task"),
    _own("referral-decline", "不予接收转诊", ReferralDecline, "Task"),
    _own("cancellation", "撤销", Cancellation),
    _own("consultation-request", "会诊申请", ConsultationRequest, "ServiceRequest"),
    _own("consultation-decline", "不予会诊", ConsultationDecline, "Task"),
    _own("birth", "出生", Birth, "Patient"),
    _own("relationship", "亲属关系", Relationship, "RelatedPerson"),
    _own("guardian-appointment", "监护人", GuardianAppointment, "RelatedPerson"),
    _own("representative-appointment", "代理人或继承人", RepresentativeAppointment, "RelatedPerson"),
    _own("representation-ending", "监护或代理终止", RepresentationEnding, "RelatedPerson"),
    _own("consent-withdrawal", "撤回同意", ConsentWithdrawal, "Consent"),
    _own("research-opt-out", "退出研究使用", ResearchOptOut, "Consent"),
    _own("resident-decision", "本人决定", ResidentDecision, "Consent"),
    _own("restriction", "查阅限制", Restriction, "Consent"),
    _own("statement", "本人陈述", Statement, "Communication"),
    _own("correction-request", "更正申请", CorrectionRequest, "Task"),
    _own("correction-decision", "更正决定", CorrectionDecision, "Task"),
    _own("card-loss", "信息卡挂失", CardLoss),
    _own("card-replacement", "信息卡补换", CardReplacement),
    _own("card-revocation", "信息卡注销", CardRevocation),
    _own("health-education", "健康教育", HealthEducation, "Communication"),
    _own("care-plan", "健康计划", CarePlan, "CarePlan"),
    _own("effect-evaluation", "干预效果评价", EffectEvaluation, "Goal"),
    _own("identity-dispute", "身份争议", IdentityDispute, "Task"),
    _own("identity-settlement", "身份争议处理", IdentitySettlement, "Task"),
    _own("quality-finding", "质量问题", QualityFinding, "DetectedIssue"),
    _own("quality-resolution", "质量问题处理", QualityResolution, "DetectedIssue"),
    _own("authenticity-check", "真实性核查", AuthenticityCheck, "VerificationResult"),
    _own("filing", "归档", Filing, "Provenance"),
    _own("attestation", "签署", Attestation, "Provenance"),
    _own("access-application", "查阅申请", AccessApplication, "Consent"),
    _own("access-approval", "管理机构同意查阅", AccessApproval, "Consent"),
    _own("access-refusal", "管理机构不同意查阅", AccessRefusal, "Consent"),
    _own("access-agreement", "本人同意查阅", AccessAgreement, "Consent"),
    _own("access-objection", "本人不同意查阅", AccessObjection, "Consent"),
    _own("access-withdrawal", "撤回查阅申请", AccessWithdrawal, "Consent"),
    _own("access-revocation", "终止查阅", AccessRevocation, "Consent"),
    _own("statutory-disclosure", "依法调取", StatutoryDisclosure, "Provenance"),
    _own("disclosure-ending", "依法调取结束", DisclosureEnding, "Provenance"),
    _own("emergency-access", "紧急查阅", EmergencyAccess, "Provenance"),
    _own("emergency-review", "紧急查阅复核", EmergencyReview, "Provenance"),
    _own("notice-rule", "告知规则", NoticeRule, "Subscription"),
    _own("legal-hold", "封存", LegalHold, "Provenance"),
    _own("erasure-order", "销毁决定", ErasureOrder, "Provenance"),
    _own("hold-release", "启封", HoldRelease, "Provenance"),
)
