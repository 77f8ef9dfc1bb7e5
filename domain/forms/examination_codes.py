"""Value sets of the health examination form, with the option numbers printed on it."""

from domain.forms.codes import OPTIONS
from domain.forms.model import Code


class Symptom(Code, value_set=OPTIONS):
    NONE = "none", "无症状", "1"
    HEADACHE = "headache", "头痛", "2"
    DIZZINESS = "dizziness", "头晕", "3"
    PALPITATION = "palpitation", "心悸", "4"
    CHEST_TIGHTNESS = "chest-tightness", "胸闷", "5"
    CHEST_PAIN = "chest-pain", "胸痛", "6"
    CHRONIC_COUGH = "chronic-cough", "慢性咳嗽", "7"
    SPUTUM = "sputum", "咳痰", "8"
    DYSPNOEA = "dyspnoea", "呼吸困难", "9"
    POLYDIPSIA = "polydipsia", "多饮", "10"
    POLYURIA = "polyuria", "多尿", "11"
    WEIGHT_LOSS = "weight-loss", "体重下降", "12"
    FATIGUE = "fatigue", "乏力", "13"
    JOINT_SWELLING_OR_PAIN = "joint-swelling-or-pain", "关节肿痛", "14"
    BLURRED_VISION = "blurred-vision", "视力模糊", "15"
    NUMB_HANDS_OR_FEET = "numb-hands-or-feet", "手脚麻木", "16"
    URINARY_URGENCY = "urinary-urgency", "尿急", "17"
    DYSURIA = "dysuria", "尿痛", "18"
    CONSTIPATION = "constipation", "便秘", "19"
    DIARRHOEA = "diarrhoea", "腹泻", "20"
    NAUSEA_OR_VOMITING = "nausea-or-vomiting", "恶心呕吐", "21"
    DIM_SIGHT = "dim-sight", "眼花", "22"
    TINNITUS = "tinnitus", "耳鸣", "23"
    BREAST_DISTENSION = "breast-distension", "乳房胀痛", "24"
    OTHER = "other", "其他", "25"


class SelfRatedHealth(Code, value_set=OPTIONS):
    SATISFIED = "satisfied", "满意", "1"
    FAIRLY_SATISFIED = "fairly-satisfied", "基本满意", "2"
    UNCLEAR = "unclear", "说不清楚", "3"
    NOT_QUITE_SATISFIED = "not-quite-satisfied", "不太满意", "4"
    DISSATISFIED = "dissatisfied", "不满意", "5"


class SelfCare(Code, value_set=OPTIONS):
    ABLE = "able", "可自理（0～3分）", "1"
    MILD = "mild", "轻度依赖（4～8分）", "2"
    MODERATE = "moderate", "中度依赖（9～18分）", "3"
    UNABLE = "unable", "不能自理（≥19分）", "4"


class Screening(Code, value_set=OPTIONS):
    NEGATIVE = "negative", "粗筛阴性", "1"
    POSITIVE = "positive", "粗筛阳性", "2"


class ExerciseFrequency(Code, value_set=OPTIONS):
    DAILY = "daily", "每天", "1"
    WEEKLY = "weekly", "每周一次以上", "2"
    OCCASIONAL = "occasional", "偶尔", "3"
    NONE = "none", "不锻炼", "4"


class Diet(Code, value_set=OPTIONS):
    BALANCED = "balanced", "荤素均衡", "1"
    MOSTLY_MEAT = "mostly-meat", "荤食为主", "2"
    MOSTLY_VEGETABLE = "mostly-vegetable", "素食为主", "3"
    SALTY = "salty", "嗜盐", "4"
    OILY = "oily", "嗜油", "5"
    SUGARY = "sugary", "嗜糖", "6"


class Smoking(Code, value_set=OPTIONS):
    NEVER = "never", "从不吸烟", "1"
    FORMER = "former", "已戒烟", "2"
    CURRENT = "current", "吸烟", "3"


class Drinking(Code, value_set=OPTIONS):
    NEVER = "never", "从不", "1"
    OCCASIONAL = "occasional", "偶尔", "2"
    OFTEN = "often", "经常", "3"
    DAILY = "daily", "每天", "4"


