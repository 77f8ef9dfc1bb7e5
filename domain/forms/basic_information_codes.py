"""Value sets of the personal basic information form, with the option numbers printed on it."""

from domain.forms.codes import OPTIONS
from domain.forms.model import Code


class Residence(Code, value_set=OPTIONS):
    REGISTERED = "registered", "户籍", "1"
    NOT_REGISTERED = "not-registered", "非户籍", "2"


class BloodType(Code, value_set=OPTIONS):
    A = "a", "A型", "1"
    B = "b", "B型", "2"
    O = "o", "O型", "3"  # noqa: E741 - the name of the blood group
    AB = "ab", "AB型", "4"
    UNKNOWN = "unknown", "不详", "5"


class Rhesus(Code, value_set=OPTIONS):
    NEGATIVE = "negative", "阴性", "1"
    POSITIVE = "positive", "阳性", "2"
    UNKNOWN = "unknown", "不详", "3"


class Education(Code, value_set=OPTIONS):
    POSTGRADUATE = "postgraduate", "研究生", "1"
    UNIVERSITY = "university", "大学本科", "2"
    COLLEGE = "college", "大学专科和专科学校", "3"
    SECONDARY_VOCATIONAL = "secondary-vocational", "中等专业学校", "4"
    TECHNICAL_SCHOOL = "technical-school", "技工学校", "5"
    SENIOR_HIGH = "senior-high", "高中", "6"
    JUNIOR_HIGH = "junior-high", "初中", "7"
    PRIMARY = "primary", "小学", "8"
    ILLITERATE = "illiterate", "文盲或半文盲", "9"
    UNKNOWN = "unknown", "不详", "10"


class Occupation(Code, value_set=OPTIONS):
    HEAD_OF_UNIT = "head-of-unit", "国家机关、党群组织、企业、事业单位负责人", "0"
    PROFESSIONAL = "professional", "专业技术人员", "1"
    CLERK = "clerk", "办事人员和有关人员", "2"
    COMMERCE_OR_SERVICE = "commerce-or-service", "商业、服务业人员", "3"
    AGRICULTURE = "agriculture", "农、林、牧、渔、水利业生产人员", "4"
    PRODUCTION_OR_TRANSPORT = "production-or-transport", "生产、运输设备操作人员及有关人员", "5"
    MILITARY = "military", "军人", "6"
    OTHER = "other", "不便分类的其他从业人员", "7"
    NONE = "none", "无职业", "8"


class MaritalStatus(Code, value_set=OPTIONS):
    NEVER_MARRIED = "never-married", "未婚", "1"
    MARRIED = "married", "已婚", "2"
    WIDOWED = "widowed", "丧偶", "3"
    DIVORCED = "divorced", "离婚", "4"
    UNSTATED = "unstated", "未说明的婚姻状况", "5"


class PaymentMode(Code, value_set=OPTIONS):
    URBAN_EMPLOYEE_INSURANCE = "urban-employee-insurance", "城镇职工基本医疗保险", "1"
    URBAN_RESIDENT_INSURANCE = "urban-resident-insurance", "城镇居民基本医疗保险", "2"
    RURAL_COOPERATIVE = "rural-cooperative", "新型农村合作医疗", "3"
    POVERTY_RELIEF = "poverty-relief", "贫困救助", "4"
    COMMERCIAL_INSURANCE = "commercial-insurance", "商业医疗保险", "5"
    FULL_PUBLIC = "full-public", "全公费", "6"
    FULL_SELF = "full-self", "全自费", "7"
    OTHER = "other", "其他", "8"


