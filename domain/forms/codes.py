"""Value sets used by more than one form. Codes are the option numbers printed on the national form (2017)
unless `value_set` names a standard.
"""

from domain.forms.model import Code

OPTIONS = "国家基本公共卫生服务规范（第三版）表单选项"
OWN = "Lifelong 2026"  # value sets of our own, where no standard has one


class Sex(Code, value_set="GB/T 2261.1-2003"):
    UNKNOWN = "unknown", "未知的性别", "0"
    MALE = "male", "男", "1"
    FEMALE = "female", "女", "2"
    UNSTATED = "unstated", "未说明的性别", "9"


class Finding(Code, value_set=OPTIONS):
    NORMAL = "normal", "正常", "1"
    ABNORMAL = "abnormal", "异常", "2"


class Presence(Code, value_set=OPTIONS):
    ABSENT = "absent", "无", "1"
    PRESENT = "present", "有", "2"


class TestResult(Code, value_set=OPTIONS):
    NEGATIVE = "negative", "阴性", "1"
    POSITIVE = "positive", "阳性", "2"


class Adherence(Code, value_set=OPTIONS):
    REGULAR = "regular", "规律", "1"
    IRREGULAR = "irregular", "间断", "2"
    NONE = "none", "不服药", "3"


class FollowUpMode(Code, value_set=OPTIONS):
    CLINIC = "clinic", "门诊", "1"
    HOME = "home", "家庭", "2"
    PHONE = "phone", "电话", "3"


class Salt(Code, value_set=OPTIONS):
    LIGHT = "light", "轻", "1"
    MEDIUM = "medium", "中", "2"
    HEAVY = "heavy", "重", "3"


class Grade(Code, value_set=OPTIONS):
    GOOD = "good", "良好", "1"
    FAIR = "fair", "一般", "2"
    POOR = "poor", "差", "3"


class Classification(Code, value_set=OPTIONS):
    CONTROLLED = "controlled", "控制满意", "1"
    UNCONTROLLED = "uncontrolled", "控制不满意", "2"
    ADVERSE_REACTION = "adverse-reaction", "不良反应", "3"
    COMPLICATION = "complication", "并发症", "4"


class Programme(Code, value_set="国家基本公共卫生服务规范（第三版）服务项目"):
    HYPERTENSION = "hypertension", "高血压患者健康管理"
    TYPE_2_DIABETES = "type-2-diabetes", "2型糖尿病患者健康管理"
    ELDERLY = "elderly", "老年人健康管理"
    CHILD = "child", "0～6岁儿童健康管理"
    MATERNAL = "maternal", "孕产妇健康管理"
    SEVERE_MENTAL_DISORDER = "severe-mental-disorder", "严重精神障碍患者管理"
    TUBERCULOSIS = "tuberculosis", "肺结核患者健康管理"


class ProgrammeSince2024(Code, value_set="国家基本公共卫生服务项目，2024年9月起"):
    """The programmes with chronic obstructive pulmonary disease, added by the notice of 2024-09-13."""

    HYPERTENSION = "hypertension", "高血压患者健康管理"
    TYPE_2_DIABETES = "type-2-diabetes", "2型糖尿病患者健康管理"
    COPD = "copd", "慢性阻塞性肺疾病患者健康服务"
    ELDERLY = "elderly", "老年人健康管理"
    CHILD = "child", "0～6岁儿童健康管理"
    MATERNAL = "maternal", "孕产妇健康管理"
    SEVERE_MENTAL_DISORDER = "severe-mental-disorder", "严重精神障碍患者管理"
    TUBERCULOSIS = "tuberculosis", "肺结核患者健康管理"
