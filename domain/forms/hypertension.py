"""高血压患者随访服务记录表 (hypertension follow-up), edition 2017."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms.codes import OPTIONS, Salt
from domain.forms.follow_up import FollowUp, Lifestyle, Signs, bmi_oddity, target_oddities
from domain.forms.lists import Several
from domain.forms.model import Code, Prose


class HypertensionSymptom(Code, value_set=OPTIONS):
    NONE = "none", "无症状", "1"
    HEADACHE_OR_DIZZINESS = "headache-or-dizziness", "头痛头晕", "2"
    NAUSEA_OR_VOMITING = "nausea-or-vomiting", "恶心呕吐", "3"
    BLURRED_VISION_OR_TINNITUS = "blurred-vision-or-tinnitus", "眼花耳鸣", "4"
    DYSPNOEA = "dyspnoea", "呼吸困难", "5"
    PALPITATION_OR_CHEST_TIGHTNESS = "palpitation-or-chest-tightness", "心悸胸闷", "6"
    NOSEBLEED = "nosebleed", "鼻衄出血不止", "7"
    NUMB_LIMBS = "numb-limbs", "四肢发麻", "8"
    LEG_OEDEMA = "leg-oedema", "下肢水肿", "9"
    OTHER = "other", "其他"


class HypertensionLifestyle(Lifestyle):
    """生活方式指导, with salt (摄盐情况)."""

    salt: Salt | None = Field(None, title="摄盐情况")
    target_salt: Salt | None = Field(None, title="下次随访目标摄盐情况")


class HypertensionFollowUp(FollowUp):
    """高血压患者随访服务记录表."""

    symptoms: Annotated[list[HypertensionSymptom], Several(alone="none")] | None = Field(None, title="症状")
    signs: Signs | None = Field(None, title="体征")
    lifestyle: HypertensionLifestyle | None = Field(None, title="生活方式指导")
    auxiliary_exams: Prose | None = Field(None, title="辅助检查")

    def oddities(self) -> Iterator[FieldProblem]:
        if self.signs:
            yield from bmi_oddity("/signs/bmi", self.signs.bmi, self.signs.height, self.signs.weight)
        yield from target_oddities("/signs", self.signs)
        yield from target_oddities("/lifestyle", self.lifestyle)
