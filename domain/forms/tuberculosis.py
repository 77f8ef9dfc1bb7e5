"""肺结核患者第一次入户随访记录表 and 随访服务记录表 (tuberculosis), edition 2017."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from domain.errors import FieldProblem
from domain.forms import measures as m
from domain.forms import tuberculosis_codes as c
from domain.forms.codes import FollowUpMode, Grade, Presence
from domain.forms.follow_up import Referral, target_oddities
from domain.forms.lists import Several
from domain.forms.model import Block, Code, Date, Filled, Line, Name, Prose

RATE_TOLERANCE = Decimal(1)


class Drugs(Block):
    """用药."""

    regimen: Line | None = Field(None, title="化疗方案")
    mode: c.DrugMode | None = Field(None, title="用法")
    forms: Annotated[list[c.DrugForm], Several()] | None = Field(None, title="药品剂型")


class FollowUpDrugs(Drugs):
    """用药, with the doses missed since the last visit."""

    missed_doses: m.Times | None = Field(None, title="漏服药次数")


class Habits(Block):
    """生活方式: how it is now, and the targets for the next time."""

    cigarettes: m.Cigarettes | None = Field(None, title="日吸烟量")
    target_cigarettes: m.Cigarettes | None = Field(None, title="下次随访目标日吸烟量")
    alcohol: m.Liang | None = Field(None, title="日饮酒量")
    target_alcohol: m.Liang | None = Field(None, title="下次随访目标日饮酒量")


class Dwelling(Block):
    """家庭居住环境评估."""

    own_room: c.OwnRoom | None = Field(None, title="单独的居室")
    ventilation: Grade | None = Field(None, title="通风情况")


class Training(Block):
    """健康教育及培训."""

    pick_up_place: Line | None = Field(None, title="取药地点")
    pick_up_time: Line | None = Field(None, title="取药时间")
    record_card: c.Mastery | None = Field(None, title="服药记录卡的填写")
    taking_and_storing: c.Mastery | None = Field(None, title="服药方法及药品存放")
    course: c.Mastery | None = Field(None, title="肺结核治疗疗程")
    danger_of_irregularity: c.Mastery | None = Field(None, title="不规律服药危害")
    adverse_reactions: c.Mastery | None = Field(None, title="服药后不良反应及处理")
    return_and_sputum: c.Mastery | None = Field(None, title="治疗期间复诊查痰")
    drugs_while_away: c.Mastery | None = Field(None, title="外出期间如何坚持服药")
    habits: c.Mastery | None = Field(None, title="生活习惯及注意事项")
    close_contacts: c.Mastery | None = Field(None, title="密切接触者检查")


class TuberculosisVisit(Filled):
    """What the two forms share."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {"supervisor_note": ("supervisor", c.Supervisor.OTHER)}

    supervisor: c.Supervisor | None = Field(None, title="督导人员")
    supervisor_note: Line | None = Field(None, title="其他督导人员")
    symptom_note: Line | None = Field(None, title="其他症状及体征")
    habits: Habits | None = Field(None, title="生活方式")
    next_on: Date | None = Field(None, title="下次随访时间")
    doctor: Name | None = Field(None, title="随访（评估）医生签名")

    def oddities(self) -> Iterator[FieldProblem]:
        yield from target_oddities("/habits", self.habits)


class TuberculosisFirstVisit(TuberculosisVisit):
    """肺结核患者第一次入户随访记录表."""

    mode: c.VisitMode | None = Field(None, title="随访方式")
    case_kind: c.CaseKind | None = Field(None, title="患者类型")
    sputum: c.Sputum | None = Field(None, title="痰菌情况")
    resistance: c.Resistance | None = Field(None, title="耐药情况")
    symptoms: Annotated[list[c.FirstVisitSymptom], Several(alone="none")] | None = Field(
        None, title="症状及体征"
    )
    drugs: Drugs | None = Field(None, title="用药")
    dwelling: Dwelling | None = Field(None, title="家庭居住环境评估")
    training: Training | None = Field(None, title="健康教育及培训")


class LookBack(Referral):
    """转诊, and what was found when looking back within two weeks."""

    look_back: Prose | None = Field(None, title="2周内随访，随访结果")


class Closing(Block):
    """停止治疗及原因、全程管理情况, written at the end of the treatment."""

    stopped_on: Date | None = Field(None, title="停止治疗时间")
    reason: c.StopReason | None = Field(None, title="停止治疗原因")
    visits_due: m.Times | None = Field(None, title="应访视次数")
    visits_made: m.Times | None = Field(None, title="实际访视次数")
    doses_due: m.Doses | None = Field(None, title="应服药次数")
    doses_taken: m.Doses | None = Field(None, title="实际服药次数")
    rate: m.Percentage | None = Field(None, title="服药率")
    doctor: Name | None = Field(None, title="评估医生签名")

    def oddities(self) -> Iterator[FieldProblem]:
        if self.rate and self.doses_due and self.doses_taken is not None:
            given = Decimal(100) * self.doses_taken / self.doses_due
            if abs(Decimal(self.rate) - given) > RATE_TOLERANCE:
                yield {"field": "/closing/rate", "reason": "differs from what doses_due and doses_taken give"}


class TuberculosisFollowUp(TuberculosisVisit):
    """肺结核患者随访服务记录表."""

    needs: ClassVar[Mapping[str, tuple[str, Code]]] = {
        "adverse_reaction_note": ("adverse_reaction", Presence.PRESENT),
        "complication_note": ("complication", Presence.PRESENT),
    }

    treatment_month: m.TreatmentMonth | None = Field(None, title="治疗月序")
    mode: FollowUpMode | None = Field(None, title="随访方式")
    symptoms: Annotated[list[c.FollowUpSymptom], Several(alone="none")] | None = Field(
        None, title="症状及体征"
    )
    drugs: FollowUpDrugs | None = Field(None, title="用药")
    adverse_reaction: Presence | None = Field(None, title="药物不良反应")
    adverse_reaction_note: Line | None = Field(None, title="药物不良反应说明")
    complication: Presence | None = Field(None, title="并发症或合并症")
    complication_note: Line | None = Field(None, title="并发症或合并症说明")
    referral: LookBack | None = Field(None, title="转诊")
    opinion: Prose | None = Field(None, title="处理意见")
    closing: Closing | None = Field(None, title="停止治疗及全程管理情况")

    def oddities(self) -> Iterator[FieldProblem]:
        yield from super().oddities()
        if self.closing:
            yield from self.closing.oddities()
