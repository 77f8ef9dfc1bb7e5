"""健康体检表·辅助检查: laboratory and auxiliary examinations."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import measures as m
from domain.forms.codes import TestResult
from domain.forms.examination_physical import Examined
from domain.forms.model import Block, Breach, Line, Prose
from domain.scalars import Pattern

# Dip-stick readings as laboratories write them; the form leaves a blank line, not a list.
DipStick = Annotated[
    str, Pattern("dip-stick", r"-|±|\+{1,4}|[1-4]\+", "a dip-stick reading: -, ±, + to ++++ or 1+ to 4+")
]


class BloodCount(Block):
    """血常规."""

    haemoglobin: m.Haemoglobin | None = Field(None, title="血红蛋白")
    leukocytes: m.BloodCells | None = Field(None, title="白细胞")
    platelets: m.Platelets | None = Field(None, title="血小板")
    other: Line | None = Field(None, title="其他")


class Urine(Block):
    """尿常规."""

    protein: DipStick | None = Field(None, title="尿蛋白")
    sugar: DipStick | None = Field(None, title="尿糖")
    ketones: DipStick | None = Field(None, title="尿酮体")
    occult_blood: DipStick | None = Field(None, title="尿潜血")
    other: Line | None = Field(None, title="其他")


class Liver(Block):
    """肝功能."""

    alt: m.Enzyme | None = Field(None, title="血清谷丙转氨酶")
    ast: m.Enzyme | None = Field(None, title="血清谷草转氨酶")
    albumin: m.Albumin | None = Field(None, title="白蛋白")
    total_bilirubin: m.Bilirubin | None = Field(None, title="总胆红素")
    direct_bilirubin: m.Bilirubin | None = Field(None, title="结合胆红素")


class Renal(Block):
    """肾功能."""

    creatinine: m.Creatinine | None = Field(None, title="血清肌酐")
    urea: m.Urea | None = Field(None, title="血尿素")
    potassium: m.Potassium | None = Field(None, title="血钾浓度")
    sodium: m.Sodium | None = Field(None, title="血钠浓度")


class Lipids(Block):
    """血脂."""

    total_cholesterol: m.Lipid | None = Field(None, title="总胆固醇")
    triglycerides: m.Lipid | None = Field(None, title="甘油三酯")
    ldl: m.Lipid | None = Field(None, title="血清低密度脂蛋白胆固醇")
    hdl: m.Lipid | None = Field(None, title="血清高密度脂蛋白胆固醇")


class Tests(Block):
    """辅助检查. Fasting glucose is written in one of the two units of the form, as the laboratory gave it."""

    rules: ClassVar[tuple[str, ...]] = ("fasting_glucose and fasting_glucose_mg_dl exclude each other",)

    blood: BloodCount | None = Field(None, title="血常规")
    urine: Urine | None = Field(None, title="尿常规")
    fasting_glucose: m.Glucose | None = Field(None, title="空腹血糖")
    fasting_glucose_mg_dl: m.GlucoseMass | None = Field(None, title="空腹血糖（mg/dL）")
    ecg: Examined | None = Field(None, title="心电图")
    urine_microalbumin: m.UrineMicroalbumin | None = Field(None, title="尿微量白蛋白")
    stool_occult_blood: TestResult | None = Field(None, title="大便潜血")
    hba1c: m.Hba1c | None = Field(None, title="糖化血红蛋白")
    hbsag: TestResult | None = Field(None, title="乙型肝炎表面抗原")
    liver: Liver | None = Field(None, title="肝功能")
    renal: Renal | None = Field(None, title="肾功能")
    lipids: Lipids | None = Field(None, title="血脂")
    chest_xray: Examined | None = Field(None, title="胸部X线片")
    abdominal_ultrasound: Examined | None = Field(None, title="腹部B超")
    other_ultrasound: Examined | None = Field(None, title="其他B超")
    cervical_smear: Examined | None = Field(None, title="宫颈涂片")
    other: Prose | None = Field(None, title="其他")

    def breaches(self) -> Iterator[Breach]:
        if self.fasting_glucose is not None and self.fasting_glucose_mg_dl is not None:
            yield "/fasting_glucose_mg_dl", "must be left out if fasting_glucose is given"
