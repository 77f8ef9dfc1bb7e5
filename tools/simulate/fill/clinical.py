"""接诊记录表, problems, allergies, drugs, vaccines and documents."""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.forms.document import facts_of
from domain.scalars import JsonObject
from tools.simulate.chance import Dice
from tools.simulate.fill.common import ATC, CVX, ICD10, SNOMED, coding, day, decimal


@dataclass(frozen=True)
class Illness:
    """One reason to see a doctor: what is complained of, found, diagnosed and done."""

    code: str
    name: str
    complaint: str
    finding: str
    treatment: str
    temperature: float = 36.6


ACUTE = (
    (Illness("J06.9", "急性上呼吸道感染", "咳嗽、流涕", "咽部充血", "对症治疗", 37.6), 30),
    (Illness("J03.9", "急性扁桃体炎", "咽痛、发热", "扁桃体II度肿大", "抗感染治疗", 38.2), 8),
    (Illness("J20.9", "急性支气管炎", "咳嗽、咳痰", "双肺呼吸音粗", "止咳化痰", 37.3), 10),
    (Illness("K29.7", "胃炎", "上腹部不适", "剑突下轻压痛", "抑酸治疗"), 10),
    (Illness("A09", "感染性腹泻", "腹泻、腹痛", "脐周轻压痛，肠鸣音活跃", "口服补液", 37.2), 7),
    (Illness("M54.5", "下腰痛", "腰痛", "腰部肌肉压痛，活动受限", "外用止痛，休息"), 12),
    (Illness("L30.9", "皮炎", "皮肤瘙痒", "躯干散在红色丘疹", "外用药物"), 8),
    (Illness("M17.9", "膝关节病", "膝关节疼痛", "膝关节轻度肿胀", "理疗，减轻负重"), 8),
    (Illness("H10.9", "结膜炎", "眼红、分泌物多", "结膜充血", "滴眼液"), 4),
    (Illness("S61.9", "手部开放性伤口", "手部割伤", "伤口约2 cm，未见异物", "清创缝合"), 3),
)
ALLERGENS = (
    (("764146007", "青霉素", "medication", "penicillin"), 40),
    (("387406002", "磺胺", "medication", "sulfonamide"), 20),
    (("762952008", "花生", "food", ""), 10),
    (("256277009", "草花粉", "environment", ""), 20),
    (("44027008", "海鲜", "food", ""), 10),
)


def reception(dice: Dice, on: date, illness: Illness, doctor: str) -> JsonObject:
    days = dice.whole(1, 5)
    content: JsonObject = {
        "setting": "home" if dice.chance(0.12) else "clinic",
        "subjective": {
            "chief_complaint": f"{illness.complaint} {days} 天",
            "onset_on": day(on - timedelta(days=days)),
        },
        "objective": {
            "temperature": decimal(dice.normal(illness.temperature, 0.25)),
            "pulse": round(dice.normal(80, 8)),
            "findings": f"{illness.finding}。",
        },
        "assessment": {"diagnoses": [coding(ICD10, illness.code, illness.name)]},
        "plan": {"treatment": illness.treatment, "advice": "多饮水，休息，不适随诊。"},
        "doctor": doctor,
    }
    return content


def problem(code: str, name: str, onset: str, *, status: str = "active") -> JsonObject:
    return {
        "problem": coding(ICD10, code, name),
        "clinical_status": status,
        "verification": "confirmed",
        "onset_on": onset,
    }


def allergy(dice: Dice, allergen: tuple[str, str, str, str], noticed: str) -> JsonObject:
    code, name, category, _ = allergen
    return {
        "substance": coding(SNOMED, code, name),
        "kind": "allergy",
        "category": category,
        "criticality": "high" if dice.chance(0.25) else "low",
        "reactions": [{"description": dice.pick(("皮疹", "全身风团", "呼吸困难", "皮肤瘙痒"))}],
        "noticed_on": noticed,
    }


def medication(drug: tuple[str, str, str, str], started: str, adherence: str) -> JsonObject:
    code, name, dose, frequency = drug
    return {
        "drug": coding(ATC, code, name),
        "dose": dose,
        "route": "口服",
        "frequency": frequency,
        "started_on": started,
        "adherence": adherence,
    }


def immunization(dice: Dice, vaccine: tuple[str, str], dose: int, *, in_programme: bool = True) -> JsonObject:
    code, name = vaccine
    return {
        "vaccine": coding(CVX, code, name),
        "in_programme": in_programme,
        "dose_number": dose,
        "lot": f"示例{dice.whole(100000, 999999)}",
        "site": dice.pick(("左上臂", "右上臂")),
        "reaction": "低热" if dice.chance(0.03) else "无",
    }


def lab_report(dice: Dice, on: date, name: str) -> JsonObject:
    """A small document: a laboratory's report as plain text."""
    lines = (
        f"检验报告（示例） {day(on)}",
        f"姓名：{name}",
        f"白细胞 {decimal(dice.normal(6.2, 1.4), 2)} ×10^9/L",
        f"血红蛋白 {decimal(dice.normal(136, 12), 0)} g/L",
        f"空腹血糖 {decimal(dice.normal(5.4, 0.6), 2)} mmol/L",
    )
    return {
        "title": f"检验报告 {day(on)}",
        "kind": "lab-report",
        "media_type": "text/plain; charset=utf-8",
        "language": "zh-CN",
        "written_on": day(on),
        **facts_of("\n".join(lines).encode()),
    }


def enrolment(programme: str, on: date, doctor: str, *, basis: str | None = None) -> JsonObject:
    content: JsonObject = {
        "programme": programme,
        "enrolled_on": day(on),
        "managing_practitioner_name": doctor,
    }
    return {**content, "basis": basis} if basis else content


def education(dice: Dice, topic: str, doctor: str) -> JsonObject:
    """健康教育."""
    return {
        "topics": [topic],
        "mode": dice.pick(("individual", "lecture", "printed", "consultation-event")),
        "minutes": dice.pick((15, 20, 30, 45)),
        "educator": doctor,
    }
