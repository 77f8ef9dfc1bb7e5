"""Follow-up rules as data, and the small engine that applies them: classes, urgency, referral, what is due.

Due dates come from the tables in `data/`, never from code. Everything here is pure and never raises on a
resident's data.
"""

from domain.follow_up_rules.assess import Assessment as Assessment
from domain.follow_up_rules.assess import Chosen as Chosen
from domain.follow_up_rules.assess import Cited as Cited
from domain.follow_up_rules.assess import assess as assess
from domain.follow_up_rules.due import Due as Due
from domain.follow_up_rules.due import Planned as Planned
from domain.follow_up_rules.due import Standing as Standing
from domain.follow_up_rules.due import due as due
from domain.follow_up_rules.due import plan as plan
from domain.follow_up_rules.facts import Enrolment as Enrolment
from domain.follow_up_rules.facts import Entry as Entry
from domain.follow_up_rules.facts import Facts as Facts
from domain.follow_up_rules.registry import Rules as Rules
from domain.follow_up_rules.registry import national as national
