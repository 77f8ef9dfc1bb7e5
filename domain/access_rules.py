"""The access policy in force, as data. What each rule is for, and by which law, stands in docs/access.md.

A rule is found by its id in every decision it made. Change nothing in a published edition: raise the edition
(tests/domain/policies.json), and the log adopts it at the next start.
"""

from domain.policy import Policy, Rule

STAFF = ("practitioner", "record-manager")
APPLICANTS = (*STAFF, "researcher")
SPEAKERS = ("guardian", "representative", "heir")  # beside the resident

CARE_PURPOSES = ("care", "emergency", "public_health")
STAFF_PURPOSES = ("care", "management", "public_health")
CUSTODY_PURPOSES = (*STAFF_PURPOSES, "emergency")  # who keeps the record need not say less than is true
GRANTED_PURPOSES = ("care", "assessment", "public_health", "research", "insurance", "legal")
LEGAL_PURPOSES = ("legal", "insurance")

STAFF_WRITE = (
    "add-entry",
    "correct",
    "retract",
    "close",
    "reopen",
    "link-identity",
    "resident-part",
    "consent",
    "appoint",
    "issue-card",
    "dispute-identity",
    "check-quality",
)
MANAGER_WRITE = (
    "file",
    "decide-correction",
    "settle-identity",
    "misfile",
    "receive-misfiled",
    "merge",
    "renumber",
    "unlink-identity",
    "decide-application",
    "end-grant",
    "review-emergency",
)
TREATING = ("add-entry", "contribute", "answer-referral", "answer-consultation")
STAFFING = ("enrol-practitioner", "practitioner-leaves", "give-role", "end-role")
OWN_READS = ("read", "read-events", "read-accesses", "read-trail", "replay", "export-evidence")
OWN_PART = ("resident-part", "consent", "dispute-identity", "end-grant")
SHAPES = ("read-events", "read-accesses", "read-trail", "replay", "export-evidence")

# Of anybody, whatever their roles: so that nobody may do more by a role less.
DENY = (
    Rule("purpose-unlisted", "deny", when=("purpose-unlisted",)),
    Rule("purpose-commercial", "deny", when=("purpose-commercial",)),
    Rule("scope-exceeded", "deny", when=("scope-exceeded",)),
    Rule("licence-ended", "deny", actions=TREATING, when=("licence-ended",)),
    Rule("kept-by-resident", "deny", when=("kept-by-resident",)),
    Rule("confided-by-adolescent", "deny", when=("represents-resident", "confided")),
    Rule("opted-out-of-research", "deny", purposes=("research",), when=("opted-out",)),
    Rule("held-is-not-erased", "deny", actions=("erase",), when=("held",)),
)

# Before the rest: what an emergency opens is told as such, also where the institution keeps the record.
EMERGENCY = (
    Rule(
        "emergency-read",
        "allow",
        STAFF,
        ("read",),
        ("emergency",),
        ("emergency-open",),
        "emergency",
        ("notify-resident",),
    ),
)

CUSTODY = (
    Rule(
        "staff-in-custody-read",
        "allow",
        STAFF,
        ("read", "read-events", "list"),
        CUSTODY_PURPOSES,
        ("custody",),
        "custody",
    ),
    Rule("staff-in-custody-write", "allow", STAFF, STAFF_WRITE, CUSTODY_PURPOSES, ("custody",), "custody"),
    Rule(
        "manager-in-custody-keeps",
        "allow",
        ("record-manager",),
        MANAGER_WRITE,
        ("management",),
        ("custody",),
        "custody",
    ),
    Rule(
        "manager-in-custody-reads-trail",
        "allow",
        ("record-manager",),
        ("read-trail", "replay"),
        ("management",),
        ("custody",),
        "custody",
    ),
    Rule(
        "manager-in-custody-discloses",
        "allow",
        ("record-manager",),
        ("disclose", "hold"),
        LEGAL_PURPOSES,
        ("custody",),
        "law",
    ),
    Rule(
        "disclosed-by-law",
        "allow",
        ("record-manager",),
        ("read", "export-evidence"),
        LEGAL_PURPOSES,
        ("custody", "disclosed"),
        "law",
    ),
    Rule(
        "manager-in-custody-exports",
        "allow",
        ("record-manager",),
        ("export-evidence",),
        ("management",),
        ("custody",),
        "custody",
    ),
    Rule(
        "staff-issue-summary",
        "allow",
        STAFF,
        ("issue-summary",),
        ("care", "emergency"),
        ("custody",),
        "custody",
    ),
    Rule(
        "staff-create",
        "allow",
        STAFF,
        ("create", "refuse-registration"),
        STAFF_PURPOSES,
        ("own-institution",),
        "custody",
    ),
    Rule("staff-search", "allow", STAFF, ("search",), STAFF_PURPOSES, ("own-institution",), "custody"),
    Rule(
        "staff-read-lists",
        "allow",
        STAFF,
        ("read-roster", "read-tasks"),
        STAFF_PURPOSES,
        ("own-institution",),
        "custody",
    ),
    Rule(
        "connector-creates",
        "allow",
        ("connector",),
        ("create", "find-source"),
        STAFF_PURPOSES,
        ("own-institution",),
        "custody",
    ),
    Rule(
        "connector-imports",
        "allow",
        ("connector",),
        ("add-entry", "link-identity", "close", "appoint", "issue-card"),
        STAFF_PURPOSES,
        ("custody",),
        "custody",
    ),
)

