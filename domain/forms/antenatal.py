"""第1次产前检查服务记录表 and 第2～5次产前随访服务记录表 (antenatal care), edition 2017."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms import maternal_codes as c
from domain.forms import measures as m
from domain.forms.basic_information_codes import BloodType, Rhesus
from domain.forms.codes import TestResult
from domain.forms.examination import BloodPressure
from domain.forms.examination_physical import Present
from domain.forms.examination_tests import BloodCount, DipStick, Liver, Urine
from domain.forms.follow_up import bmi_oddity
from domain.forms.lists import Several
from domain.forms.model import (
    Block,
    Breach,
    Code,
    Date,
    Flag,
    Line,
    Name,
    PartialDate,
    Phone,
    Prose,
    only_with,
)
from domain.forms.visit import Inspected, Visit


class Gestation(Block):
    """孕周: completed weeks, and the days beyond them where they are told."""

    weeks: m.GestationWeeks = Field(title="孕周")
    days: m.GestationDays | None = Field(None, title="孕周（天）")


class Husband(Block):
    """丈夫."""

    name: Name | None = Field(None, title="丈夫姓名")
    age: m.Age | None = Field(None, title="丈夫年龄")
    phone: Phone | None = Field(None, title="丈夫电话")


class ObstetricHistory(Block):
    """孕次、产次、孕产史. The present pregnancy counts; deliveries before it count from 28 weeks."""

    pregnancies: m.Pregnancies | None = Field(None, title="孕次")
    vaginal_deliveries: m.Pregnancies | None = Field(None, title="产次（阴道分娩）")
    caesareans: m.Pregnancies | None = Field(None, title="产次（剖宫产）")
    miscarriages: m.Pregnancies | None = Field(None, title="自然流产")
    induced_abortions: m.Pregnancies | None = Field(None, title="人工流产")
    fetal_deaths: m.Pregnancies | None = Field(None, title="死胎")
    stillbirths: m.Pregnancies | None = Field(None, title="死产")
    newborn_deaths: m.Pregnancies | None = Field(None, title="新生儿死亡")
    birth_defects: m.Pregnancies | None = Field(None, title="出生缺陷儿")


class History(Block):
    """既往史、家族史、个人史、妇产科手术史."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "past_note": ("past", c.PastIllness.OTHER),
        "personal_note": ("personal", c.PersonalHistory.OTHER),
    }

    past: Annotated[list[c.PastIllness], Several(alone="none")] | None = Field(None, title="既往史")
    past_note: Line | None = Field(None, title="其他既往史")
    family: Annotated[list[c.FamilyIllness], Several(alone="none")] | None = Field(None, title="家族史")
    family_note: Line | None = Field(None, title="家族史说明")
    personal: Annotated[list[c.PersonalHistory], Several(alone="none")] | None = Field(None, title="个人史")
    personal_note: Line | None = Field(None, title="其他个人史")
    surgery: Present | None = Field(None, title="妇产科手术史")


class FirstExamination(Block):
    """体格检查、妇科检查."""

    height: m.Height | None = Field(None, title="身高")
    weight: m.Weight | None = Field(None, title="体重")
    bmi: m.BodyMassIndex | None = Field(None, title="体质指数")
    blood_pressure: BloodPressure | None = Field(None, title="血压")
    heart: Inspected | None = Field(None, title="听诊（心脏）")
    lungs: Inspected | None = Field(None, title="听诊（肺部）")
    vulva: Inspected | None = Field(None, title="外阴")
    vagina: Inspected | None = Field(None, title="阴道")
    cervix: Inspected | None = Field(None, title="宫颈")
    uterus: Inspected | None = Field(None, title="子宫")
    adnexa: Inspected | None = Field(None, title="附件")


class Kidney(Block):
    """肾功能."""

    creatinine: m.Creatinine | None = Field(None, title="血清肌酐")
    urea: m.Urea | None = Field(None, title="血尿素")


class HepatitisB(Block):
    """乙型肝炎五项."""

    surface_antigen: TestResult | None = Field(None, title="乙型肝炎表面抗原")
    surface_antibody: TestResult | None = Field(None, title="乙型肝炎表面抗体")
    e_antigen: TestResult | None = Field(None, title="乙型肝炎e抗原")
    e_antibody: TestResult | None = Field(None, title="乙型肝炎e抗体")
    core_antibody: TestResult | None = Field(None, title="乙型肝炎核心抗体")


