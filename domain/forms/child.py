"""儿童健康检查记录表 (examinations of children) at 1～8 and 12～30 months and 3～6 years, edition 2017.

Each form has a column per age; `age` names the column. What a column leaves out may be filled all the same,
except that a warning sign of development belongs to its age.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import child_codes as c
from domain.forms import measures as m
from domain.forms.child_development import (
    ASKED_AT,
    InfantAge,
    InfantSign,
    PreschoolAge,
    PreschoolSign,
    ToddlerAge,
    ToddlerSign,
)
from domain.forms.examination_physical import Vision
from domain.forms.lists import Several
from domain.forms.model import Block, Breach, Code, Line, only_with
from domain.forms.visit import Inspected, Screened, Visit

SIGN_RULE = "development names only signs asked at the age"


class Growth(Block):
    """体重与身长（身高）, each with its place in the growth reference."""

    weight: m.Weight | None = Field(None, title="体重")
    weight_level: c.Level | None = Field(None, title="体重（上中下）")
    height: m.Height | None = Field(None, title="身长（身高）")
    height_level: c.Level | None = Field(None, title="身长（身高，上中下）")


class InfantGrowth(Growth):
    """体重、身长、头围."""

    head_circumference: m.HeadCircumference | None = Field(None, title="头围")


class PreschoolGrowth(Growth):
    """体重、身高、体重/身高、体格发育评价."""

    weight_for_height_level: c.Level | None = Field(None, title="体重/身高（上中下）")
    evaluation: Annotated[list[c.PhysicalDevelopment], Several(alone="normal")] | None = Field(
        None, title="体格发育评价"
    )


class Fontanelle(Block):
    """前囟."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "across": ("state", c.Fontanelle.OPEN),
        "along": ("state", c.Fontanelle.OPEN),
    }

    state: c.Fontanelle = Field(title="前囟")
    across: m.Fontanelle | None = Field(None, title="前囟（横）")
    along: m.Fontanelle | None = Field(None, title="前囟（纵）")


class Examination(Block):
    """体格检查 at every age."""

    hearing: Screened | None = Field(None, title="听力")
    teeth: m.Teeth | None = Field(None, title="出牙数（牙数）")
    chest: Inspected | None = Field(None, title="胸部")
    abdomen: Inspected | None = Field(None, title="腹部")
    haemoglobin: m.Haemoglobin | None = Field(None, title="血红蛋白值")


class EarlyExamination(Examination):
    """体格检查 below 3 years of age."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"complexion_note": ("complexion", c.Complexion.OTHER)}

    complexion: c.Complexion | None = Field(None, title="面色")
    complexion_note: Line | None = Field(None, title="其他面色")
    skin: Inspected | None = Field(None, title="皮肤")
    fontanelle: Fontanelle | None = Field(None, title="前囟")
    eyes: Inspected | None = Field(None, title="眼睛")
    ears: Inspected | None = Field(None, title="耳（外观）")
    limbs: Inspected | None = Field(None, title="四肢")


class InfantExamination(EarlyExamination):
    """体格检查 at 1 to 8 months: `cord` is asked in the first month, `navel` at 3 months."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"cord_note": ("cord", c.UmbilicalCord.OTHER)}

    neck_mass: c.NeckMass | None = Field(None, title="颈部包块")
    mouth: Inspected | None = Field(None, title="口腔")
    cord: Annotated[list[c.UmbilicalCord], Several()] | None = Field(None, title="脐部（满月）")
    cord_note: Line | None = Field(None, title="其他脐部")
    navel: Inspected | None = Field(None, title="脐部（3月龄）")
    rickets_symptoms: Annotated[list[c.RicketsSymptom], Several(alone="none")] | None = Field(
        None, title="可疑佝偻病症状"
    )
    rickets_signs: Annotated[list[c.InfantRicketsSign], Several(alone="none")] | None = Field(
        None, title="可疑佝偻病体征"
    )
    anus_and_genitals: Inspected | None = Field(None, title="肛门/外生殖器")


