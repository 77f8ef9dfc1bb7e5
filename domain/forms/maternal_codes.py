"""Value sets of the forms for pregnancy and childbed, with the option numbers printed on them."""

from domain.forms.codes import OPTIONS
from domain.forms.model import Code


class PastIllness(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    HEART = "heart", "心脏病", "2"
    KIDNEY = "kidney", "肾脏疾病", "3"
    LIVER = "liver", "肝脏疾病", "4"
    HYPERTENSION = "hypertension", "高血压", "5"
    ANAEMIA = "anaemia", "贫血", "6"
    DIABETES = "diabetes", "糖尿病", "7"
    OTHER = "other", "其他", "8"


class FamilyIllness(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    HEREDITARY = "hereditary", "遗传性疾病史", "2"
    MENTAL = "mental", "精神疾病史", "3"
    OTHER = "other", "其他", "4"


class PersonalHistory(Code, value_set=OPTIONS):
    NONE = "none", "无特殊", "1"
    SMOKING = "smoking", "吸烟", "2"
    DRINKING = "drinking", "饮酒", "3"
    DRUGS = "drugs", "服用药物", "4"
    TOXIC_SUBSTANCES = "toxic-substances", "接触有毒有害物质", "5"
    RADIATION = "radiation", "接触放射线", "6"
    OTHER = "other", "其他", "7"


class VaginalDischarge(Code, value_set=OPTIONS):
    UNREMARKABLE = "unremarkable", "未见异常", "1"
    TRICHOMONAS = "trichomonas", "滴虫", "2"
    CANDIDA = "candida", "假丝酵母菌", "3"
    OTHER = "other", "其他", "4"


class VaginalCleanliness(Code, value_set=OPTIONS):
    DEGREE_1 = "degree-1", "Ⅰ度", "1"
    DEGREE_2 = "degree-2", "Ⅱ度", "2"
    DEGREE_3 = "degree-3", "Ⅲ度", "3"
    DEGREE_4 = "degree-4", "Ⅳ度", "4"


class FirstGuidance(Code, value_set=OPTIONS):
    LIFESTYLE = "lifestyle", "生活方式", "1"
    PSYCHOLOGY = "psychology", "心理", "2"
    NUTRITION = "nutrition", "营养", "3"
    TERATOGENS = "teratogens", "避免致畸因素和疾病对胚胎的不良影响", "4"
    PRENATAL_SCREENING = "prenatal-screening", "产前筛查宣传告知", "5"
    OTHER = "other", "其他", "6"


class AntenatalVisit(Code, value_set=OPTIONS):
    SECOND = "second", "第2次", "2"
    THIRD = "third", "第3次", "3"
    FOURTH = "fourth", "第4次", "4"
    FIFTH = "fifth", "第5次", "5"


class AntenatalContact(Code, value_set=OPTIONS):
    """随访／督促: where an institution may not deliver children, it urges the woman to go where one may."""

    VISITED = "visited", "随访"
    URGED = "urged", "督促"


class AntenatalGuidance(Code, value_set=OPTIONS):
    """指导, numbered as at the fourth and fifth visit; the earlier ones offer fewer options."""

    LIFESTYLE = "lifestyle", "生活方式", "1"
    NUTRITION = "nutrition", "营养", "2"
    PSYCHOLOGY = "psychology", "心理", "3"
    EXERCISE = "exercise", "运动", "4"
    SELF_MONITORING = "self-monitoring", "自我监护", "5"
    DELIVERY_PREPARATION = "delivery-preparation", "分娩准备", "6"
    BREASTFEEDING = "breastfeeding", "母乳喂养", "7"
    OTHER = "other", "其他", "8"


class PostpartumGuidance(Code, value_set=OPTIONS):
    HYGIENE = "hygiene", "个人卫生", "1"
    PSYCHOLOGY = "psychology", "心理", "2"
    NUTRITION = "nutrition", "营养", "3"
    BREASTFEEDING = "breastfeeding", "母乳喂养", "4"
    NEWBORN_CARE = "newborn-care", "新生儿护理与喂养", "5"
    OTHER = "other", "其他", "6"


class Day42Guidance(Code, value_set=OPTIONS):
    PSYCHOLOGY = "psychology", "心理保健", "1"
    CONTRACEPTION = "contraception", "性保健与避孕", "2"
    INFANT_FEEDING = "infant-feeding", "婴儿喂养", "3"
    NUTRITION = "nutrition", "产妇营养", "4"
    OTHER = "other", "其他", "5"


class Recovery(Code, value_set=OPTIONS):
    RECOVERED = "recovered", "已恢复", "1"
    NOT_RECOVERED = "not-recovered", "未恢复", "2"


class Outcome(Code, value_set=OPTIONS):
    CLOSED = "closed", "结案", "1"
    REFERRED = "referred", "转诊", "2"
