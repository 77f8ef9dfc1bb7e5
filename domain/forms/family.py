"""Birth, kinship, and who may speak for the resident: guardian, representative, heir."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.forms import measures as m
from domain.forms.child_codes import Delivery
from domain.forms.codes import OWN, Sex
from domain.forms.document import Sha256
from domain.forms.lists import Several
from domain.forms.model import (
    Block,
    Breach,
    Choices,
    Code,
    Date,
    Id,
    Line,
    Name,
    PartialDate,
    Phone,
    Prose,
    asked,
    only_with,
)
from domain.scalars import Count, Pattern

TimeOfDay = Annotated[
    str, Pattern("time", r"([01][0-9]|2[0-3]):[0-5][0-9]", "a time of day written as HH:MM")
]
Children = Annotated[int, Count("children", 1, 10)]


class Birth(Block):
    """出生: what turns a record opened for a pregnancy into that of a child."""

    rules: ClassVar[tuple[str, ...]] = ("birth_order is at most children", "gestation_days only with weeks")
    needs: ClassVar[Choices] = {"delivery_note": ("delivery", Delivery.OTHER)}

    born_on: Date = Field(title="出生日期")
    born_at: TimeOfDay | None = Field(None, title="出生时间")
    sex: Sex = Field(title="性别")
    name: Name | None = Field(None, title="新生儿姓名")
    gestation_weeks: m.GestationWeeks | None = Field(None, title="出生孕周")
    gestation_days: m.GestationDays | None = Field(None, title="出生孕周（天）")
    weight: m.Weight | None = Field(None, title="出生体重")
    length: m.Height | None = Field(None, title="出生身长")
    delivery: Annotated[list[Delivery], Several()] | None = Field(None, title="分娩方式")
    delivery_note: Line | None = Field(None, title="其他分娩方式")
    children: Children | None = Field(None, title="胎数")
    birth_order: Children | None = Field(None, title="胎次顺序")
    institution: Line | None = Field(None, title="助产机构名称")
    certificate_number: Line | None = Field(None, title="出生医学证明编号")
    note: Prose | None = Field(None, title="说明")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        reason = "must be left out unless gestation_weeks is given"
        yield from only_with(self, self.gestation_weeks is not None, reason, "gestation_days")
        if self.children and self.birth_order and self.birth_order > self.children:
            yield "/birth_order", "must not be above children"


class Relation(Code, value_set=OWN):
    """What the other person is to the resident."""

    MOTHER = "mother", "母亲"
    FATHER = "father", "父亲"
    CHILD = "child", "子女"
    SPOUSE = "spouse", "配偶"
    SIBLING = "sibling", "兄弟姐妹"
    GRANDPARENT = "grandparent", "祖父母或外祖父母"
    GRANDCHILD = "grandchild", "孙子女或外孙子女"
    OTHER = "other", "其他"


class Relationship(Block):
    """亲属关系: to a person with a record, or to one known by name."""

    rules: ClassVar[tuple[str, ...]] = ("record or name is filled",)
    asks: ClassVar[Choices] = {"note": ("relation", Relation.OTHER)}

    relation: Relation = Field(title="与本人关系")
    record: Id | None = Field(None, title="对方档案编号")
    name: Name | None = Field(None, title="姓名")
    phone: Phone | None = Field(None, title="联系电话")
    note: Line | None = Field(None, title="说明")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        reason = "is required if there is no record"
        yield from asked(self, self.record is None, reason, "name")


class Account(Block):
    """The login by which the person acts."""

    issuer: Line = Field(title="签发方")
    subject: Line = Field(title="账号")


class GuardianBasis(Code, value_set=f"{OWN}，民法典第二十七至三十三条"):
    PARENT = "parent", "父母"
    KIN = "kin", "法定顺序的近亲属"
    WILL = "will", "遗嘱指定"
    AGREEMENT = "agreement", "协议确定"
    DESIGNATED = "designated", "居（村）委会或民政部门指定"
    COURT = "court", "法院指定"
    MANDATE = "mandate", "意定监护"


BY_KINSHIP = (GuardianBasis.PARENT, GuardianBasis.KIN)


class Appointed(Block):
    """What guardian, representative and heir have in common."""

    asks: ClassVar[Choices] = {"note": ("relation", Relation.OTHER)}

    name: Name = Field(title="姓名")
    relation: Relation = Field(title="与本人关系")
    phone: Phone | None = Field(None, title="联系电话")
    login: Account | None = Field(None, title="登录账号")
    paper: Sha256 | None = Field(None, title="证明文件 SHA-256")
    until: Date | None = Field(None, title="有效期至")
    note: Line | None = Field(None, title="说明")


class GuardianAppointment(Appointed):
    """监护人."""

    rules: ClassVar[tuple[str, ...]] = ("paper is required unless basis is parent or kin",)

    basis: GuardianBasis = Field(title="监护依据")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        reason = "is required unless basis is 'parent' or 'kin'"
        yield from asked(self, self.basis not in BY_KINSHIP, reason, "paper")


class Capacity(Code, value_set=OWN):
    REPRESENTATIVE = "representative", "委托代理人"
    HEIR = "heir", "继承人"


class RepresentativeBasis(Code, value_set=f"{OWN}，民法典第一百六十五条、第一千一百二十三条"):
    AUTHORISATION = "authorisation", "授权委托"
    SUCCESSION = "succession", "法定继承"
    WILL = "will", "遗嘱或遗赠"
    COURT = "court", "法院裁判"


class RepresentativeAppointment(Appointed):
    """代理人 of a living resident, or 继承人 of one who died."""

    rules: ClassVar[tuple[str, ...]] = (
        "basis succession and will only with capacity heir, authorisation only with capacity representative",
        "paper is required with capacity heir",
    )

    capacity: Capacity = Field(title="身份")
    basis: RepresentativeBasis = Field(title="代理或继承依据")

    def breaches(self) -> Iterator[Breach]:
        yield from super().breaches()
        heir = self.capacity is Capacity.HEIR
        fitting = (RepresentativeBasis.SUCCESSION, RepresentativeBasis.WILL)
        if self.basis is not RepresentativeBasis.COURT and (self.basis in fitting) is not heir:
            yield "/basis", f"does not go with capacity '{self.capacity.value}'"
        yield from asked(self, heir, "is required if capacity is 'heir'", "paper")


class RepresentationEnd(Code, value_set=OWN):
    MAJORITY = "majority", "被监护人成年"
    CAPACITY_REGAINED = "capacity-regained", "恢复民事行为能力"
    REVOKED = "revoked", "本人撤销委托"
    RESIGNED = "resigned", "辞去"
    REPLACED = "replaced", "变更"
    COURT = "court", "法院撤销资格"
    DEATH = "death", "死亡"
    EXPIRED = "expired", "期满"
    OTHER = "other", "其他"


class RepresentationEnding(Block):
    """监护或代理终止."""

    asks: ClassVar[Choices] = {"note": ("reason", RepresentationEnd.OTHER)}

    reason: RepresentationEnd = Field(title="终止原因")
    ended_on: PartialDate | None = Field(None, title="终止日期")
    paper: Sha256 | None = Field(None, title="证明文件 SHA-256")
    note: Line | None = Field(None, title="说明")
