"""Every form we hold. A changed form is a new edition here; what stands here already never changes."""

import json
from datetime import date
from importlib.resources import files

from domain.forms.antenatal import AntenatalFollowUp, FirstAntenatalExamination
from domain.forms.basic_information import PersonalBasicInformation
from domain.forms.child import InfantHealthExamination, PreschoolHealthExamination, ToddlerHealthExamination
from domain.forms.child_guidance import ChildTcmGuidance
from domain.forms.clinical import Allergy, Immunization, Medication, Problem
from domain.forms.constitution import ElderlyConstitution
from domain.forms.diabetes import DiabetesFollowUp
from domain.forms.document import Document
from domain.forms.enrolment import ProgrammeEnrolment
from domain.forms.examination import HealthExamination
from domain.forms.hypertension import HypertensionFollowUp
from domain.forms.mental import MentalFollowUp, MentalSupplement
from domain.forms.model import Block
from domain.forms.newborn import NewbornHomeVisit
from domain.forms.postpartum import PostpartumDay42Examination, PostpartumVisit
from domain.forms.reception import Reception
from domain.forms.registry import Form
from domain.forms.self_care import SelfCareAssessment
from domain.forms.tuberculosis import TuberculosisFirstVisit, TuberculosisFollowUp
from domain.scalars import JsonObject

NATIONAL = "国家基本公共卫生服务规范（第三版），国卫基层发〔2017〕13号"


def _examples() -> dict[str, JsonObject]:
    text = files("domain.forms").joinpath("examples.json").read_text(encoding="utf-8")
    examples: dict[str, JsonObject] = json.loads(text)
    return examples


EXAMPLES = _examples()


def _national(name: str, title: str, model: type[Block]) -> Form:
    """A form of the national specification, third edition, in force since it was issued."""
    return Form(name, "2017", title, NATIONAL, date(2017, 2, 28), model, EXAMPLES[name])


def _own(name: str, title: str, resource: str, model: type[Block]) -> Form:
    """A form of ours where the specification has none, with the fields of a FHIR R4 resource."""
    source = f"Lifelong 2026, after HL7 FHIR R4 {resource}"
    return Form(name, "2026", title, source, date(2026, 1, 1), model, EXAMPLES[name])


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
    _own("programme-enrolment", "健康管理项目纳入", "EpisodeOfCare", ProgrammeEnrolment),
    _own("problem", "健康问题", "Condition", Problem),
    _own("allergy", "过敏", "AllergyIntolerance", Allergy),
    _own("medication", "用药", "MedicationStatement", Medication),
    _own("immunization", "预防接种", "Immunization", Immunization),
    _own("document", "附件", "DocumentReference", Document),
)
