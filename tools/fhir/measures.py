"""Which observations our forms have a field for, by LOINC code, and how their units become the form's.

Factors marked AMA are the conventional ones of the AMA Manual of Style, 11th edition, SI conversion tables;
the others follow from the prefixes alone. Arithmetic is decimal; the result is rounded (half to even) to the
places the form takes, and what the source wrote is kept beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from domain.forms import measures as m
from domain.scalars import Quantity, Rule
from tools.fhir.reading import rule_of

Path = tuple[str, ...]
LARGEST_EXPONENT = 15  # beyond lies no measurement, only an expensive number
BILIRUBIN = Decimal("17.104")  # AMA: mg/dL → μmol/L
CHOLESTEROL = Decimal("0.0259")  # AMA: mg/dL → mmol/L
CREATININE = Decimal("88.4")  # AMA: mg/dL → μmol/L
GLUCOSE = Decimal("0.0555")  # AMA: mg/dL → mmol/L
TRIGLYCERIDES = Decimal("0.0113")  # AMA: mg/dL → mmol/L
UREA_NITROGEN = Decimal("0.357")  # AMA: mg/dL of nitrogen → mmol/L of urea


@dataclass(frozen=True)
class Field:
    """A field of a form: where it stands, what it takes, and its factor from each unit (UCUM)."""

    path: Path
    rule: Rule
    factors: Mapping[str, Decimal]

    def convert(self, value: Decimal, unit: str) -> str | int | None:
        """The value as the form takes it; None if the unit is unknown or the value impossible."""
        factor = self.factors.get(unit)
        if factor is None or not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
            return None
        amount = value if factor == 1 else value * factor
        places = self.rule.places if isinstance(self.rule, Quantity) else 0
        if -int(amount.as_tuple().exponent) > places:
            amount = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        written = format(amount, "f") if isinstance(self.rule, Quantity) else int(amount)
        return written if self.rule.allows(written) else None


def field(path: str, kind: object, unit: str, other: str = "", factor: Decimal = Decimal(1)) -> Field:
    """unit: as UCUM names the form's own; other: one more unit, and what its values are multiplied by."""
    factors = {unit: Decimal(1)} | ({other: factor} if other else {})
    return Field(tuple(path.split("/")), rule_of(kind), factors)


BODY_HEIGHT = field("general/height", m.Height, "cm", "m", Decimal(100))
BODY_WEIGHT = field("general/weight", m.Weight, "kg", "g", Decimal("0.001"))
TEMPERATURE = field("general/temperature", m.Temperature, "Cel")
FASTING = field("tests/fasting_glucose", m.Glucose, "mmol/L")
FASTING_MASS = field("tests/fasting_glucose_mg_dl", m.GlucoseMass, "mg/dL")
HBA1C = field("tests/hba1c", m.Hba1c, "%")
ALBUMIN = field("tests/liver/albumin", m.Albumin, "g/L", "g/dL", Decimal(10))
TOTAL_BILIRUBIN = field("tests/liver/total_bilirubin", m.Bilirubin, "umol/L", "mg/dL", BILIRUBIN)
DIRECT_BILIRUBIN = field("tests/liver/direct_bilirubin", m.Bilirubin, "umol/L", "mg/dL", BILIRUBIN)
SERUM_CREATININE = field("tests/renal/creatinine", m.Creatinine, "umol/L", "mg/dL", CREATININE)
UREA = field("tests/renal/urea", m.Urea, "mmol/L", "mg/dL", UREA_NITROGEN)
POTASSIUM = field("tests/renal/potassium", m.Potassium, "mmol/L", "meq/L")  # one charge: mmol = meq
SODIUM = field("tests/renal/sodium", m.Sodium, "mmol/L", "meq/L")
TOTAL_CHOLESTEROL = field("tests/lipids/total_cholesterol", m.Lipid, "mmol/L", "mg/dL", CHOLESTEROL)
LDL = field("tests/lipids/ldl", m.Lipid, "mmol/L", "mg/dL", CHOLESTEROL)
HDL = field("tests/lipids/hdl", m.Lipid, "mmol/L", "mg/dL", CHOLESTEROL)
BLOOD_FATS = field("tests/lipids/triglycerides", m.Lipid, "mmol/L", "mg/dL", TRIGLYCERIDES)

