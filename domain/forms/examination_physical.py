"""健康体检表·脏器功能、查体: organ function and physical examination."""

from typing import Annotated

from pydantic import Field

from domain.forms import examination_codes as c
from domain.forms import measures as m
from domain.forms.codes import Finding, Presence
from domain.forms.lists import Several
from domain.forms.model import Block, Flag, Line


class Examined(Block):
    """正常／异常, with a note."""

    result: Finding = Field(title="结果")
    note: Line | None = Field(None, title="说明")


class Present(Block):
    """无／有, with a note."""

    result: Presence = Field(title="结果")
    note: Line | None = Field(None, title="说明")


class Mouth(Block):
    """口腔."""

    lips: c.Lips | None = Field(None, title="口唇")
    dentition: Annotated[list[c.Dentition], Several(alone="normal")] | None = Field(None, title="齿列")
    dentition_note: Line | None = Field(None, title="齿列说明")
    pharynx: c.Pharynx | None = Field(None, title="咽部")


class Vision(Block):
    """视力."""

    left: m.VisualAcuity | None = Field(None, title="左眼")
    right: m.VisualAcuity | None = Field(None, title="右眼")
    corrected_left: m.VisualAcuity | None = Field(None, title="矫正视力左眼")
    corrected_right: m.VisualAcuity | None = Field(None, title="矫正视力右眼")


class OrganFunction(Block):
    """脏器功能."""

    mouth: Mouth | None = Field(None, title="口腔")
    vision: Vision | None = Field(None, title="视力")
    hearing: c.Hearing | None = Field(None, title="听力")
    motion: c.Motion | None = Field(None, title="运动功能")


class Lungs(Block):
    """肺."""

    barrel_chest: Flag | None = Field(None, title="桶状胸")
    breath_sounds: Examined | None = Field(None, title="呼吸音")
    rales: c.Rales | None = Field(None, title="罗音")
    rales_note: Line | None = Field(None, title="罗音说明")


class HeartExam(Block):
    """心脏."""

    rate: m.HeartRate | None = Field(None, title="心率")
    rhythm: c.Rhythm | None = Field(None, title="心律")
    murmur: Present | None = Field(None, title="杂音")


class Abdomen(Block):
    """腹部."""

    tenderness: Present | None = Field(None, title="压痛")
    mass: Present | None = Field(None, title="包块")
    large_liver: Present | None = Field(None, title="肝大")
    large_spleen: Present | None = Field(None, title="脾大")
    shifting_dullness: Present | None = Field(None, title="移动性浊音")


class Gynaecology(Block):
    """妇科."""

    vulva: Examined | None = Field(None, title="外阴")
    vagina: Examined | None = Field(None, title="阴道")
    cervix: Examined | None = Field(None, title="宫颈")
    uterus: Examined | None = Field(None, title="宫体")
    adnexa: Examined | None = Field(None, title="附件")


class Physical(Block):
    """查体."""

    fundus: Examined | None = Field(None, title="眼底")
    skin: c.Skin | None = Field(None, title="皮肤")
    skin_note: Line | None = Field(None, title="皮肤说明")
    sclera: c.Sclera | None = Field(None, title="巩膜")
    sclera_note: Line | None = Field(None, title="巩膜说明")
    lymph_nodes: c.LymphNodes | None = Field(None, title="淋巴结")
    lymph_nodes_note: Line | None = Field(None, title="淋巴结说明")
    lungs: Lungs | None = Field(None, title="肺")
    heart: HeartExam | None = Field(None, title="心脏")
    abdomen: Abdomen | None = Field(None, title="腹部")
    leg_oedema: c.LegOedema | None = Field(None, title="下肢水肿")
    dorsalis_pedis: c.DorsalisPedis | None = Field(None, title="足背动脉搏动")
    rectal_exam: c.RectalExam | None = Field(None, title="肛门指诊")
    rectal_exam_note: Line | None = Field(None, title="肛门指诊说明")
    breasts: Annotated[list[c.Breast], Several(alone="normal")] | None = Field(None, title="乳腺")
    breasts_note: Line | None = Field(None, title="乳腺说明")
    gynaecology: Gynaecology | None = Field(None, title="妇科")
    other: Line | None = Field(None, title="其他")
