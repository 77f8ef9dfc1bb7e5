"""Value sets of the forms for tuberculosis, with the option numbers printed on them."""

from domain.forms.codes import OPTIONS
from domain.forms.model import Code


class VisitMode(Code, value_set=OPTIONS):
    """随访方式 of the first visit, which is never made by telephone."""

    CLINIC = "clinic", "门诊", "1"
    HOME = "home", "家庭", "2"


class CaseKind(Code, value_set=OPTIONS):
    NEW = "new", "初治", "1"
    RETREATED = "retreated", "复治", "2"


class Sputum(Code, value_set=OPTIONS):
    POSITIVE = "positive", "阳性", "1"
    NEGATIVE = "negative", "阴性", "2"
    NOT_EXAMINED = "not-examined", "未查痰", "3"


class Resistance(Code, value_set=OPTIONS):
    RESISTANT = "resistant", "耐药", "1"
    NOT_RESISTANT = "not-resistant", "非耐药", "2"
    NOT_TESTED = "not-tested", "未检测", "3"


class FirstVisitSymptom(Code, value_set=OPTIONS):
    NONE = "none", "没有症状", "0"
    COUGH_OR_SPUTUM = "cough-or-sputum", "咳嗽咳痰", "1"
    FEVER_OR_NIGHT_SWEATS = "fever-or-night-sweats", "低热盗汗", "2"
    HAEMOPTYSIS = "haemoptysis", "咯血或血痰", "3"
    CHEST_PAIN_OR_WASTING = "chest-pain-or-wasting", "胸痛消瘦", "4"
    NAUSEA_OR_POOR_APPETITE = "nausea-or-poor-appetite", "恶心纳差", "5"
    HEADACHE_OR_SLEEPLESSNESS = "headache-or-sleeplessness", "头痛失眠", "6"
    BLURRED_VISION = "blurred-vision", "视物模糊", "7"
    ITCH_OR_RASH = "itch-or-rash", "皮肤瘙痒、皮疹", "8"
    TINNITUS_OR_HEARING_LOSS = "tinnitus-or-hearing-loss", "耳鸣、听力下降", "9"
    OTHER = "other", "其他"


class FollowUpSymptom(Code, value_set=OPTIONS):
    """症状及体征 of a follow-up: joint pain comes in as 6, and moves the later options on."""

    NONE = "none", "没有症状", "0"
    COUGH_OR_SPUTUM = "cough-or-sputum", "咳嗽咳痰", "1"
    FEVER_OR_NIGHT_SWEATS = "fever-or-night-sweats", "低热盗汗", "2"
    HAEMOPTYSIS = "haemoptysis", "咯血或血痰", "3"
    CHEST_PAIN_OR_WASTING = "chest-pain-or-wasting", "胸痛消瘦", "4"
    NAUSEA_OR_POOR_APPETITE = "nausea-or-poor-appetite", "恶心纳差", "5"
    JOINT_PAIN = "joint-pain", "关节疼痛", "6"
    HEADACHE_OR_SLEEPLESSNESS = "headache-or-sleeplessness", "头痛失眠", "7"
    BLURRED_VISION = "blurred-vision", "视物模糊", "8"
    ITCH_OR_RASH = "itch-or-rash", "皮肤瘙痒、皮疹", "9"
    TINNITUS_OR_HEARING_LOSS = "tinnitus-or-hearing-loss", "耳鸣、听力下降", "10"
    OTHER = "other", "其他"


class DrugMode(Code, value_set=OPTIONS):
    DAILY = "daily", "每日", "1"
    INTERMITTENT = "intermittent", "间歇", "2"


class DrugForm(Code, value_set=OPTIONS):
    FIXED_DOSE_COMBINATION = "fixed-dose-combination", "固定剂量复合制剂", "1"
    LOOSE = "loose", "散装药", "2"
    BLISTER_COMBINATION = "blister-combination", "板式组合药", "3"
    INJECTION = "injection", "注射剂", "4"


class Supervisor(Code, value_set=OPTIONS):
    DOCTOR = "doctor", "医生", "1"
    FAMILY = "family", "家属", "2"
    SELF = "self", "自服药", "3"
    OTHER = "other", "其他", "4"


class OwnRoom(Code, value_set=OPTIONS):
    YES = "yes", "有", "1"
    NO = "no", "无", "2"


class Mastery(Code, value_set=OPTIONS):
    MASTERED = "mastered", "掌握", "1"
    NOT_MASTERED = "not-mastered", "未掌握", "2"


class StopReason(Code, value_set=OPTIONS):
    COMPLETED = "completed", "完成疗程"
    DEATH = "death", "死亡"
    LOST = "lost", "丢失"
    MULTI_DRUG_RESISTANT = "multi-drug-resistant", "转入耐多药治疗"
