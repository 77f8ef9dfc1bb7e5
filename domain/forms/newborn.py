"""新生儿家庭访视记录表 (newborn home visit), edition 2017: the child, its birth, feeding and examination.

For a child under seven it stands in the place of the personal basic information form.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import child_codes as c
from domain.forms import measures as m
from domain.forms.basic_information import CitizenNumber, disagreements
from domain.forms.codes import Presence, Sex
from domain.forms.examination_physical import Present
from domain.forms.lists import Several
from domain.forms.model import Block, Breach, Code, Flag, Line, Name, PartialDate, Phone, only_with
from domain.forms.visit import Inspected, Visit


class Parent(Block):
    """父亲 or 母亲."""

    name: Name | None = Field(None, title="姓名")
    occupation: Line | None = Field(None, title="职业")
    phone: Phone | None = Field(None, title="联系电话")
    birth_date: PartialDate | None = Field(None, title="出生日期")


class Asphyxia(Block):
    """新生儿窒息, with the Apgar scores; `apgar_unknown` stands for 不详."""

    rules: ClassVar[tuple[str, ...]] = ("apgar_unknown excludes the scores",)
    result: Presence = Field(title="新生儿窒息")
    apgar_1_minute: m.Apgar | None = Field(None, title="Apgar评分（1分钟）")
    apgar_5_minutes: m.Apgar | None = Field(None, title="Apgar评分（5分钟）")
    apgar_unknown: Flag | None = Field(None, title="Apgar评分不详")

    def breaches(self) -> Iterator[Breach]:
        reason = "must be left out if a score is given"
        unscored = self.apgar_1_minute is None and self.apgar_5_minutes is None
        yield from only_with(self, unscored or not self.apgar_unknown, reason, "apgar_unknown")


class Birth(Block):
    """出生情况 and the screenings after it."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "mother_illness_note": ("mother_illnesses", c.MotherIllness.OTHER),
        "delivery_note": ("delivery", c.Delivery.OTHER),
        "disease_screening_note": ("disease_screening", c.DiseaseScreening.OTHER),
    }

    gestation_weeks: m.GestationWeeks | None = Field(None, title="出生孕周")
    mother_illnesses: Annotated[list[c.MotherIllness], Several(alone="none")] | None = Field(
        None, title="母亲妊娠期患病情况"
    )
    mother_illness_note: Line | None = Field(None, title="母亲妊娠期其他患病情况")
    institution: Line | None = Field(None, title="助产机构名称")
    delivery: Annotated[list[c.Delivery], Several()] | None = Field(None, title="出生情况")
    delivery_note: Line | None = Field(None, title="其他出生情况")
    asphyxia: Asphyxia | None = Field(None, title="新生儿窒息")
    malformation: Present | None = Field(None, title="畸形")
    hearing_screening: c.HearingScreening | None = Field(None, title="新生儿听力筛查")
    disease_screening: Annotated[list[c.DiseaseScreening], Several(alone="not-done")] | None = Field(
        None, title="新生儿疾病筛查"
    )
    disease_screening_note: Line | None = Field(None, title="其他遗传代谢病")
    weight: m.Weight | None = Field(None, title="新生儿出生体重")
    length: m.Height | None = Field(None, title="出生身长")


class NewbornFeeding(Block):
    """喂养与大便."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"stool_note": ("stool", c.Stool.OTHER)}

    mode: c.Feeding | None = Field(None, title="喂养方式")
    milk_per_feed: m.MilkPerFeed | None = Field(None, title="吃奶量")
    feeds_per_day: m.TimesPerDay | None = Field(None, title="吃奶次数")
    vomiting: Presence | None = Field(None, title="呕吐")
    stool: c.Stool | None = Field(None, title="大便")
    stool_note: Line | None = Field(None, title="其他大便")
    stools_per_day: m.TimesPerDay | None = Field(None, title="大便次数")


class NewbornExamination(Block):
    """体格检查."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "complexion_note": ("complexion", c.Complexion.OTHER),
        "fontanelle_note": ("fontanelle", c.NewbornFontanelle.OTHER),
        "skin_note": ("skin", c.NewbornSkin.OTHER),
        "cord_note": ("cord", c.UmbilicalCord.OTHER),
    }

    weight: m.Weight | None = Field(None, title="目前体重")
    temperature: m.Temperature | None = Field(None, title="体温")
    heart_rate: m.HeartRate | None = Field(None, title="心率")
    respiration: m.Respiration | None = Field(None, title="呼吸频率")
    complexion: c.Complexion | None = Field(None, title="面色")
    complexion_note: Line | None = Field(None, title="其他面色")
    jaundice: Annotated[list[c.Jaundice], Several(alone="none")] | None = Field(None, title="黄疸部位")
    fontanelle_across: m.Fontanelle | None = Field(None, title="前囟（横）")
    fontanelle_along: m.Fontanelle | None = Field(None, title="前囟（纵）")
    fontanelle: c.NewbornFontanelle | None = Field(None, title="前囟")
    fontanelle_note: Line | None = Field(None, title="其他前囟")
    eyes: Inspected | None = Field(None, title="眼睛")
    limbs: Inspected | None = Field(None, title="四肢活动度")
    ears: Inspected | None = Field(None, title="耳外观")
    neck_mass: Present | None = Field(None, title="颈部包块")
    nose: Inspected | None = Field(None, title="鼻")
    skin: Annotated[list[c.NewbornSkin], Several(alone="unremarkable")] | None = Field(None, title="皮肤")
    skin_note: Line | None = Field(None, title="其他皮肤")
    mouth: Inspected | None = Field(None, title="口腔")
    anus: Inspected | None = Field(None, title="肛门")
    heart_and_lungs: Inspected | None = Field(None, title="心肺听诊")
    chest: Inspected | None = Field(None, title="胸部")
    abdomen: Inspected | None = Field(None, title="腹部触诊")
    spine: Inspected | None = Field(None, title="脊柱")
    genitals: Inspected | None = Field(None, title="外生殖器")
    cord: Annotated[list[c.UmbilicalCord], Several()] | None = Field(None, title="脐带")
    cord_note: Line | None = Field(None, title="其他脐带")


class NewbornHomeVisit(Visit):
    """新生儿家庭访视记录表."""

    rules: ClassVar[tuple[str, ...]] = (
        "at least one field is filled",
        "identity_number agrees with birth_date and sex",
    )
    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"guidance_note": ("guidance", c.NewbornGuidance.OTHER)}

    name: Name | None = Field(None, title="姓名")
    sex: Sex | None = Field(None, title="性别")
    birth_date: PartialDate | None = Field(None, title="出生日期")
    identity_number: CitizenNumber | None = Field(None, title="身份证号")
    address: Line | None = Field(None, title="家庭住址")
    father: Parent | None = Field(None, title="父亲")
    mother: Parent | None = Field(None, title="母亲")
    birth: Birth | None = Field(None, title="出生情况")
    feeding: NewbornFeeding | None = Field(None, title="喂养")
    examination: NewbornExamination | None = Field(None, title="体格检查")
    guidance: Annotated[list[c.NewbornGuidance], Several()] | None = Field(None, title="指导")
    guidance_note: Line | None = Field(None, title="其他指导")
    next_place: Line | None = Field(None, title="下次随访地点")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        yield from disagreements(self.identity_number, self.birth_date, self.sex)
