"""The sections of a record, as a referral, a consultation or a restriction names them.

One section per collection of entries; a test compares the codes with the table in domain.entries.
"""

from typing import Annotated

from domain.forms.codes import OWN
from domain.forms.lists import Several
from domain.forms.model import Code


class Section(Code, value_set=OWN):
    BASIC_INFORMATION = "basic-information", "个人基本信息"
    BIRTHS = "births", "出生"
    RELATIONSHIPS = "relationships", "亲属关系"
    EXAMINATIONS = "examinations", "健康体检"
    ENCOUNTERS = "encounters", "接诊"
    PROGRAMMES = "programmes", "健康管理项目"
    FOLLOW_UPS = "follow-ups", "随访"
    PROBLEMS = "problems", "健康问题"
    ALLERGIES = "allergies", "过敏"
    MEDICATIONS = "medications", "用药"
    IMMUNIZATIONS = "immunizations", "预防接种"
    HEALTH_EDUCATION = "health-education", "健康教育"
    CARE_PLANS = "care-plans", "健康计划"
    REFERRALS = "referrals", "转诊"
    CONSULTATIONS = "consultations", "会诊"
    DOCUMENTS = "documents", "附件"
    CARDS = "cards", "信息卡"
    GUARDIANS = "guardians", "监护人"
    REPRESENTATIVES = "representatives", "代理人与继承人"
    CONSENT_WITHDRAWALS = "consent-withdrawals", "同意撤回"
    RESEARCH_OPT_OUTS = "research-opt-outs", "退出研究使用"
    RESTRICTIONS = "restrictions", "查阅限制"
    STATEMENTS = "statements", "本人陈述"
    CORRECTION_REQUESTS = "correction-requests", "更正申请"
    IDENTITY_DISPUTES = "identity-disputes", "身份争议"
    QUALITY_FINDINGS = "quality-findings", "质量问题"
    AUTHENTICITY_CHECKS = "authenticity-checks", "真实性核查"


Sections = Annotated[list[Section], Several()]
