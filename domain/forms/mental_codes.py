"""Value sets of the forms for severe mental disorder, with the option numbers printed on them."""

from domain.forms.codes import OPTIONS
from domain.forms.model import Code


class Household(Code, value_set=OPTIONS):
    URBAN = "urban", "城镇", "1"
    RURAL = "rural", "农村", "2"


class Employment(Code, value_set=OPTIONS):
    WORKER = "worker", "在岗工人", "1"
    MANAGER = "manager", "在岗管理者", "2"
    FARMER = "farmer", "农民", "3"
    UNEMPLOYED = "unemployed", "下岗或无业", "4"
    STUDENT = "student", "在校学生", "5"
    RETIRED = "retired", "退休", "6"
    PROFESSIONAL = "professional", "专业技术人员", "7"
    OTHER = "other", "其他", "8"
    UNKNOWN = "unknown", "不详", "9"


class ManagementConsent(Code, value_set=OPTIONS):
    AGREED = "agreed", "同意参加管理", "1"
    DECLINED = "declined", "不同意参加管理", "0"


class MentalSymptom(Code, value_set=OPTIONS):
    HALLUCINATION = "hallucination", "幻觉", "1"
    HARD_TO_TALK_TO = "hard-to-talk-to", "交流困难", "2"
    SUSPICION = "suspicion", "猜疑", "3"
    MOODINESS = "moodiness", "喜怒无常", "4"
    ODD_BEHAVIOUR = "odd-behaviour", "行为怪异", "5"
    EXCITED_TALKATIVE = "excited-talkative", "兴奋话多", "6"
    HARMS_PEOPLE_OR_THINGS = "harms-people-or-things", "伤人毁物", "7"
    WEARY_OF_LIFE = "weary-of-life", "悲观厌世", "8"
    WANDERING = "wandering", "无故外走", "9"
    TALKS_OR_LAUGHS_ALONE = "talks-or-laughs-alone", "自语自笑", "10"
    WITHDRAWN = "withdrawn", "孤僻懒散", "11"
    OTHER = "other", "其他", "12"


class Locking(Code, value_set=OPTIONS):
    NEVER = "never", "无关锁", "1"
    LOCKED = "locked", "关锁", "2"
    FREED = "freed", "关锁已解除", "3"


class OutpatientTreatment(Code, value_set=OPTIONS):
    NONE = "none", "未治", "1"
    INTERMITTENT = "intermittent", "间断门诊治疗", "2"
    CONTINUOUS = "continuous", "连续门诊治疗", "3"


class LatestEffect(Code, value_set=OPTIONS):
    RECOVERED = "recovered", "临床痊愈", "1"
    IMPROVED = "improved", "好转", "2"
    UNCHANGED = "unchanged", "无变化", "3"
    WORSE = "worse", "加重", "4"


class DangerousAct(Code, value_set=OPTIONS):
    MINOR_TROUBLE = "minor-trouble", "轻度滋事", "1"
    INCIDENT = "incident", "肇事", "2"
    GRAVE_INCIDENT = "grave-incident", "肇祸", "3"
    OTHER_HARM = "other-harm", "其他危害行为", "4"
    SELF_INJURY = "self-injury", "自伤", "5"
    ATTEMPTED_SUICIDE = "attempted-suicide", "自杀未遂", "6"
    NONE = "none", "无", "7"


class Economy(Code, value_set=OPTIONS):
    POOR = "poor", "贫困，在当地贫困线标准以下", "1"
    NOT_POOR = "not-poor", "非贫困", "2"


class LostReason(Code, value_set=OPTIONS):
    WORKS_AWAY = "works-away", "外出打工", "1"
    MOVED = "moved", "迁居他处", "2"
    MISSING = "missing", "走失", "3"
    NOT_MET_THREE_TIMES = "not-met-three-times", "连续3次未访到", "4"
    OTHER = "other", "其他", "5"


class DeathCause(Code, value_set=OPTIONS):
    PHYSICAL_DISEASE = "physical-disease", "躯体疾病", "1"
    SUICIDE = "suicide", "自杀", "2"
    HOMICIDE = "homicide", "他杀", "3"
    ACCIDENT = "accident", "意外", "4"
    MENTAL_COMPLICATION = "mental-complication", "精神疾病相关并发症", "5"
    OTHER = "other", "其他", "6"