class Abstinence(Code, value_set=OPTIONS):
    NOT_STOPPED = "not-stopped", "未戒酒", "1"
    STOPPED = "stopped", "已戒酒", "2"


class Drink(Code, value_set=OPTIONS):
    SPIRITS = "spirits", "白酒", "1"
    BEER = "beer", "啤酒", "2"
    WINE = "wine", "红酒", "3"
    RICE_WINE = "rice-wine", "黄酒", "4"
    OTHER = "other", "其他", "5"


class Hazard(Code, value_set=OPTIONS):
    DUST = "dust", "粉尘"
    RADIOACTIVE = "radioactive", "放射物质"
    PHYSICAL = "physical", "物理因素"
    CHEMICAL = "chemical", "化学物质"
    OTHER = "other", "其他"


class Lips(Code, value_set=OPTIONS):
    ROSY = "rosy", "红润", "1"
    PALE = "pale", "苍白", "2"
    CYANOTIC = "cyanotic", "发绀", "3"
    CHAPPED = "chapped", "皲裂", "4"
    HERPES = "herpes", "疱疹", "5"


class Dentition(Code, value_set=OPTIONS):
    NORMAL = "normal", "正常", "1"
    MISSING = "missing", "缺齿", "2"
    CARIES = "caries", "龋齿", "3"
    DENTURE = "denture", "义齿（假牙）", "4"


class Pharynx(Code, value_set=OPTIONS):
    NOT_CONGESTED = "not-congested", "无充血", "1"
    CONGESTED = "congested", "充血", "2"
    LYMPHOID_FOLLICLES = "lymphoid-follicles", "淋巴滤泡增生", "3"


class Hearing(Code, value_set=OPTIONS):
    HEARS = "hears", "听见", "1"
    UNCLEAR_OR_NOT = "unclear-or-not", "听不清或无法听见", "2"


class Motion(Code, value_set=OPTIONS):
    SMOOTH = "smooth", "可顺利完成", "1"
    UNABLE_ALONE = "unable-alone", "无法独立完成任何一个动作", "2"


class Skin(Code, value_set=OPTIONS):
    NORMAL = "normal", "正常", "1"
    FLUSHED = "flushed", "潮红", "2"
    PALE = "pale", "苍白", "3"
    CYANOTIC = "cyanotic", "发绀", "4"
    JAUNDICED = "jaundiced", "黄染", "5"
    PIGMENTED = "pigmented", "色素沉着", "6"
    OTHER = "other", "其他", "7"


class Sclera(Code, value_set=OPTIONS):
    NORMAL = "normal", "正常", "1"
    JAUNDICED = "jaundiced", "黄染", "2"
    CONGESTED = "congested", "充血", "3"
    OTHER = "other", "其他", "4"


class LymphNodes(Code, value_set=OPTIONS):
    NOT_PALPABLE = "not-palpable", "未触及", "1"
    SUPRACLAVICULAR = "supraclavicular", "锁骨上", "2"
    AXILLARY = "axillary", "腋窝", "3"
    OTHER = "other", "其他", "4"


