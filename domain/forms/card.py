"""居民健康档案信息卡 (information card), edition 2017, and what becomes of a card."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms.basic_information_codes import BloodType, Rhesus
from domain.forms.codes import OPTIONS, OWN, Sex
from domain.forms.lists import Several
from domain.forms.model import Block, Choices, Code, Line, Name, PartialDate, Phone, Prose
from domain.scalars import Pattern

CARD_NUMBER = Pattern(
    "card-number",
    r"[0-9A-Z](-?[0-9A-Z]){3,31}",
    "a card number of 4 to 32 digits and capital letters, single hyphens between them",
)
CardNumber = Annotated[str, CARD_NUMBER]


class ChronicIllness(Code, value_set=OPTIONS):
    """慢性病患病情况."""

    NONE = "none", "无"
    HYPERTENSION = "hypertension", "高血压"
    DIABETES = "diabetes", "糖尿病"
    STROKE = "stroke", "脑卒中"
    CORONARY_HEART_DISEASE = "coronary-heart-disease", "冠心病"
    ASTHMA = "asthma", "哮喘"
    OCCUPATIONAL = "occupational", "职业病"
    OTHER = "other", "其他疾病"


class Card(Block):
    """居民健康档案信息卡: what is printed on it on the day of issue. `number` is that of the card."""

    needs: ClassVar[Choices] = {"chronic_illness_note": ("chronic_illnesses", ChronicIllness.OTHER)}

    number: CardNumber = Field(title="卡号")
    name: Name | None = Field(None, title="姓名")
    sex: Sex | None = Field(None, title="性别")
    birth_date: PartialDate | None = Field(None, title="出生日期")
    record_number: Line | None = Field(None, title="健康档案编号")
    blood_type: BloodType | None = Field(None, title="ABO血型")
    rhesus: Rhesus | None = Field(None, title="RH血型")
    chronic_illnesses: Annotated[list[ChronicIllness], Several(alone="none")] | None = Field(
        None, title="慢性病患病情况"
    )
    chronic_illness_note: Line | None = Field(None, title="其他疾病")
    allergies: Line | None = Field(None, title="过敏史")
    address: Line | None = Field(None, title="家庭住址")
    home_phone: Phone | None = Field(None, title="家庭电话")
    emergency_contact: Name | None = Field(None, title="紧急情况联系人")
    emergency_phone: Phone | None = Field(None, title="联系人电话")
    institution: Line | None = Field(None, title="建档机构名称")
    institution_phone: Phone | None = Field(None, title="建档机构联系电话")
    doctor: Name | None = Field(None, title="责任医生或护士")
    doctor_phone: Phone | None = Field(None, title="责任医生或护士联系电话")
    note: Line | None = Field(None, title="其他说明")


class CardLoss(Block):
    """挂失: from here on the card opens nothing."""

    lost_on: PartialDate | None = Field(None, title="遗失日期")
    reported_by: Name | None = Field(None, title="挂失人")
    note: Prose | None = Field(None, title="说明")


class ReplacementReason(Code, value_set=OWN):
    LOST = "lost", "遗失"
    DAMAGED = "damaged", "损坏"
    CHANGED = "changed", "卡面信息变更"
    HEALTH_CARD = "health-card", "换发居民健康卡"
    OTHER = "other", "其他"


class CardReplacement(Block):
    """补发或换发: the number of the new card."""

    asks: ClassVar[Choices] = {"note": ("reason", ReplacementReason.OTHER)}

    number: CardNumber = Field(title="新卡号")
    reason: ReplacementReason = Field(title="补换原因")
    note: Line | None = Field(None, title="说明")


class RevocationReason(Code, value_set=OWN):
    DEATH = "death", "死亡"
    MOVED = "moved", "迁出"
    RETURNED = "returned", "本人交回"
    MISISSUED = "misissued", "错发"
    MISUSED = "misused", "冒用"
    OTHER = "other", "其他"


class CardRevocation(Block):
    """注销."""

    asks: ClassVar[Choices] = {"note": ("reason", RevocationReason.OTHER)}

    reason: RevocationReason = Field(title="注销原因")
    note: Line | None = Field(None, title="说明")