class FatalDisease(Code, value_set=OPTIONS):
    INFECTION = "infection", "传染病和寄生虫病", "①"
    TUMOUR = "tumour", "肿瘤", "②"
    HEART = "heart", "心脏病", "③"
    CEREBROVASCULAR = "cerebrovascular", "脑血管病", "④"
    RESPIRATORY = "respiratory", "呼吸系统疾病", "⑤"
    DIGESTIVE = "digestive", "消化系统疾病", "⑥"
    OTHER = "other", "其他疾病", "⑦"
    UNKNOWN = "unknown", "不详", "⑧"


class DangerLevel(Code, value_set=OPTIONS):
    """危险性评估, with the definitions of the specification (服务内容, 随访评估)."""

    LEVEL_0 = "level-0", "0级：无符合以下1～5级中的任何行为", "0"
    LEVEL_1 = "level-1", "1级：口头威胁，喊叫，但没有打砸行为", "1"
    LEVEL_2 = "level-2", "2级：打砸行为，局限在家里，针对财物，能被劝说制止", "2"
    LEVEL_3 = "level-3", "3级：明显打砸行为，不分场合，针对财物，不能接受劝说而停止", "3"
    LEVEL_4 = (
        "level-4",
        "4级：持续的打砸行为，不分场合，针对财物或人，不能接受劝说而停止（包括自伤、自杀）",
        "4",
    )
    LEVEL_5 = "level-5", "5级：持管制性危险武器的针对人的任何暴力行为，或者纵火、爆炸等行为，无论场合", "5"


class Insight(Code, value_set=OPTIONS):
    FULL = "full", "自知力完全", "1"
    PARTIAL = "partial", "自知力不全", "2"
    ABSENT = "absent", "自知力缺失", "3"


class Condition(Code, value_set=OPTIONS):
    GOOD = "good", "良好", "1"
    FAIR = "fair", "一般", "2"
    POOR = "poor", "较差", "3"


class WorkCondition(Code, value_set=OPTIONS):
    GOOD = "good", "良好", "1"
    FAIR = "fair", "一般", "2"
    POOR = "poor", "较差", "3"
    NOT_APPLICABLE = "not-applicable", "此项不适用", "9"


class HospitalStay(Code, value_set=OPTIONS):
    NONE = "none", "未住院", "0"
    NOW = "now", "目前正在住院", "1"
    DISCHARGED = "discharged", "曾住院，现未住院", "2"


class DrugAdherence(Code, value_set=OPTIONS):
    REGULAR = "regular", "按医嘱规律用药", "1"
    INTERMITTENT = "intermittent", "间断用药", "2"
    NONE = "none", "不用药", "3"
    NOT_PRESCRIBED = "not-prescribed", "医嘱勿需用药", "4"


class AdverseReaction(Code, value_set=OPTIONS):
    ABSENT = "absent", "无", "1"
    PRESENT = "present", "有", "2"
    NOT_APPLICABLE = "not-applicable", "此项不适用", "9"


class Effect(Code, value_set=OPTIONS):
    RECOVERED = "recovered", "痊愈", "1"
    IMPROVED = "improved", "好转", "2"
    UNCHANGED = "unchanged", "无变化", "3"
    WORSE = "worse", "加重", "4"
    NOT_APPLICABLE = "not-applicable", "此项不适用", "9"


class Referred(Code, value_set=OPTIONS):
    NO = "no", "否", "1"
    YES = "yes", "是", "2"


class DosePeriod(Code, value_set=OPTIONS):
    DAY = "day", "每日"
    MONTH = "month", "每月"


class Rehabilitation(Code, value_set=OPTIONS):
    DAILY_LIVING = "daily-living", "生活劳动能力", "1"
    WORK_TRAINING = "work-training", "职业训练", "2"
    LEARNING = "learning", "学习能力", "3"
    SOCIAL = "social", "社会交往", "4"
    OTHER = "other", "其他", "5"


class Stability(Code, value_set=OPTIONS):
    UNSTABLE = "unstable", "不稳定", "1"
    BASICALLY_STABLE = "basically-stable", "基本稳定", "2"
    STABLE = "stable", "稳定", "3"
