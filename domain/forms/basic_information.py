"""个人基本信息表 (personal basic information), edition 2017.

Name, sex and birth date make the form; everything else may be unknown when a record is opened.
Children under seven have the newborn home visit form instead.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem, IdentityDisagrees
from domain.forms import basic_information_codes as c
from domain.forms.codes import Presence, Sex
from domain.forms.lists import Rows, Several
from domain.forms.model import Block, Breach, Date, Line, Name, PartialDate, Phone, only_with
from domain.identity import IdentityNumber, is_identity_number
from domain.scalars import Checked, Pattern

EthnicityCode = Annotated[
    str, Pattern("gb3304", r"0[1-9]|[1-4][0-9]|5[0-6]|9[79]", "a code of GB/T 3304: 01 to 56, 97 or 99")
]
CitizenNumber = Annotated[
    str,
    Checked("gb11643", "an identity number of GB 11643: 18 characters, X in upper case", is_identity_number),
]


def disagreements(number: str | None, birth_date: str | None, sex: Sex | None) -> Iterator[Breach]:
    """A breach if birth date or sex is not the one that the identity number tells."""
    if number is None:
        return
    try:
        IdentityNumber(number).agrees(birth_date=birth_date, sex=sex.value if sex else None)
    except IdentityDisagrees as disagreement:
        yield f"/{disagreement.facts['field']}", "must agree with identity_number"


class PastDisease(Block):
    """既往史·疾病, with the month in which it was confirmed."""

    rules: ClassVar[tuple[str, ...]] = ("note only with a disease that asks for a name",)

    disease: c.PastDisease = Field(title="疾病")
    note: Line | None = Field(None, title="病名说明")
    confirmed_on: PartialDate | None = Field(None, title="确诊时间")

    def breaches(self) -> Iterator[Breach]:
        reason = (
            "must be left out unless the disease is a tumour, an occupational, notifiable or other disease"
        )
        yield from only_with(self, self.disease in c.NAMED_DISEASES, reason, "note")


class PastEvent(Block):
    """既往史: an operation (手术), an injury (外伤) or, with its reason, a transfusion (输血)."""

    what: Line = Field(title="名称或原因")
    occurred_on: PartialDate | None = Field(None, title="时间")


class PastHistory(Block):
    """既往史. A history that is known to be empty says so by `none`."""

    rules: ClassVar[tuple[str, ...]] = ("none lists only histories that are not filled",)

    none: Annotated[list[c.HistoryKind], Several()] | None = Field(None, title="无")
    diseases: Annotated[list[PastDisease], Rows(30)] | None = Field(None, title="疾病")
    operations: Annotated[list[PastEvent], Rows(30)] | None = Field(None, title="手术")
    injuries: Annotated[list[PastEvent], Rows(30)] | None = Field(None, title="外伤")
    transfusions: Annotated[list[PastEvent], Rows(30)] | None = Field(None, title="输血")

    def breaches(self) -> Iterator[Breach]:
        for kind in self.none or ():
            if getattr(self, kind.value) is not None:
                yield "/none", f"must not name '{kind.value}', which are given"


FamilyDiseases = Annotated[list[c.FamilyDisease], Several(alone="none")]


class FamilyHistory(Block):
    """家族史."""

    father: FamilyDiseases | None = Field(None, title="父亲")
    mother: FamilyDiseases | None = Field(None, title="母亲")
    siblings: FamilyDiseases | None = Field(None, title="兄弟姐妹")
    children: FamilyDiseases | None = Field(None, title="子女")
    note: Line | None = Field(None, title="其他疾病说明")


class LivingEnvironment(Block):
    """生活环境: asked in rural areas."""

    kitchen_exhaust: c.KitchenExhaust | None = Field(None, title="厨房排风设施")
    fuel: c.Fuel | None = Field(None, title="燃料类型")
    drinking_water: c.DrinkingWater | None = Field(None, title="饮水")
    toilet: c.Toilet | None = Field(None, title="厕所")
    livestock_pen: c.LivestockPen | None = Field(None, title="禽畜栏")


class PersonalBasicInformation(Block):
    """个人基本信息表."""

    rules: ClassVar[tuple[str, ...]] = (
        "identity_number agrees with birth_date and sex",
        "hereditary_disease_note only if hereditary_disease is present",
        "ethnicity_name only if ethnicity_code is not 01",
    )

    name: Name = Field(title="姓名")
    sex: Sex = Field(title="性别")
    birth_date: PartialDate = Field(title="出生日期")
    identity_number: CitizenNumber | None = Field(None, title="身份证号")
    work_unit: Line | None = Field(None, title="工作单位")
    phone: Phone | None = Field(None, title="本人电话")
    contact_name: Name | None = Field(None, title="联系人姓名")
    contact_phone: Phone | None = Field(None, title="联系人电话")
    address: Line | None = Field(None, title="现住址")
    registered_address: Line | None = Field(None, title="户籍地址")
    residence: c.Residence | None = Field(None, title="常住类型")
    ethnicity_code: EthnicityCode | None = Field(None, title="民族（GB/T 3304）")
    ethnicity_name: Name | None = Field(None, title="少数民族名称")
    blood_type: c.BloodType | None = Field(None, title="血型")
    rhesus: c.Rhesus | None = Field(None, title="RH")
    education: c.Education | None = Field(None, title="文化程度")
    occupation: c.Occupation | None = Field(None, title="职业")
    marital_status: c.MaritalStatus | None = Field(None, title="婚姻状况")
    payment_modes: Annotated[list[c.PaymentMode], Several()] | None = Field(None, title="医疗费用支付方式")
    payment_note: Line | None = Field(None, title="其他支付方式")
    drug_allergies: Annotated[list[c.DrugAllergy], Several(alone="none")] | None = Field(
        None, title="药物过敏史"
    )
    drug_allergy_note: Line | None = Field(None, title="其他药物过敏")
    exposures: Annotated[list[c.Exposure], Several(alone="none")] | None = Field(None, title="暴露史")
    past_history: PastHistory | None = Field(None, title="既往史")
    family_history: FamilyHistory | None = Field(None, title="家族史")
    hereditary_disease: Presence | None = Field(None, title="遗传病史")
    hereditary_disease_note: Line | None = Field(None, title="遗传病名称")
    disabilities: Annotated[list[c.Disability], Several(alone="none")] | None = Field(None, title="残疾情况")
    disability_note: Line | None = Field(None, title="其他残疾")
    living_environment: LivingEnvironment | None = Field(None, title="生活环境")
    filled_on: Date | None = Field(None, title="填表日期")

    def breaches(self) -> Iterator[Breach]:
        present = self.hereditary_disease is Presence.PRESENT
        reason = "must be left out unless hereditary_disease is 'present'"
        yield from only_with(self, present, reason, "hereditary_disease_note")
        yield from only_with(
            self, self.ethnicity_code != "01", "must be left out if ethnicity_code is '01'", "ethnicity_name"
        )
        yield from disagreements(self.identity_number, self.birth_date, self.sex)

    def oddities(self) -> Iterator[FieldProblem]:
        for name in ("phone", "past_history"):  # what a record is most often found to lack
            if getattr(self, name) is None:
                yield {"field": f"/{name}", "reason": "is missing"}
