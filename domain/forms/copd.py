"""慢性阻塞性肺疾病患者随访服务记录表 (COPD follow-up), edition 2024.

The service joined the national programme with the notice of 2024-09-13, whose text was not at hand when this
was written: the fields are what the follow-up of COPD records in general (mMRC, CAT, lung function, acute
exacerbations, inhaler technique, oxygen, vaccines), with the frame of the other chronic-disease follow-ups.
Its codes therefore have no option numbers.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms import measures as m
from domain.forms.codes import OWN, Presence
from domain.forms.follow_up import FollowUp, Lifestyle, Signs, bmi_oddity, target_oddities
from domain.forms.lists import Several
from domain.forms.model import Block, Breach, Choices, Code, Date, Flag, Line, PartialDate, Prose
from domain.scalars import Count, Quantity

OBSTRUCTED = Decimal(70)  # FEV1/FVC in %, after a bronchodilator, below which airflow is limited (GOLD)

Score40 = Annotated[int, Count("points", 0, 40)]
Litres = Annotated[str, Quantity("L", "0.1", "10", 2)]
Predicted = Annotated[str, Quantity("%", "5", "200", 1)]
Saturation = Annotated[int, Count("%", 30, 100)]


class CopdSymptom(Code, value_set=OWN):
    NONE = "none", "无症状"
    COUGH = "cough", "咳嗽"
    SPUTUM = "sputum", "咳痰"
    PURULENT_SPUTUM = "purulent-sputum", "脓性痰"
    DYSPNOEA = "dyspnoea", "呼吸困难"
    WHEEZE = "wheeze", "喘息"
    CHEST_TIGHTNESS = "chest-tightness", "胸闷"
    FEVER = "fever", "发热"
    HAEMOPTYSIS = "haemoptysis", "咯血"
    LEG_OEDEMA = "leg-oedema", "下肢水肿"
    WEIGHT_LOSS = "weight-loss", "体重下降"
    DROWSINESS = "drowsiness", "嗜睡或意识改变"
    OTHER = "other", "其他"


class Dyspnoea(Code, value_set="mMRC"):
    """改良版英国医学研究委员会呼吸困难量表."""

    GRADE_0 = "grade-0", "剧烈活动时气促", "0"
    GRADE_1 = "grade-1", "平地快走或上缓坡时气促", "1"
    GRADE_2 = "grade-2", "平地行走慢于同龄人或需停下休息", "2"
    GRADE_3 = "grade-3", "平地行走100米或数分钟后需停下喘气", "3"
    GRADE_4 = "grade-4", "因气促不能出门，或穿脱衣服时气促", "4"


class InhalerUse(Code, value_set=OWN):
    CORRECT = "correct", "正确"
    PARTLY_CORRECT = "partly-correct", "部分正确"
    INCORRECT = "incorrect", "不正确"
    NOT_USED = "not-used", "未使用吸入装置"


class Rehabilitation(Code, value_set=OWN):
    NONE = "none", "未进行"
    BREATHING = "breathing", "呼吸训练"
    WALKING = "walking", "步行等运动训练"
    SPUTUM_CLEARANCE = "sputum-clearance", "排痰训练"
    NUTRITION = "nutrition", "营养支持"
    OTHER = "other", "其他"


class CopdSigns(Signs):
    """体征, with breathing and oxygen saturation."""

    respiration: m.Respiration | None = Field(None, title="呼吸频率")
    oxygen_saturation: Saturation | None = Field(None, title="指脉氧饱和度")
    on_oxygen: Flag | None = Field(None, title="是否吸氧状态下测量")
    cyanosis: Presence | None = Field(None, title="口唇发绀")
    rales: Presence | None = Field(None, title="肺部啰音")


class CopdLifestyle(Lifestyle):
    """生活方式指导, with what is breathed in."""

    second_hand_smoke: Presence | None = Field(None, title="二手烟暴露")
    biomass_smoke: Presence | None = Field(None, title="生物燃料烟雾暴露")
    dust: Presence | None = Field(None, title="职业粉尘暴露")


class LungFunction(Block):
    """肺功能."""

    rules: ClassVar[tuple[str, ...]] = ("fev1 is at most fvc",)

    tested_on: PartialDate | None = Field(None, title="检查日期")
    after_bronchodilator: Flag | None = Field(None, title="是否吸入支气管舒张剂后")
    fev1: Litres | None = Field(None, title="FEV1")
    fvc: Litres | None = Field(None, title="FVC")
    ratio: m.Percentage | None = Field(None, title="FEV1/FVC")
    fev1_predicted: Predicted | None = Field(None, title="FEV1占预计值百分比")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        if self.fev1 and self.fvc and Decimal(self.fev1) > Decimal(self.fvc):
            yield "/fev1", "must not be above fvc"

    def oddities(self) -> Iterator[FieldProblem]:
        if self.after_bronchodilator and self.ratio and Decimal(self.ratio) >= OBSTRUCTED:
            reason = "is no airflow limitation: look at the diagnosis again"
            yield {"field": "/lung_function/ratio", "reason": reason}


class Exacerbations(Block):
    """急性加重 since the last follow-up."""

    rules: ClassVar[tuple[str, ...]] = ("hospital_stays is at most times",)

    times: m.Times = Field(title="急性加重次数")
    hospital_stays: m.Times | None = Field(None, title="其中住院次数")
    latest_on: PartialDate | None = Field(None, title="最近一次日期")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        if self.hospital_stays is not None and self.hospital_stays > self.times:
            yield "/hospital_stays", "must not be above times"


class CopdFollowUp(FollowUp):
    """慢性阻塞性肺疾病患者随访服务记录表."""

    needs: ClassVar[Choices] = {"rehabilitation_note": ("rehabilitation", Rehabilitation.OTHER)}

    symptoms: Annotated[list[CopdSymptom], Several(alone="none")] | None = Field(None, title="症状")
    dyspnoea: Dyspnoea | None = Field(None, title="呼吸困难分级（mMRC）")
    cat_score: Score40 | None = Field(None, title="CAT评分")
    exacerbations: Exacerbations | None = Field(None, title="急性加重")
    signs: CopdSigns | None = Field(None, title="体征")
    lifestyle: CopdLifestyle | None = Field(None, title="生活方式指导")
    lung_function: LungFunction | None = Field(None, title="肺功能")
    auxiliary_exams: Prose | None = Field(None, title="其他辅助检查")
    inhaler_use: InhalerUse | None = Field(None, title="吸入装置使用")
    home_oxygen: m.Hours | None = Field(None, title="家庭氧疗时间")
    influenza_vaccine_on: PartialDate | None = Field(None, title="流感疫苗接种日期")
    pneumococcal_vaccine_on: PartialDate | None = Field(None, title="肺炎球菌疫苗接种日期")
    rehabilitation: Annotated[list[Rehabilitation], Several(alone="none")] | None = Field(
        None, title="肺康复"
    )
    rehabilitation_note: Line | None = Field(None, title="其他肺康复")
    lung_function_due_on: Date | None = Field(None, title="下次肺功能检查日期")

    def oddities(self) -> Iterator[FieldProblem]:
        if self.signs:
            yield from bmi_oddity("/signs/bmi", self.signs.bmi, self.signs.height, self.signs.weight)
        if self.lung_function:
            yield from self.lung_function.oddities()
        yield from target_oddities("/signs", self.signs)
        yield from target_oddities("/lifestyle", self.lifestyle)