class ToddlerExamination(EarlyExamination):
    """体格检查 at 12 to 30 months."""

    carious_teeth: m.Teeth | None = Field(None, title="龋齿数")
    gait: Inspected | None = Field(None, title="步态")
    rickets_signs: Annotated[list[c.ToddlerRicketsSign], Several(alone="none")] | None = Field(
        None, title="可疑佝偻病体征"
    )


class PreschoolExamination(Examination):
    """体格检查 at 3 to 6 years."""

    vision: Vision | None = Field(None, title="视力")
    carious_teeth: m.Teeth | None = Field(None, title="龋齿数")
    other: Line | None = Field(None, title="其他")


class Illnesses(Block):
    """两次随访间患病情况."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "pneumonia_times": ("kinds", c.Illness.PNEUMONIA),
        "diarrhoea_times": ("kinds", c.Illness.DIARRHOEA),
        "injury_times": ("kinds", c.Illness.INJURY),
        "other": ("kinds", c.Illness.OTHER),
    }

    kinds: Annotated[list[c.Illness], Several(alone="none")] = Field(title="患病情况")
    pneumonia_times: m.Times | None = Field(None, title="肺炎次数")
    diarrhoea_times: m.Times | None = Field(None, title="腹泻次数")
    injury_times: m.Times | None = Field(None, title="外伤次数")
    other: Line | None = Field(None, title="其他")


class ChildExamination(Visit):
    """What the three forms share."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"guidance_note": ("guidance", c.ChildGuidance.OTHER)}

    illnesses: Illnesses | None = Field(None, title="两次随访间患病情况")
    other: Line | None = Field(None, title="其他")
    guidance: Annotated[list[c.ChildGuidance], Several()] | None = Field(None, title="指导")
    guidance_note: Line | None = Field(None, title="其他指导")


class EarlyChildExamination(ChildExamination):
    """What the two forms below 3 years of age share."""

    outdoors: m.Hours | None = Field(None, title="户外活动")
    vitamin_d: m.VitaminD | None = Field(None, title="服用维生素D")


def _signs_of_age(block: Block, age: Code, signs: Sequence[Code] | None) -> Iterator[Breach]:
    """A breach if a sign is named that the form asks at another age."""
    fits = all(ASKED_AT.get(sign, age) is age for sign in signs or ())
    yield from only_with(block, fits, "must name only signs asked at the age", "development")


class InfantHealthExamination(EarlyChildExamination):
    """1～8月龄儿童健康检查记录表."""

    rules: ClassVar[tuple[str, ...]] = (SIGN_RULE,)

    age: InfantAge = Field(title="月龄")
    growth: InfantGrowth | None = Field(None, title="生长")
    examination: InfantExamination | None = Field(None, title="体格检查")
    development: Annotated[list[InfantSign], Several(alone="none")] | None = Field(None, title="发育评估")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        yield from _signs_of_age(self, self.age, self.development)


class ToddlerHealthExamination(EarlyChildExamination):
    """12～30月龄儿童健康检查记录表."""

    rules: ClassVar[tuple[str, ...]] = (SIGN_RULE,)

    age: ToddlerAge = Field(title="月龄")
    growth: Growth | None = Field(None, title="生长")
    examination: ToddlerExamination | None = Field(None, title="体格检查")
    development: Annotated[list[ToddlerSign], Several(alone="none")] | None = Field(None, title="发育评估")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        yield from _signs_of_age(self, self.age, self.development)


class PreschoolHealthExamination(ChildExamination):
    """3～6岁儿童健康检查记录表."""

    rules: ClassVar[tuple[str, ...]] = (SIGN_RULE,)

    age: PreschoolAge = Field(title="年龄")
    growth: PreschoolGrowth | None = Field(None, title="生长")
    examination: PreschoolExamination | None = Field(None, title="体格检查")
    development: Annotated[list[PreschoolSign], Several(alone="none")] | None = Field(None, title="发育评估")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        yield from _signs_of_age(self, self.age, self.development)
