"""The lives of the demo county: made-up residents, on the national forms. Nobody real is meant.

The identity numbers are valid by GB 11643 and belong to nobody: their order is one of 996 to 999, which
are kept for people who were over a hundred when numbers were first given out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.identity import IdentityDocument, check_digit, identity_document
from domain.requests import NewEntry
from domain.values import JsonObject, Occurred, occurred

ICD10 = "http://hl7.org/fhir/sid/icd-10"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
CVX = "http://hl7.org/fhir/sid/cvx"
COUNTY = "110101"


@dataclass(frozen=True)
class Mistake:
    """An entry that was wrong, found by its topic: why, as it should be, and when that was noticed."""

    topic: str
    reason: str
    content: JsonObject
    noticed: Occurred


@dataclass(frozen=True)
class Life:
    """One resident: how the record was opened, and everything written since. Times are as they were told."""

    name: str
    kept_at: str
    document: IdentityDocument
    opened: Occurred
    entries: tuple[NewEntry, ...]
    channel: str = "visit"
    consent_by: str = "resident"
    login: str | None = None
    mistake: Mistake | None = None
    died: Occurred | None = None


def identity_number(born: str, order: int) -> str:
    """born: YYYY-MM-DD; order: odd for men."""
    first17 = f"{COUNTY}{born.replace('-', '')}{order:03d}"
    return first17 + check_digit(first17)


def card(born: str, order: int) -> IdentityDocument:
    return identity_document("identity-card", identity_number(born, order))


def entry(kind: str, at: str, form: str | None = None, /, **content: object) -> NewEntry:
    return NewEntry(kind, content, in_china(at), form=form)


def in_china(at: str) -> Occurred:
    """A day, or a time of day in China."""
    return occurred(f"{at}+08:00" if "T" in at else at)


def coding(system: str, code: str, display: str) -> JsonObject:
    return {"system": system, "code": code, "display": display}


def basics(at: str, name: str, sex: str, born: str, order: int, **more: object) -> NewEntry:
    """个人基本信息表."""
    known = {
        "name": name,
        "sex": sex,
        "birth_date": born,
        "identity_number": identity_number(born, order),
        "address": "示例县示例镇示例村",
        "residence": "registered",
        "ethnicity_code": "01",
        "payment_modes": ["urban-resident-insurance"],
        "drug_allergies": ["none"],
        "exposures": ["none"],
        "filled_on": at[:10],
    }
    return entry("basic-information", at, **{**known, **more})


def _child() -> Life:
    born, order = "2021-03-05", 998
    doses = (
        ("2021-03-05T09:20", "08", "乙肝疫苗", 1),
        ("2021-03-05T09:30", "19", "卡介苗", 1),
        ("2021-04-07", "08", "乙肝疫苗", 2),
        ("2021-05-08", "10", "脊灰疫苗", 1),
        ("2021-06-09", "20", "百白破疫苗", 1),
        ("2021-09-10", "08", "乙肝疫苗", 3),
        ("2021-11-12", "03", "麻腮风疫苗", 1),
    )
    immunizations = (
        entry(
            "immunizations",
            at,
            vaccine=coding(CVX, code, name),
            in_programme=True,
            dose_number=dose,
            site="右上臂" if name == "乙肝疫苗" else "左上臂",
            reaction="无",
        )
        for at, code, name, dose in doses
    )
    entries = (
        basics("2021-03-20", "陈小禾", "female", born, order, contact_name="陈志强", residence="registered"),
        entry("programmes", "2021-03-20", programme="child", enrolled_on="2021-03-20"),
        *immunizations,
        entry(
            "examinations",
            "2022-03-08T10:00",
            symptoms=["none"],
            general={"temperature": "36.7", "height": "76.5", "weight": "9.80"},
            evaluation={"result": "normal"},
        ),
    )
    return Life(
        "chen-xiaohe",
        "clinic",
        card(born, order),
        occurred("2021-03-20"),
        entries,
        channel="door-to-door",
        consent_by="guardian",
    )


def _hypertensive() -> Life:
    born, order = "1968-07-19", 997
    course = (
        ("2023-03-14T09:10", "clinic", 158, 98, "78.0", "irregular", "uncontrolled"),
        ("2023-06-13T09:30", "clinic", 148, 92, "77.2", "regular", "uncontrolled"),
        ("2023-09-12T09:05", "home", 138, 86, "76.1", "regular", "controlled"),
        ("2023-12-12T10:20", "clinic", 136, 84, "75.4", "regular", "controlled"),
        ("2024-03-12T09:45", "phone", 134, 82, "75.0", "regular", "controlled"),
        ("2024-09-10T09:15", "clinic", 132, 82, "74.6", "regular", "controlled"),
    )
    entries = (
        basics(
            "2019-05-20", "王建国", "male", born, order,
            past_history={"diseases": [{"disease": "hypertension", "confirmed_on": "2019-05"}]},
            family_history={"father": ["hypertension", "stroke"], "mother": ["none"]},
        ),
        entry("problems", "2019-05", problem=coding(ICD10, "I10", "原发性高血压"), clinical_status="active",
              verification="confirmed", onset_on="2019-05"),
        entry("programmes", "2019-05-20", programme="hypertension", enrolled_on="2019-05-20",
              basis="三次非同日血压 ≥ 140/90 mmHg"),
        entry("medications", "2019-05-20", drug=coding(ATC, "C08CA01", "氨氯地平"), dose="5 mg", route="口服",
              frequency="每日1次", started_on="2019-05-20", adherence="regular"),
        *(_blood_pressure(*visit) for visit in course),
        entry("encounters", "2024-01-15T14:40", setting="clinic",
              subjective={"chief_complaint": "咳嗽、发热 2 天", "onset_on": "2024-01-13"},
              objective={"temperature": "38.1", "pulse": 88, "systolic": 138, "diastolic": 86},
              assessment={"diagnoses": [coding(ICD10, "J06.9", "急性上呼吸道感染")]},
              plan={"treatment": "对症治疗", "advice": "多饮水，休息。", "revisit_on": "2024-01-18"}),
    )  # fmt: skip
    return Life(
        "wang-jianguo", "hospital", card(born, order), occurred("2019-05-20"), entries, login="resident"
    )


def _blood_pressure(
    at: str, mode: str, systolic: int, diastolic: int, weight: str, adherence: str, classification: str
) -> NewEntry:
    """高血压患者随访服务记录表."""
    return entry(
        "follow-ups", at, "hypertension-follow-up",
        mode=mode,
        symptoms=["none"],
        signs={"systolic": systolic, "diastolic": diastolic, "height": "171", "weight": weight},
        lifestyle={"cigarettes": 5, "exercise_times": 3, "exercise_minutes": 30, "salt": "medium"},
        adherence=adherence,
        adverse_reaction="absent",
        classification=classification,
        drugs=[{"name": "氨氯地平片", "times_per_day": 1, "each_dose": "5 mg"}],
    )  # fmt: skip


def _diabetic() -> Life:
    born, order = "1962-11-02", 996
    course = (
        ("2022-04-18T08:30", "9.40", "8.6", "irregular", "uncontrolled"),
        ("2022-07-18T08:20", "8.10", "7.9", "regular", "uncontrolled"),
        ("2022-10-17T08:40", "6.90", "7.0", "regular", "controlled"),
        ("2023-04-17T08:15", "6.60", "6.8", "regular", "controlled"),
        ("2024-04-15T08:25", "6.80", "6.9", "regular", "controlled"),
    )
    entries = (
        basics("2022-03-28", "李秀英", "female", born, order, occupation="agriculture"),
        entry("problems", "2022-03", problem=coding(ICD10, "E11.9", "2型糖尿病"), clinical_status="active",
              verification="confirmed", onset_on="2022-03"),
        entry("programmes", "2022-03-28", programme="type-2-diabetes", enrolled_on="2022-03-28"),
        entry("medications", "2022-03-28", drug=coding(ATC, "A10BA02", "二甲双胍"), dose="0.5 g",
              route="口服", frequency="每日2次", started_on="2022-03-28", adherence="regular"),
        *(_glucose(*visit) for visit in course),
        entry("examinations", "2023-05-09T08:50", symptoms=["none"],
              general={"temperature": "36.4", "pulse": 74, "height": "158", "weight": "63.5",
                       "blood_pressure_left": {"systolic": 132, "diastolic": 80}},
              tests={"fasting_glucose": "6.70", "hba1c": "6.8"}, evaluation={"result": "normal"}),
    )  # fmt: skip
    return Life(
        "li-xiuying", "hospital", card(born, order), occurred("2022-03-28"), entries, channel="screening"
    )


def _glucose(at: str, fasting: str, hba1c: str, adherence: str, classification: str) -> NewEntry:
    """2型糖尿病患者随访服务记录表."""
    return entry(
        "follow-ups", at, "type-2-diabetes-follow-up",
        mode="clinic",
        symptoms=["none"],
        signs={"systolic": 134, "diastolic": 82, "weight": "64.0", "foot_pulse": "normal"},
        lifestyle={"exercise_times": 5, "exercise_minutes": 40, "staple_food": 300},
        tests={"fasting_glucose": fasting, "hba1c": hba1c, "hba1c_on": at[:10]},
        adherence=adherence,
        adverse_reaction="absent",
        hypoglycaemia="none",
        classification=classification,
        drugs=[{"name": "二甲双胍片", "times_per_day": 2, "each_dose": "0.5 g"}],
    )  # fmt: skip


def _elderly() -> Life:
    born, order = "1948-02-11", 999
    years = (
        ("2022-06-07T08:10", "61.5", {"cognition": "negative"}),
        ("2023-06-06T08:20", "60.8", {"cognition": "negative"}),
        ("2024-06-04T08:15", "59.9", {"cognition": "positive", "cognition_score": 23}),
    )
    entries = (
        basics("2022-06-07", "张德福", "male", born, order, disabilities=["hearing"], education="primary"),
        entry("programmes", "2022-06-07", programme="elderly", enrolled_on="2022-06-07"),
        *(_old_age(*year) for year in years),
        entry(
            "immunizations",
            "2023-10-18",
            vaccine=coding(CVX, "141", "流感疫苗"),
            in_programme=False,
            dose_number=1,
        ),
    )
    return Life(
        "zhang-defu", "clinic", card(born, order), occurred("2022-06-07"), entries, channel="examination"
    )


def _old_age(at: str, weight: str, cognition: JsonObject) -> NewEntry:
    """健康体检表 with the yearly assessment from the age of 65 on."""
    able = {"self_rated_health": "fairly-satisfied", "self_care": "able", "emotion": "negative"}
    return entry(
        "examinations", at,
        symptoms=["none"],
        general={"temperature": "36.3", "pulse": 70, "height": "165", "weight": weight,
                 "blood_pressure_left": {"systolic": 136, "diastolic": 78}, "elderly": {**able, **cognition}},
        organ_function={"hearing": "unclear-or-not", "motion": "smooth"},
        tests={"fasting_glucose": "5.40", "renal": {"creatinine": "82"}},
        evaluation={"result": "normal"},
    )  # fmt: skip


def _allergic() -> Life:
    born, order = "1990-09-23", 998
    noted: JsonObject = {
        "substance": coding(SNOMED, "764146007", "青霉素"),
        "kind": "allergy",
        "category": "medication",
        "criticality": "low",
        "noticed_on": "1998",
    }
    entries = (
        basics("2023-02-21", "赵敏", "female", born, order, drug_allergies=["penicillin"]),
        entry("allergies", "2023-02-21T15:00", **noted),
        entry("encounters", "2023-02-21T15:10", setting="clinic",
              subjective={"chief_complaint": "咽痛 3 天", "onset_on": "2023-02-18"},
              objective={"temperature": "37.8", "findings": "咽部充血，扁桃体 II 度肿大。"},
              assessment={"diagnoses": [coding(ICD10, "J03.9", "急性扁桃体炎")]},
              plan={"treatment": "阿奇霉素（青霉素过敏）"}),
    )  # fmt: skip
    return Life(
        "zhao-min",
        "hospital",
        card(born, order),
        occurred("2023-02-21"),
        entries,
        channel="outpatient",
        mistake=Mistake(
            "record.allergy-recorded.v1",
            "复核旧病历：曾有过敏性休克，危险程度应为高",
            {**noted, "criticality": "high"},
            in_china("2023-03-02T09:00"),
        ),
    )


def _deceased() -> Life:
    born, order = "1935-01-30", 996
    entries = (
        basics("2016-04-11", "孙玉兰", "female", born, order, marital_status="widowed"),
        entry("problems", "2018-10-03", problem=coding(ICD10, "I63.9", "脑梗死"), clinical_status="inactive",
              verification="confirmed", onset_on="2018-10-03"),
        entry("encounters", "2018-10-20T10:00", setting="home",
              subjective={"chief_complaint": "出院后右侧肢体乏力"},
              objective={"systolic": 142, "diastolic": 80, "findings": "右侧肌力 4 级。"},
              plan={"advice": "康复锻炼，防跌倒。"}),
    )  # fmt: skip
    return Life(
        "sun-yulan",
        "hospital",
        card(born, order),
        occurred("2016-04-11"),
        entries,
        channel="home-survey",
        consent_by="representative",
        died=occurred("2024-11-09"),
    )


def _lives() -> Iterator[Life]:
    yield _child()
    yield _hypertensive()
    yield _elderly()
    yield _allergic()
    yield _deceased()
    yield _diabetic()  # the last one is one append: when it stands, the whole county does


LIVES = tuple(_lives())
