"""How often what happens in the county: data, each with its source. "Invented": of a plausible size, no more.

Sources: 2020 census = 第七次全国人口普查公报; 2018 survey = 中国慢性病及危险因素监测报告 2018; programme =
国家基本公共卫生服务规范（第三版）2017. Figures are rounded; they make a county that looks like one.
"""

# Persons in a household: 2020 census, rounded; beyond five counted as six.
HOUSEHOLD_SIZES = ((1, 0.22), (2, 0.29), (3, 0.22), (4, 0.15), (5, 0.07), (6, 0.05))
# Decade in which the head of a household was born. Invented: an ageing county.
HEAD_DECADES = ((1930, 4), (1940, 12), (1950, 20), (1960, 22), (1970, 19), (1980, 15), (1990, 8))
CHILDREN = ((1, 0.55), (2, 0.37), (3, 0.08))  # invented
# Up to which age; probability of dying in a year. 2020 census by five-year groups, rounded.
YEARLY_DEATHS = (
    (1, 0.003), (15, 0.0003), (40, 0.0008), (50, 0.002), (60, 0.005), (65, 0.009), (70, 0.015), (75, 0.026),
    (80, 0.046), (85, 0.08), (90, 0.14), (130, 0.25),
)  # fmt: skip
YEARLY_MOVES = 0.006  # invented
RETURNS = 0.25  # of those who moved out. Invented.
REFUSALS = 0.004  # of records that end because the resident wants it so. Invented.

# Share of those who ever have it, and between which ages it begins. 2018 survey, rounded.
HYPERTENSION = 0.33
HYPERTENSION_FROM = (38, 72)
DIABETES = 0.13
DIABETES_FROM = (40, 75)
COPD = 0.06  # before smoking is looked at. Invented; the programme manages it since 2024-09.
COPD_FROM = (55, 80)
SEVERE_MENTAL_DISORDER = 0.006  # programme: registered patients are about 0.5 % of the population
TUBERCULOSIS_A_YEAR = 0.0006  # about 60 new cases in 100,000 a year: national report 2020, rounded
CORONARY = 0.25  # of those with hypertension, in old age. Invented.
STROKE = 0.16  # likewise
ALLERGY = 0.06  # of all residents. Invented.
DISABILITY = 0.06  # second national sample survey of disability 2006: 6.3 %

OBEYS = 0.72  # of follow-ups that come when the rules say so. Invented.
FORGETS = 0.12  # of follow-ups that never come. Invented.
CONTROLLED_AT_FIRST, BECOMES_CONTROLLED, STAYS_CONTROLLED = 0.35, 0.7, 0.9  # invented
ADVERSE_REACTION = 0.04  # of follow-ups. Invented.
URGENT = 0.006  # of follow-ups with a reading that asks for an urgent referral. Invented.
DECLINED = 0.05  # of referrals. Invented.
CONSULTED = 0.03  # of follow-ups that were not controlled. Invented.
FILED = 0.85  # of the entries that a record manager files. Invented.
CARD_LOST = 0.03  # of cards. Invented.
DECIDES = 0.004  # of adults, for each kind of decision about the record. Invented.
ENROLMENT = 0.8  # of the diagnosed who are managed: programme's usual target
ELDERLY_EXAMINED = 0.7  # of a year's elderly: programme's usual target
CHILD_EXAMINED = 0.9  # of each examination of a child. Invented.
VACCINATED = 0.96  # of each dose. Invented; the programme's target is above 90 %.

ENCOUNTERS_A_YEAR = ((6, 0.8), (18, 0.3), (45, 0.3), (65, 0.5), (130, 0.9))  # up to which age. Invented.
EXAMINED_A_YEAR = 0.08  # of adults who are in no programme. Invented.
CORRECTED = 0.02  # of lives with a correction; likewise with a retraction. Invented.
WRITTEN_LATE = 0.04  # of entries, some days after the fact. Invented.
LOGIN = 0.1  # of residents who have a login of their own. Invented.
EDUCATED = 0.5  # of the enrolled who are told about it once a year. Invented.
CARD = 0.8  # of residents with a card. Invented.
ON_PAPER = 0.1  # of consents that are signed on paper. Invented.
CHANNELS = (("visit", 0.45), ("home-survey", 0.25), ("examination", 0.12), ("screening", 0.08),
            ("outpatient", 0.05), ("door-to-door", 0.05))  # fmt: skip
