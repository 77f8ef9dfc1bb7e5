"""严重精神障碍患者个人信息补充表 and 随访服务记录表 (severe mental disorder), edition 2017."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms import measures as m
from domain.forms import mental_codes as c
from domain.forms.codes import FollowUpMode
from domain.forms.examination_physical import Present
from domain.forms.follow_up import Referral
from domain.forms.lists import Rows, Several
from domain.forms.model import Block, Code, Date, Filled, Line, Name, PartialDate, Phone, Prose

UNSTABLE_LEVELS = (c.DangerLevel.LEVEL_3, c.DangerLevel.LEVEL_4, c.DangerLevel.LEVEL_5)


class Contact(Block):
    """联系人、电话."""

    name: Name | None = Field(None, title="姓名")
    phone: Phone | None = Field(None, title="电话")


class Guardian(Contact):
    """监护人."""

    relation: Line | None = Field(None, title="与患者关系")
    address: Line | None = Field(None, title="住址")


class Consent(Block):
    """知情同意."""

    decision: c.ManagementConsent = Field(title="知情同意")
    signed_by: Name | None = Field(None, title="签字")
    signed_on: Date | None = Field(None, title="签字时间")


class DangerousActs(Block):
    """危险行为, with how often each happened."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "minor_trouble_times": ("acts", c.DangerousAct.MINOR_TROUBLE),
        "incident_times": ("acts", c.DangerousAct.INCIDENT),
        "grave_incident_times": ("acts", c.DangerousAct.GRAVE_INCIDENT),
        "other_harm_times": ("acts", c.DangerousAct.OTHER_HARM),
        "self_injury_times": ("acts", c.DangerousAct.SELF_INJURY),
        "attempted_suicide_times": ("acts", c.DangerousAct.ATTEMPTED_SUICIDE),
    }

    acts: Annotated[list[c.DangerousAct], Several(alone="none")] = Field(title="危险行为")
    minor_trouble_times: m.Times | None = Field(None, title="轻度滋事次数")
    incident_times: m.Times | None = Field(None, title="肇事次数")
    grave_incident_times: m.Times | None = Field(None, title="肇祸次数")
    other_harm_times: m.Times | None = Field(None, title="其他危害行为次数")
    self_injury_times: m.Times | None = Field(None, title="自伤次数")
    attempted_suicide_times: m.Times | None = Field(None, title="自杀未遂次数")


class PastTreatment(Block):
    """既往治疗情况."""

    outpatient: c.OutpatientTreatment | None = Field(None, title="门诊")
    first_drug_on: PartialDate | None = Field(None, title="首次抗精神病药治疗时间")
    hospital_stays: m.Times | None = Field(None, title="曾住精神专科医院/综合医院精神专科次数")


class Diagnosis(Block):
    """目前诊断情况."""

    name: Line = Field(title="诊断")
    hospital: Line | None = Field(None, title="确诊医院")
    diagnosed_on: PartialDate | None = Field(None, title="确诊日期")


class MentalSupplement(Filled):
    """严重精神障碍患者个人信息补充表: written beside the basic information, and anew when it changes."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "employment_note": ("employment", c.Employment.OTHER),
        "symptom_note": ("symptoms", c.MentalSymptom.OTHER),
    }

    guardian: Guardian | None = Field(None, title="监护人")
    committee: Contact | None = Field(None, title="辖区村（居）委会联系人、电话")
    household: c.Household | None = Field(None, title="户别")
    employment: c.Employment | None = Field(None, title="就业情况")
    employment_note: Line | None = Field(None, title="其他就业情况")
    consent: Consent | None = Field(None, title="知情同意")
    onset_on: PartialDate | None = Field(None, title="初次发病时间")
    symptoms: Annotated[list[c.MentalSymptom], Several()] | None = Field(None, title="既往主要症状")
    symptom_note: Line | None = Field(None, title="其他症状")
    locking: c.Locking | None = Field(None, title="既往关锁情况")
    treatment: PastTreatment | None = Field(None, title="既往治疗情况")
    diagnosis: Diagnosis | None = Field(None, title="目前诊断情况")
    latest_effect: c.LatestEffect | None = Field(None, title="最近一次治疗效果")
    dangerous_acts: DangerousActs | None = Field(None, title="危险行为")
    economy: c.Economy | None = Field(None, title="经济状况")
    specialist_opinion: Prose | None = Field(None, title="专科医生的意见")
    filled_on: Date | None = Field(None, title="填表日期")
    doctor: Name | None = Field(None, title="医生签字")


class Death(Block):
    """如死亡，日期和原因."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "disease": ("cause", c.DeathCause.PHYSICAL_DISEASE),
        "note": ("cause", c.DeathCause.OTHER),
    }

    died_on: PartialDate | None = Field(None, title="死亡日期")
    cause: c.DeathCause | None = Field(None, title="死亡原因")
    disease: c.FatalDisease | None = Field(None, title="躯体疾病")
    note: Line | None = Field(None, title="其他死亡原因")