class AntenatalTests(Block):
    """辅助检查."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "discharge_note": ("discharge", c.VaginalDischarge.OTHER)
    }

    blood: BloodCount | None = Field(None, title="血常规")
    urine: Urine | None = Field(None, title="尿常规")
    blood_type: BloodType | None = Field(None, title="血型（ABO）")
    rhesus: Rhesus | None = Field(None, title="血型（Rh）")
    glucose: m.Glucose | None = Field(None, title="血糖")
    liver: Liver | None = Field(None, title="肝功能")
    kidney: Kidney | None = Field(None, title="肾功能")
    discharge: Annotated[list[c.VaginalDischarge], Several(alone="unremarkable")] | None = Field(
        None, title="阴道分泌物"
    )
    discharge_note: Line | None = Field(None, title="其他阴道分泌物")
    cleanliness: c.VaginalCleanliness | None = Field(None, title="阴道清洁度")
    hepatitis_b: HepatitisB | None = Field(None, title="乙型肝炎")
    syphilis: TestResult | None = Field(None, title="梅毒血清学试验")
    hiv: TestResult | None = Field(None, title="HIV抗体检测")
    ultrasound: Prose | None = Field(None, title="B超")
    other: Prose | None = Field(None, title="其他")


class FirstAntenatalExamination(Visit):
    """第1次产前检查服务记录表."""

    rules: ClassVar[tuple[str, ...]] = (
        "at least one field is filled",
        "last_period_unknown excludes last_period_on",
    )
    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"guidance_note": ("guidance", c.FirstGuidance.OTHER)}

    gestation: Gestation | None = Field(None, title="孕周")
    age: m.Age | None = Field(None, title="孕妇年龄")
    husband: Husband | None = Field(None, title="丈夫")
    last_period_on: PartialDate | None = Field(None, title="末次月经")
    last_period_unknown: Flag | None = Field(None, title="末次月经不详")
    due_on: Date | None = Field(None, title="预产期")
    obstetric_history: ObstetricHistory | None = Field(None, title="孕产史")
    history: History | None = Field(None, title="病史")
    examination: FirstExamination | None = Field(None, title="检查")
    tests: AntenatalTests | None = Field(None, title="辅助检查")
    assessment: Inspected | None = Field(None, title="总体评估")
    guidance: Annotated[list[c.FirstGuidance], Several()] | None = Field(None, title="保健指导")
    guidance_note: Line | None = Field(None, title="其他保健指导")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        reason = "must be left out if last_period_on is given"
        known = self.last_period_on is not None and self.last_period_unknown
        yield from only_with(self, not known, reason, "last_period_unknown")

    def oddities(self) -> Iterator[FieldProblem]:
        if body := self.examination:
            yield from bmi_oddity("/examination/bmi", body.bmi, body.height, body.weight)


class AntenatalFollowUp(Visit):
    """第2～5次产前随访服务记录表."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "guidance_note": ("guidance", c.AntenatalGuidance.OTHER)
    }

    visit: c.AntenatalVisit | None = Field(None, title="次数")
    contact: c.AntenatalContact | None = Field(None, title="随访／督促")
    gestation: Gestation | None = Field(None, title="孕周")
    complaint: Prose | None = Field(None, title="主诉")
    weight: m.Weight | None = Field(None, title="体重")
    fundal_height: m.FundalHeight | None = Field(None, title="宫底高度")
    abdominal_girth: m.Waist | None = Field(None, title="腹围")
    fetal_position: Line | None = Field(None, title="胎位")
    fetal_heart_rate: m.FetalHeartRate | None = Field(None, title="胎心率")
    blood_pressure: BloodPressure | None = Field(None, title="血压")
    haemoglobin: m.Haemoglobin | None = Field(None, title="血红蛋白")
    urine_protein: DipStick | None = Field(None, title="尿蛋白")
    other_tests: Prose | None = Field(None, title="其他辅助检查")
    classification: Inspected | None = Field(None, title="分类")
    guidance: Annotated[list[c.AntenatalGuidance], Several()] | None = Field(None, title="指导")
    guidance_note: Line | None = Field(None, title="其他指导")