Table: TypeAlias = Mapping[str, tuple[Field, ...]]  # by LOINC code

EXAMINATION: Table = {
    "8302-2": (BODY_HEIGHT,),
    "29463-7": (BODY_WEIGHT,),
    "3141-9": (BODY_WEIGHT,),  # measured
    "39156-5": (field("general/bmi", m.BodyMassIndex, "kg/m2"),),
    "56086-2": (field("general/waist", m.Waist, "cm"),),
    "8280-0": (field("general/waist", m.Waist, "cm"),),
    "8310-5": (TEMPERATURE,),
    "8331-1": (TEMPERATURE,),  # oral
    "9279-1": (field("general/respiration", m.Respiration, "/min"),),
    "8867-4": (field("physical/heart/rate", m.HeartRate, "/min"),),
    "718-7": (field("tests/blood/haemoglobin", m.Haemoglobin, "g/L", "g/dL", Decimal(10)),),
    "6690-2": (field("tests/blood/leukocytes", m.BloodCells, "10*9/L", "10*3/uL"),),
    "777-3": (field("tests/blood/platelets", m.Platelets, "10*9/L", "10*3/uL"),),
    "1558-6": (FASTING, FASTING_MASS),  # the form has a field for each unit
    "4548-4": (HBA1C,),
    "17856-6": (HBA1C,),
    "14957-5": (field("tests/urine_microalbumin", m.UrineMicroalbumin, "mg/dL", "mg/L", Decimal("0.1")),),
    "1742-6": (field("tests/liver/alt", m.Enzyme, "U/L"),),
    "1920-8": (field("tests/liver/ast", m.Enzyme, "U/L"),),
    "1751-7": (ALBUMIN,),
    "1975-2": (TOTAL_BILIRUBIN,),
    "1968-7": (DIRECT_BILIRUBIN,),
    "38483-4": (SERUM_CREATININE,),
    "2160-0": (SERUM_CREATININE,),
    "6299-2": (UREA,),
    "3094-0": (UREA,),
    "6298-4": (POTASSIUM,),
    "2823-3": (POTASSIUM,),
    "2947-0": (SODIUM,),
    "2951-2": (SODIUM,),
    "2093-3": (TOTAL_CHOLESTEROL,),
    "2571-8": (BLOOD_FATS,),
    "18262-6": (LDL,),
    "13457-7": (LDL,),
    "2089-1": (LDL,),
    "2085-9": (HDL,),
}
# Glucose in blood without word of fasting: the examination form has a field for fasting glucose only, so
# it is told in words there; the diabetes form has one for glucose taken at any time.
GLUCOSE_CODES = ("2339-0", "2345-7")
GLUCOSE_UNITS = ("mg/dL", "mmol/L")
ANY_GLUCOSE = field("tests/random_glucose", m.Glucose, "mmol/L", "mg/dL", GLUCOSE)
FASTING_GLUCOSE = field("tests/fasting_glucose", m.Glucose, "mmol/L", "mg/dL", GLUCOSE)
DIABETES: Table = {
    "1558-6": (FASTING_GLUCOSE,),
    "2339-0": (ANY_GLUCOSE,),
    "2345-7": (ANY_GLUCOSE,),
    "4548-4": (HBA1C,),
    "17856-6": (HBA1C,),
}
BLOOD_PRESSURE_PANELS = ("55284-4", "85354-9")
SYSTOLIC = "8480-6", field("systolic", m.Systolic, "mm[Hg]")
DIASTOLIC = "8462-4", field("diastolic", m.Diastolic, "mm[Hg]")
SMOKING_STATUS = "72166-2"
SMOKING = {  # SNOMED CT concepts of the LOINC answer list LL2201-3
    "266919005": "never",
    "8517006": "former",
    "449868002": "current",
    "428041000124106": "current",
    "428071000124103": "current",
    "428061000124105": "current",
    "77176002": "current",
}
