"""2型糖尿病患者随访服务记录表 (type 2 diabetes follow-up), edition 2017."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms import measures as m
from domain.forms.codes import OPTIONS
from domain.forms.follow_up import FollowUp, Lifestyle, Signs, bmi_oddity, target_oddities
from domain.forms.lists import Several
from domain.forms.model import Block, Code, Line, PartialDate, Prose


class DiabetesSymptom(Code, value_set=OPTIONS):
    NONE = "none", "无症状", "1"
    POLYDIPSIA = "polydipsia", "多饮", "2"
    POLYPHAGIA = "polyphagia", "多食", "3"
    POLYURIA = "polyuria", "多尿", "4"
    BLURRED_VISION = "blurred-vision", "视力模糊", "5"
    INFECTION = "infection", "感染", "6"
    NUMB_HANDS_OR_FEET = "numb-hands-or-feet", "手脚麻木", "7"
    LEG_OEDEMA = "leg-oedema", "下肢浮肿", "8"
    MARKED_WEIGHT_LOSS = "marked-weight-loss", "体重明显下降", "9"
    OTHER = "other", "其他"


class FootPulse(Code, value_set=OPTIONS):
    NORMAL = "normal", "触及正常", "1"
    WEAKENED_BOTH = "weakened-both", "减弱（双侧）", "2"
    WEAKENED_LEFT = "weakened-left", "减弱（左侧）", "2"
    WEAKENED_RIGHT = "weakened-right", "减弱（右侧）", "2"
    ABSENT_BOTH = "absent-both", "消失（双侧）", "3"
    ABSENT_LEFT = "absent-left", "消失（左侧）", "3"
    ABSENT_RIGHT = "absent-right", "消失（右侧）", "3"


class Hypoglycaemia(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    OCCASIONAL = "occasional", "偶尔", "2"
    FREQUENT = "frequent", "频繁", "3"


class DiabetesSigns(Signs):
    """体征, with the dorsalis pedis pulse (足背动脉搏动)."""

    foot_pulse: FootPulse | None = Field(None, title="足背动脉搏动")


class DiabetesLifestyle(Lifestyle):
    """生活方式指导, with staple food (主食)."""

    staple_food: m.StapleFood | None = Field(None, title="主食")
    target_staple_food: m.StapleFood | None = Field(None, title="下次随访目标主食")


class GlucoseTests(Block):
    """辅助检查: blood glucose and glycated haemoglobin."""

    fasting_glucose: m.Glucose | None = Field(None, title="空腹血糖值")
    postprandial_glucose: m.Glucose | None = Field(None, title="餐后2小时血糖值")
    random_glucose: m.Glucose | None = Field(None, title="随机血糖值")
    hba1c: m.Hba1c | None = Field(None, title="糖化血红蛋白")
    hba1c_on: PartialDate | None = Field(None, title="糖化血红蛋白检查日期")
    other: Prose | None = Field(None, title="其他检查")


class Insulin(Block):
    """胰岛素."""

    kind: Line = Field(title="胰岛素种类")
    usage: Line | None = Field(None, title="用法和用量")


class DiabetesFollowUp(FollowUp):
    """2型糖尿病患者随访服务记录表."""

    symptoms: Annotated[list[DiabetesSymptom], Several(alone="none")] | None = Field(None, title="症状")
    signs: DiabetesSigns | None = Field(None, title="体征")
    lifestyle: DiabetesLifestyle | None = Field(None, title="生活方式指导")
    tests: GlucoseTests | None = Field(None, title="辅助检查")
    hypoglycaemia: Hypoglycaemia | None = Field(None, title="低血糖反应")
    insulin: Insulin | None = Field(None, title="胰岛素")

    def oddities(self) -> Iterator[FieldProblem]:
        if self.signs:
            yield from bmi_oddity("/signs/bmi", self.signs.bmi, self.signs.height, self.signs.weight)
        yield from target_oddities("/signs", self.signs)
        yield from target_oddities("/lifestyle", self.lifestyle)