class SocialFunction(Block):
    """社会功能情况."""

    self_care: c.Condition | None = Field(None, title="个人生活料理")
    housework: c.Condition | None = Field(None, title="家务劳动")
    work: c.WorkCondition | None = Field(None, title="生产劳动及工作")
    learning: c.Condition | None = Field(None, title="学习能力")
    social_contact: c.Condition | None = Field(None, title="社会人际交往")


class PsychiatricDrug(Block):
    """用药情况 or 用药指导: 每日（月）几次, 每次剂量."""

    name: Line = Field(title="药物名称")
    times: m.DoseTimes | None = Field(None, title="次数")
    period: c.DosePeriod | None = Field(None, title="每日（月）")
    dose: m.DoseMass | None = Field(None, title="每次剂量")


class MentalReferral(Referral):
    """是否转诊."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "reason": ("referred", c.Referred.YES),
        "institution": ("referred", c.Referred.YES),
        "department": ("referred", c.Referred.YES),
    }

    referred: c.Referred = Field(title="是否转诊")


class MentalFollowUp(Filled):
    """严重精神障碍患者随访服务记录表: what happened since the last follow-up."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "lost_note": ("lost_reason", c.LostReason.OTHER),
        "symptom_note": ("symptoms", c.MentalSymptom.OTHER),
        "discharged_on": ("hospital_stay", c.HospitalStay.DISCHARGED),
        "adverse_reaction_note": ("adverse_reaction", c.AdverseReaction.PRESENT),
        "rehabilitation_note": ("rehabilitation", c.Rehabilitation.OTHER),
    }

    mode: FollowUpMode | None = Field(None, title="本次随访形式")
    lost_reason: c.LostReason | None = Field(None, title="失访原因")
    lost_note: Line | None = Field(None, title="其他失访原因")
    death: Death | None = Field(None, title="死亡")
    danger: c.DangerLevel | None = Field(None, title="危险性评估")
    symptoms: Annotated[list[c.MentalSymptom], Several()] | None = Field(None, title="目前症状")
    symptom_note: Line | None = Field(None, title="其他症状")
    insight: c.Insight | None = Field(None, title="自知力")
    sleep: c.Condition | None = Field(None, title="睡眠情况")
    appetite: c.Condition | None = Field(None, title="饮食情况")
    function: SocialFunction | None = Field(None, title="社会功能情况")
    dangerous_acts: DangerousActs | None = Field(None, title="危险行为")
    locking: c.Locking | None = Field(None, title="两次随访期间关锁情况")
    hospital_stay: c.HospitalStay | None = Field(None, title="两次随访期间住院情况")
    discharged_on: PartialDate | None = Field(None, title="末次出院时间")
    laboratory: Present | None = Field(None, title="实验室检查")
    adherence: c.DrugAdherence | None = Field(None, title="用药依从性")
    adverse_reaction: c.AdverseReaction | None = Field(None, title="药物不良反应")
    adverse_reaction_note: Line | None = Field(None, title="药物不良反应说明")
    effect: c.Effect | None = Field(None, title="治疗效果")
    referral: MentalReferral | None = Field(None, title="转诊")
    drugs: Annotated[list[PsychiatricDrug], Rows(10)] | None = Field(None, title="用药情况")
    drug_guidance: Annotated[list[PsychiatricDrug], Rows(10)] | None = Field(None, title="用药指导")
    rehabilitation: Annotated[list[c.Rehabilitation], Several()] | None = Field(None, title="康复措施")
    rehabilitation_note: Line | None = Field(None, title="其他康复措施")
    classification: c.Stability | None = Field(None, title="本次随访分类")
    next_on: Date | None = Field(None, title="下次随访日期")
    doctor: Name | None = Field(None, title="随访医生签名")

    def oddities(self) -> Iterator[FieldProblem]:
        stable = self.classification not in (None, c.Stability.UNSTABLE)
        if stable and self.danger in UNSTABLE_LEVELS:
            yield {"field": "/classification", "reason": "differs from 'unstable', which danger 3 to 5 gives"}
