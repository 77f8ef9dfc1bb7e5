"""Measured quantities with their units and the limits beyond which a value is impossible.

The limits are our own, set wide enough for any living person at any age and narrow enough to catch a
slipped point or a swapped unit; none is a diagnostic threshold. The unit is fixed by the national form.
"""

from typing import Annotated

from domain.scalars import Count, Quantity

# General condition (一般状况)
Temperature = Annotated[str, Quantity("°C", "25", "45", 2)]
Pulse = Annotated[int, Count("/min", 10, 300)]
Respiration = Annotated[int, Count("/min", 3, 120)]
Systolic = Annotated[int, Count("mmHg", 40, 320)]
Diastolic = Annotated[int, Count("mmHg", 10, 220)]
Height = Annotated[str, Quantity("cm", "20", "260", 2)]
Weight = Annotated[str, Quantity("kg", "0.3", "500", 3)]
Waist = Annotated[str, Quantity("cm", "15", "300", 1)]
BodyMassIndex = Annotated[str, Quantity("kg/m2", "5", "150", 2)]
HeartRate = Annotated[int, Count("/min", 10, 300)]

# Children (0～6岁儿童) and pregnancy (孕产妇)
HeadCircumference = Annotated[str, Quantity("cm", "15", "80", 1)]
Fontanelle = Annotated[str, Quantity("cm", "0", "10", 1)]
MilkPerFeed = Annotated[int, Count("mL", 0, 500)]
TimesPerDay = Annotated[int, Count("/day", 0, 50)]
Apgar = Annotated[int, Count("points", 0, 10)]
Teeth = Annotated[int, Count("teeth", 0, 32)]
Hours = Annotated[str, Quantity("h/day", "0", "24", 1)]
VitaminD = Annotated[int, Count("IU/day", 0, 50000)]
GestationWeeks = Annotated[int, Count("weeks", 0, 45)]
GestationDays = Annotated[int, Count("days", 0, 6)]
Pregnancies = Annotated[int, Count("times", 0, 30)]
FundalHeight = Annotated[str, Quantity("cm", "3", "60", 1)]
FetalHeartRate = Annotated[int, Count("/min", 0, 300)]
Times = Annotated[int, Count("times", 0, 999)]

# Drugs of long courses (严重精神障碍, 肺结核)
DoseTimes = Annotated[int, Count("times", 1, 99)]
DoseMass = Annotated[str, Quantity("mg", "0", "5000", 3)]
Doses = Annotated[int, Count("times", 0, 9999)]
TreatmentMonth = Annotated[int, Count("month", 1, 60)]
Percentage = Annotated[str, Quantity("%", "0", "100", 2)]

# Lifestyle (生活方式)
Age = Annotated[int, Count("years", 0, 130)]
Years = Annotated[str, Quantity("years", "0", "120", 1)]
Minutes = Annotated[int, Count("min", 0, 1440)]
TimesPerWeek = Annotated[int, Count("/week", 0, 70)]
Cigarettes = Annotated[int, Count("/day", 0, 200)]
Liang = Annotated[str, Quantity("两/day", "0", "100", 1)]  # 1 两 = 50 g of spirits, as the form counts
StapleFood = Annotated[int, Count("g/day", 0, 3000)]
Score30 = Annotated[int, Count("points", 0, 30)]
VisualAcuity = Annotated[str, Quantity("", "0", "5.5", 2)]  # decimal (0-2.0) or five-grade (3.0-5.3) record

# Laboratory (辅助检查)
Haemoglobin = Annotated[str, Quantity("g/L", "5", "300", 1)]
BloodCells = Annotated[str, Quantity("10^9/L", "0", "1000", 2)]
Platelets = Annotated[str, Quantity("10^9/L", "0", "5000", 1)]
Glucose = Annotated[str, Quantity("mmol/L", "0.1", "100", 2)]
GlucoseMass = Annotated[str, Quantity("mg/dL", "2", "1800", 2)]
UrineMicroalbumin = Annotated[str, Quantity("mg/dL", "0", "2000", 2)]
Hba1c = Annotated[str, Quantity("%", "2", "25", 2)]
Enzyme = Annotated[str, Quantity("U/L", "0", "50000", 1)]
Albumin = Annotated[str, Quantity("g/L", "1", "100", 1)]
Bilirubin = Annotated[str, Quantity("μmol/L", "0", "2000", 2)]
Creatinine = Annotated[str, Quantity("μmol/L", "1", "5000", 2)]
Urea = Annotated[str, Quantity("mmol/L", "0.1", "150", 2)]
Potassium = Annotated[str, Quantity("mmol/L", "0.5", "15", 2)]
Sodium = Annotated[str, Quantity("mmol/L", "80", "220", 1)]
Lipid = Annotated[str, Quantity("mmol/L", "0", "150", 2)]