class Rales(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    DRY = "dry", "干罗音", "2"
    MOIST = "moist", "湿罗音", "3"
    OTHER = "other", "其他", "4"


class Rhythm(Code, value_set=OPTIONS):
    REGULAR = "regular", "齐", "1"
    IRREGULAR = "irregular", "不齐", "2"
    ABSOLUTELY_IRREGULAR = "absolutely-irregular", "绝对不齐", "3"


class LegOedema(Code, value_set=OPTIONS):
    NONE = "none", "无", "1"
    ONE_SIDED = "one-sided", "单侧", "2"
    BOTH_UNEQUAL = "both-unequal", "双侧不对称", "3"
    BOTH_EQUAL = "both-equal", "双侧对称", "4"


class DorsalisPedis(Code, value_set=OPTIONS):
    NOT_PALPABLE = "not-palpable", "未触及", "1"
    BOTH_EQUAL = "both-equal", "触及双侧对称", "2"
    LEFT_WEAK_OR_ABSENT = "left-weak-or-absent", "触及左侧弱或消失", "3"
    RIGHT_WEAK_OR_ABSENT = "right-weak-or-absent", "触及右侧弱或消失", "4"


class RectalExam(Code, value_set=OPTIONS):
    NORMAL = "normal", "未及异常", "1"
    TENDER = "tender", "触痛", "2"
    MASS = "mass", "包块", "3"
    PROSTATE_ABNORMAL = "prostate-abnormal", "前列腺异常", "4"
    OTHER = "other", "其他", "5"


class Breast(Code, value_set=OPTIONS):
    NORMAL = "normal", "未见异常", "1"
    MASTECTOMY = "mastectomy", "乳房切除", "2"
    ABNORMAL_LACTATION = "abnormal-lactation", "异常泌乳", "3"
    MASS = "mass", "乳腺包块", "4"
    OTHER = "other", "其他", "5"


class Cerebrovascular(Code, value_set=OPTIONS):
    NONE = "none", "未发现", "1"
    ISCHAEMIC_STROKE = "ischaemic-stroke", "缺血性卒中", "2"
    CEREBRAL_HAEMORRHAGE = "cerebral-haemorrhage", "脑出血", "3"
    SUBARACHNOID_HAEMORRHAGE = "subarachnoid-haemorrhage", "蛛网膜下腔出血", "4"
    TRANSIENT_ISCHAEMIC_ATTACK = "transient-ischaemic-attack", "短暂性脑缺血发作", "5"
    OTHER = "other", "其他", "6"


class Kidney(Code, value_set=OPTIONS):
    NONE = "none", "未发现", "1"
    DIABETIC_NEPHROPATHY = "diabetic-nephropathy", "糖尿病肾病", "2"
    RENAL_FAILURE = "renal-failure", "肾功能衰竭", "3"
    ACUTE_NEPHRITIS = "acute-nephritis", "急性肾炎", "4"
    CHRONIC_NEPHRITIS = "chronic-nephritis", "慢性肾炎", "5"
    OTHER = "other", "其他", "6"


class Heart(Code, value_set=OPTIONS):
    NONE = "none", "未发现", "1"
    MYOCARDIAL_INFARCTION = "myocardial-infarction", "心肌梗死", "2"
    ANGINA = "angina", "心绞痛", "3"
    CORONARY_REVASCULARISATION = "coronary-revascularisation", "冠状动脉血运重建", "4"
    CONGESTIVE_HEART_FAILURE = "congestive-heart-failure", "充血性心力衰竭", "5"
    PRECORDIAL_PAIN = "precordial-pain", "心前区疼痛", "6"
    OTHER = "other", "其他", "7"


class Vascular(Code, value_set=OPTIONS):
    NONE = "none", "未发现", "1"
    DISSECTING_ANEURYSM = "dissecting-aneurysm", "夹层动脉瘤", "2"
    ARTERIAL_OCCLUSION = "arterial-occlusion", "动脉闭塞性疾病", "3"
    OTHER = "other", "其他", "4"


class Eye(Code, value_set=OPTIONS):
    NONE = "none", "未发现", "1"
    RETINAL_BLEEDING_OR_EXUDATE = "retinal-bleeding-or-exudate", "视网膜出血或渗出", "2"
    PAPILLOEDEMA = "papilloedema", "视乳头水肿", "3"
    CATARACT = "cataract", "白内障", "4"
    OTHER = "other", "其他", "5"


class Guidance(Code, value_set=OPTIONS):
    CHRONIC_DISEASE_MANAGEMENT = "chronic-disease-management", "纳入慢性病患者健康管理", "1"
    RECHECK = "recheck", "建议复查", "2"
    REFERRAL = "referral", "建议转诊", "3"


class RiskControl(Code, value_set=OPTIONS):
    STOP_SMOKING = "stop-smoking", "戒烟", "1"
    DRINK_SENSIBLY = "drink-sensibly", "健康饮酒", "2"
    DIET = "diet", "饮食", "3"
    EXERCISE = "exercise", "锻炼", "4"
    LOSE_WEIGHT = "lose-weight", "减体重", "5"
    VACCINATION = "vaccination", "建议接种疫苗", "6"
    OTHER = "other", "其他", "7"
