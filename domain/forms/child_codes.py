"""Value sets of the forms for children of 0 to 6 years, with the option numbers printed on them.

Where the columns of one form number an option differently, the code is that of the first column.
"""

from domain.forms.codes import OPTIONS
from domain.forms.model import Code


class MotherIllness(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    DIABETES = "diabetes", "糖尿病", "2"
    PREGNANCY_HYPERTENSION = "pregnancy-hypertension", "妊娠期高血压", "3"
    OTHER = "other", "其他", "4"


class Delivery(Code, value_set=OPTIONS):
    SPONTANEOUS = "spontaneous", "顺产", "1"
    VACUUM = "vacuum", "胎头吸引", "2"
    FORCEPS = "forceps", "产钳", "3"
    CAESAREAN = "caesarean", "剖宫", "4"
    MULTIPLE = "multiple", "双多胎", "5"
    BREECH = "breech", "臀位", "6"
    OTHER = "other", "其他", "7"


class HearingScreening(Code, value_set=OPTIONS):
    PASSED = "passed", "通过", "1"
    NOT_PASSED = "not-passed", "未通过", "2"
    NOT_SCREENED = "not-screened", "未筛查", "3"
    UNKNOWN = "unknown", "不详", "4"


class DiseaseScreening(Code, value_set=OPTIONS):
    NOT_DONE = "not-done", "未进行", "1"
    NEGATIVE = "negative", "检查均阴性", "2"
    HYPOTHYROIDISM = "hypothyroidism", "甲低", "3"
    PHENYLKETONURIA = "phenylketonuria", "苯丙酮尿症", "4"
    OTHER = "other", "其他遗传代谢病", "5"


class Feeding(Code, value_set=OPTIONS):
    BREAST = "breast", "纯母乳", "1"
    MIXED = "mixed", "混合", "2"
    ARTIFICIAL = "artificial", "人工", "3"


class Stool(Code, value_set=OPTIONS):
    PASTY = "pasty", "糊状", "1"
    LOOSE = "loose", "稀", "2"
    OTHER = "other", "其他", "3"


class Complexion(Code, value_set=OPTIONS):
    """面色. From 3 months of age the form leaves out jaundice and numbers the last option 2."""

    ROSY = "rosy", "红润", "1"
    JAUNDICED = "jaundiced", "黄染", "2"
    OTHER = "other", "其他", "3"


class Jaundice(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    FACE = "face", "面部", "2"
    TRUNK = "trunk", "躯干", "3"
    LIMBS = "limbs", "四肢", "4"
    HANDS_OR_FEET = "hands-or-feet", "手足", "5"


class NewbornFontanelle(Code, value_set=OPTIONS):
    NORMAL = "normal", "正常", "1"
    BULGING = "bulging", "膨隆", "2"
    SUNKEN = "sunken", "凹陷", "3"
    OTHER = "other", "其他", "4"


class NewbornSkin(Code, value_set=OPTIONS):
    UNREMARKABLE = "unremarkable", "未见异常", "1"
    ECZEMA = "eczema", "湿疹", "2"
    EROSION = "erosion", "糜烂", "3"
    OTHER = "other", "其他", "4"


class UmbilicalCord(Code, value_set=OPTIONS):
    ATTACHED = "attached", "未脱", "1"
    FALLEN = "fallen", "脱落", "2"
    OOZING = "oozing", "脐部有渗出", "3"
    OTHER = "other", "其他", "4"


class NewbornGuidance(Code, value_set=OPTIONS):
    FEEDING = "feeding", "喂养指导", "1"
    DEVELOPMENT = "development", "发育指导", "2"
    DISEASE_PREVENTION = "disease-prevention", "防病指导", "3"
    INJURY_PREVENTION = "injury-prevention", "预防伤害指导", "4"
    ORAL_CARE = "oral-care", "口腔保健指导", "5"
    OTHER = "other", "其他", "6"


class Level(Code, value_set=OPTIONS):
    """Place in the growth reference: above, within or below."""

    UPPER = "upper", "上", "1"
    MIDDLE = "middle", "中", "2"
    LOWER = "lower", "下", "3"


class Fontanelle(Code, value_set=OPTIONS):
    CLOSED = "closed", "闭合", "1"
    OPEN = "open", "未闭", "2"


class NeckMass(Code, value_set=OPTIONS):
    """颈部包块: on the forms after the newborn's, present comes first."""

    PRESENT = "present", "有", "1"
    ABSENT = "absent", "无", "2"


class RicketsSymptom(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    NIGHT_WAKING = "night-waking", "夜惊", "2"
    SWEATING = "sweating", "多汗", "3"
    RESTLESSNESS = "restlessness", "烦躁", "4"


class InfantRicketsSign(Code, value_set=OPTIONS):
    """可疑佝偻病体征 at 6 and 8 months; at 3 months the form asks for a soft skull only, as option 2."""

    NONE = "none", "无", "1"
    RIB_BEADING = "rib-beading", "肋串珠", "2"
    RIB_GROOVE = "rib-groove", "肋软骨沟", "3"
    PIGEON_CHEST = "pigeon-chest", "鸡胸", "4"
    BANGLES = "bangles", "手足镯", "5"
    SOFT_SKULL = "soft-skull", "颅骨软化", "6"
    SQUARE_SKULL = "square-skull", "方颅", "7"


class ToddlerRicketsSign(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    RIB_BEADING = "rib-beading", "肋串珠", "2"
    RIB_GROOVE = "rib-groove", "肋软骨沟", "3"
    PIGEON_CHEST = "pigeon-chest", "鸡胸", "4"
    BANGLES = "bangles", "手足镯", "5"
    BOW_LEGS = "bow-legs", "“O”型腿", "6"
    KNOCK_KNEES = "knock-knees", "“X”型腿", "7"


class PhysicalDevelopment(Code, value_set=OPTIONS):
    NORMAL = "normal", "正常", "1"
    UNDERWEIGHT = "underweight", "低体重", "2"
    WASTED = "wasted", "消瘦", "3"
    STUNTED = "stunted", "生长迟缓", "4"
    OVERWEIGHT = "overweight", "超重", "5"


class Illness(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    PNEUMONIA = "pneumonia", "肺炎", "2"
    DIARRHOEA = "diarrhoea", "腹泻", "3"
    INJURY = "injury", "外伤", "4"
    OTHER = "other", "其他", "5"


class ChildGuidance(Code, value_set=OPTIONS):
    FEEDING = "feeding", "科学喂养（3～6岁：合理膳食）", "1"
    DEVELOPMENT = "development", "生长发育", "2"
    DISEASE_PREVENTION = "disease-prevention", "疾病预防", "3"
    INJURY_PREVENTION = "injury-prevention", "预防伤害", "4"
    ORAL_CARE = "oral-care", "口腔保健", "5"
    OTHER = "other", "其他", "6"