class DrugAllergy(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    PENICILLIN = "penicillin", "青霉素", "2"
    SULFONAMIDE = "sulfonamide", "磺胺", "3"
    STREPTOMYCIN = "streptomycin", "链霉素", "4"
    OTHER = "other", "其他", "5"


class Exposure(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    CHEMICAL = "chemical", "化学品", "2"
    POISON = "poison", "毒物", "3"
    RADIATION = "radiation", "射线", "4"


class PastDisease(Code, value_set=OPTIONS):
    HYPERTENSION = "hypertension", "高血压", "2"
    DIABETES = "diabetes", "糖尿病", "3"
    CORONARY_HEART_DISEASE = "coronary-heart-disease", "冠心病", "4"
    COPD = "copd", "慢性阻塞性肺疾病", "5"
    MALIGNANT_TUMOUR = "malignant-tumour", "恶性肿瘤", "6"
    STROKE = "stroke", "脑卒中", "7"
    SEVERE_MENTAL_DISORDER = "severe-mental-disorder", "严重精神障碍", "8"
    TUBERCULOSIS = "tuberculosis", "结核病", "9"
    HEPATITIS = "hepatitis", "肝炎", "10"
    OTHER_NOTIFIABLE = "other-notifiable", "其他法定传染病", "11"
    OCCUPATIONAL = "occupational", "职业病", "12"
    OTHER = "other", "其他", "13"


NAMED_DISEASES = (
    PastDisease.MALIGNANT_TUMOUR,
    PastDisease.OTHER_NOTIFIABLE,
    PastDisease.OCCUPATIONAL,
    PastDisease.OTHER,
)


class HistoryKind(Code, value_set=OPTIONS):
    DISEASES = "diseases", "无疾病史", "1"
    OPERATIONS = "operations", "无手术史", "1"
    INJURIES = "injuries", "无外伤史", "1"
    TRANSFUSIONS = "transfusions", "无输血史", "1"


class FamilyDisease(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    HYPERTENSION = "hypertension", "高血压", "2"
    DIABETES = "diabetes", "糖尿病", "3"
    CORONARY_HEART_DISEASE = "coronary-heart-disease", "冠心病", "4"
    COPD = "copd", "慢性阻塞性肺疾病", "5"
    MALIGNANT_TUMOUR = "malignant-tumour", "恶性肿瘤", "6"
    STROKE = "stroke", "脑卒中", "7"
    SEVERE_MENTAL_DISORDER = "severe-mental-disorder", "严重精神障碍", "8"
    TUBERCULOSIS = "tuberculosis", "结核病", "9"
    HEPATITIS = "hepatitis", "肝炎", "10"
    CONGENITAL_MALFORMATION = "congenital-malformation", "先天畸形", "11"
    OTHER = "other", "其他", "12"


class Disability(Code, value_set=OPTIONS):
    NONE = "none", "无残疾", "1"
    VISUAL = "visual", "视力残疾", "2"
    HEARING = "hearing", "听力残疾", "3"
    SPEECH = "speech", "言语残疾", "4"
    LIMB = "limb", "肢体残疾", "5"
    INTELLECTUAL = "intellectual", "智力残疾", "6"
    MENTAL = "mental", "精神残疾", "7"
    OTHER = "other", "其他残疾", "8"


class KitchenExhaust(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    RANGE_HOOD = "range-hood", "油烟机", "2"
    EXTRACTOR_FAN = "extractor-fan", "换气扇", "3"
    CHIMNEY = "chimney", "烟囱", "4"


class Fuel(Code, value_set=OPTIONS):
    LIQUEFIED_GAS = "liquefied-gas", "液化气", "1"
    COAL = "coal", "煤", "2"
    NATURAL_GAS = "natural-gas", "天然气", "3"
    BIOGAS = "biogas", "沼气", "4"
    FIREWOOD = "firewood", "柴火", "5"
    OTHER = "other", "其他", "6"


class DrinkingWater(Code, value_set=OPTIONS):
    TAP = "tap", "自来水", "1"
    FILTERED = "filtered", "经净化过滤的水", "2"
    WELL = "well", "井水", "3"
    RIVER_OR_LAKE = "river-or-lake", "河湖水", "4"
    POND = "pond", "塘水", "5"
    OTHER = "other", "其他", "6"


class Toilet(Code, value_set=OPTIONS):
    SANITARY = "sanitary", "卫生厕所", "1"
    CESSPIT = "cesspit", "一格或二格粪池式", "2"
    COMMODE = "commode", "马桶", "3"
    OPEN_PIT = "open-pit", "露天粪坑", "4"
    SHED = "shed", "简易棚厕", "5"


class LivestockPen(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    SEPARATE = "separate", "单设", "2"
    INDOOR = "indoor", "室内", "3"
    OUTDOOR = "outdoor", "室外", "4"
