"""健康教育 (health education) given to one resident, alone or at a meeting."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import measures as m
from domain.forms.codes import OWN
from domain.forms.lists import Several
from domain.forms.model import Choices, Code, Filled, Line, Name, Prose


class Topic(Code, value_set=OWN):
    HEALTH_LITERACY = "health-literacy", "健康素养"
    LIFESTYLE = "lifestyle", "合理膳食、运动、戒烟限酒与心理"
    CHRONIC_ILLNESS = "chronic-illness", "慢性病防治"
    INFECTIOUS_DISEASE = "infectious-disease", "传染病防治"
    MOTHER_AND_CHILD = "mother-and-child", "妇幼保健"
    ELDERLY = "elderly", "老年保健"
    MENTAL_HEALTH = "mental-health", "精神卫生"
    SAFE_MEDICATION = "safe-medication", "合理用药"
    INJURY_AND_FIRST_AID = "injury-and-first-aid", "伤害预防与急救"
    TCM = "tcm", "中医养生保健"
    OTHER = "other", "其他"


class EducationMode(Code, value_set=OWN):
    INDIVIDUAL = "individual", "个体指导"
    LECTURE = "lecture", "健康讲座"
    CONSULTATION_EVENT = "consultation-event", "咨询活动"
    PRINTED = "printed", "发放资料"
    AUDIOVISUAL = "audiovisual", "音像资料"
    ONLINE = "online", "网络推送"


class HealthEducation(Filled):
    """健康教育 of one resident."""

    asks: ClassVar[Choices] = {"content": ("topics", Topic.OTHER)}

    topics: Annotated[list[Topic], Several()] | None = Field(None, title="主题")
    mode: EducationMode | None = Field(None, title="形式")
    content: Prose | None = Field(None, title="内容")
    materials: Line | None = Field(None, title="资料名称")
    minutes: m.Minutes | None = Field(None, title="时长")
    understood: Prose | None = Field(None, title="掌握情况")
    educator: Name | None = Field(None, title="宣教人员")