RESIDENT = (
    Rule("resident-reads-own", "allow", ("resident",), OWN_READS, ("self",), ("own-record",), "self"),
    Rule("resident-takes-part", "allow", ("resident",), OWN_PART, ("self",), ("own-record", "alive"), "self"),
    Rule(
        "speaker-reads", "allow", SPEAKERS, OWN_READS, ("self",), ("represents-resident",), "representation"
    ),
    Rule(
        "speaker-takes-part",
        "allow",
        SPEAKERS,
        OWN_PART,
        ("self",),
        ("represents-resident",),
        "representation",
    ),
)

ELSEWHERE = (
    Rule("referred-staff-read", "allow", STAFF, ("read",), CARE_PURPOSES, ("referred",), "referral"),
    Rule("referred-staff-list", "allow", STAFF, ("list",), STAFF_PURPOSES, ("referred",), "referral"),
    Rule(
        "referred-staff-answer",
        "allow",
        STAFF,
        ("answer-referral", "answer-consultation"),
        CARE_PURPOSES,
        ("asked",),
        "referral",
    ),
    Rule("staff-contribute", "allow", STAFF, ("contribute",), CARE_PURPOSES, basis="contribution"),
    Rule("staff-apply", "allow", APPLICANTS, ("apply",), GRANTED_PURPOSES, basis="application"),
    Rule(
        "applicant-withdraws",
        "allow",
        APPLICANTS,
        ("withdraw-application",),
        (*GRANTED_PURPOSES, "management"),  # whatever else is refused by now, going back is not
        ("applied",),
        "application",
    ),
    Rule(
        "granted-read",
        "allow",
        APPLICANTS,
        ("read", "list"),
        GRANTED_PURPOSES,
        ("granted",),
        "grant",
    ),
    Rule(
        "break-glass",
        "allow",
        STAFF,
        ("break-glass",),
        ("emergency",),
        ("alive",),
        "emergency",
        ("notify-resident", "review"),
    ),
    Rule(
        "guiding-staff-read",
        "allow",
        STAFF,
        ("read",),
        ("management", "assessment"),
        ("guided", "not-sensitive", "not-about-access"),
        "guidance",
    ),
)

OVERSIGHT = (
    Rule(
        "inspector-reads",
        "allow",
        ("inspector",),
        ("read",),
        ("assessment",),
        ("in-area", "not-sensitive", "not-about-access"),
        "inspection",
    ),
    Rule(
        "auditor-reads-shapes",
        "allow",
        ("auditor",),
        SHAPES,
        ("audit",),
        ("in-area",),
        "audit",
        ("shape-only",),
    ),
    Rule(
        "auditor-reads-history",
        "allow",
        ("auditor",),
        ("read-history", "review-unusual"),
        ("audit",),
        ("in-area",),
        "audit",
    ),
    Rule(
        "administrator-reads-history",
        "allow",
        ("institution-administrator",),
        ("read-history",),
        ("management", "audit"),
        ("own-institution",),
        "audit",
    ),
    Rule(
        "staff-count",
        "allow",
        (*STAFF, "county-administrator"),
        ("count",),
        ("management", "assessment", "public_health"),
        basis="law",
    ),
    Rule("researcher-counts", "allow", ("researcher",), ("count",), ("research",), basis="law"),
    Rule(
        "county-registers",
        "allow",
        ("county-administrator",),
        ("register-institution", "set-guidance", *STAFFING),
        ("management",),
        basis="law",
    ),
    Rule(
        "county-operates-views",
        "allow",
        ("county-administrator",),
        ("operate-views",),
        ("management",),
        basis="law",
    ),
    Rule("county-erases", "allow", ("county-administrator",), ("erase",), ("legal",), ("in-area",), "law"),
    Rule(
        "administrator-staffs-own",
        "allow",
        ("institution-administrator",),
        STAFFING,
        ("management",),
        ("own-institution", "no-oversight-role"),
        "law",
    ),
)

POLICY = Policy("access", "2026.8", (*DENY, *EMERGENCY, *CUSTODY, *RESIDENT, *ELSEWHERE, *OVERSIGHT))
