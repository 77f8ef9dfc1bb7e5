"""What each problem says: status, and how to mend it. One row per error of the domain and of the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain import (
    document_errors,
    erasure_errors,
    errors,
    grant_errors,
    institution_errors,
    record_errors,
    replay_errors,
)
from domain.errors import RecordError
from domain.evidence_errors import EvidenceNotReady, EvidenceTooLarge
from domain.forms import FormUnknown
from domain.unusual_errors import FindingNotOpen
from projections.reading import ViewNotReady


@dataclass(frozen=True)
class Problem:
    """Status, title, how the caller mends it, and after how many seconds to try again, where that helps."""

    status: int
    title: str
    mend: str
    retry_after_s: int | None = None
    meaning: str = ""  # when it is told; "": the title says it all


@dataclass(frozen=True)
class Row:
    """How an error of the domain is told; its title and meaning are its own."""

    status: int
    mend: str
    retry_after_s: int | None = None

    def problem(self, kind: type[RecordError]) -> Problem:
        return Problem(self.status, kind.title, self.mend, self.retry_after_s, _words(kind.__doc__))


def _words(docstring: str | None) -> str:
    """A docstring as running text; none is left of it where Python strips them (-OO)."""
    return " ".join((docstring or "").split())


AGAIN = "Send the same request again, with the same Idempotency-Key, after the time in Retry-After."
IN_DOUBT = AGAIN + " If it was stored, you get the first answer."
SEND_IF_MATCH = 'Send If-Match: "<version>", the ETag read.'
READ_AGAIN = "Read the record again and decide on what it says now; its version is the ETag."
REASON = 'Say why, in "reason".'

DOMAIN: Mapping[type[RecordError], Row] = {
    errors.StaleVersion: Row(412, READ_AGAIN),
    errors.ClaimTaken: Row(409, "Choose another value, or find out whether the thing exists already."),
    errors.KeyReused: Row(422, "Use a new Idempotency-Key for a new request; repeat a request unchanged."),
    errors.LogBusy: Row(503, AGAIN, 1),
    errors.LogUnavailable: Row(503, IN_DOUBT, 5),
    errors.LogFenced: Row(
        503, "The operator refills the log or opens the next one: see `lifelong publish`. " + AGAIN, 60
    ),
    errors.ClockWrong: Row(503, "The operator sets the server's clock right. " + AGAIN, 30),
    errors.CallerUnknown: Row(
        403,
        "An administrator of your institution enrols you under this login; "
        "a resident reads their own record with purpose self.",
    ),
    errors.NotAvailable: Row(404, "Check the address. Whoever has no access gets this same answer."),
    errors.NotPermitted: Row(403, "Ask for a role that may do this, or name the purpose it is done for."),
    errors.PurposeRefused: Row(403, "Name one of those accepted in the header Purpose-Of-Use."),
    errors.ContentRefused: Row(
        422,
        "Mend the fields listed in problems; each says what it accepts. "
        "Where a form refuses, GET /v1/forms/{form} describes its fields.",
    ),
    errors.OccurredRefused: Row(422, "Give a year, month, day or instant that is not in the future."),
    errors.FormNotAccepted: Row(422, "Use one of the forms accepted; GET /v1/forms describes them."),
    errors.UnknownCollection: Row(404, "Use one of the collections of a record."),
    errors.UnknownCode: Row(422, "Use one of the values accepted for the field named."),
    errors.QueryRefused: Row(400, "Name an existing version, an instant after creation, 1 to 200 at once."),
    errors.ConsentMissing: Row(422, "Give the resident's consent, or the legal basis for doing without."),
    errors.PersonHasRecord: Row(409, "Search for the record. Where identity is unsure, use a temporary one."),
    errors.RecordNumberTaken: Row(409, "Check the number on paper, or leave it out to be given the next."),
    errors.RecordClosed: Row(409, "Reopen the record first, if care goes on; late results are accepted."),
    errors.RecordNotClosed: Row(409, "Nothing to reopen."),
    errors.UnknownEntry: Row(422, "Name an entry by the id it was recorded under, in this record."),
    errors.EntryRetracted: Row(409, "Record a new entry instead."),
    errors.ReasonMissing: Row(422, REASON),
    errors.UnknownProgramme: Row(422, "Use a programme on the list of the enrolment form."),
    errors.AlreadyEnrolled: Row(409, "Record a follow-up under the enrolment there is."),
    errors.NotEnrolled: Row(409, "Enrol the resident in the programme first."),
    errors.AllergyAlreadyRecorded: Row(409, "Correct the entry named, if something about it changed."),
    errors.IdentityDisagrees: Row(422, "Compare the field named on the document and in the information."),
    errors.IdentityAlreadyLinked: Row(409, "Nothing to link."),
    institution_errors.InstitutionCodeTaken: Row(
        409, "Check the code; the institution is registered under it already."
    ),
    institution_errors.LoginTaken: Row(409, "Use another login, or end the work it is bound to first."),
    institution_errors.UnknownPractitioner: Row(
        422, "Name somebody who works at the institution now, by their id."
    ),
    institution_errors.RoleAlreadyGiven: Row(409, "Nothing to give."),
    institution_errors.RoleNotHeld: Row(409, "Nothing to take away."),
    errors.IdentityMissing: Row(
        422, 'Name a document, or {"kind": "temporary", "reason": …} if there is none.'
    ),
    errors.NumbersExhausted: Row(409, "Give a record number of another area; the administrator arranges it."),
    errors.SourceAlreadyImported: Row(409, "Nothing to import."),
    institution_errors.AlreadyFounded: Row(409, "Nothing to found; further institutions are registered."),
    record_errors.UnknownSequel: Row(404, "Use one of the sequels of the collection."),
    record_errors.UnknownMeasurement: Row(404, "Use one of the names accepted."),
    record_errors.OutOfTurn: Row(409, "Read the entry again; it can be followed from the states accepted."),
    record_errors.EntryAlreadyFiled: Row(409, "Nothing to file."),
    record_errors.EntryMisfiled: Row(409, "Look for it in the record it belongs to."),
    record_errors.CannotMisfile: Row(
        409, "Name another record that takes care entries; retract here what cannot be moved."
    ),
    record_errors.NotAddressed: Row(403, "The institution it is addressed to answers it."),
    record_errors.ReadingRefused: Row(422, "Name another institution, and a day that is not over."),
    record_errors.ConsentWithdrawn: Row(409, "Ask for consent again; what law or need asks for is accepted."),
    record_errors.NotBorn: Row(409, "Record the birth first, under births."),
    record_errors.AlreadyBorn: Row(409, "Correct the birth recorded, if something about it is wrong."),
    record_errors.GuardianNeeded: Row(422, "Let the guardian decide, by their login or on paper."),
    record_errors.RepresentationRefused: Row(422, "Name who decides, and the basis on which they may."),
    record_errors.OwnLogin: Row(403, "Let a colleague do it, who sees the paper."),
    record_errors.CardNotReady: Row(409, "Complete the basic information in the fields missing."),
    record_errors.CardStillValid: Row(409, "Replace the card there is, or revoke it first."),
    record_errors.CardNumberTaken: Row(409, "Check the number printed on the card."),
    record_errors.IdentityInDispute: Row(409, "Settle the dispute about the identity first."),
    record_errors.IdentityNotLinked: Row(409, "Read the record; identities tells the links by their event."),
    record_errors.LastIdentity: Row(
        409, "Link the right document first, or a temporary identity if there is none."
    ),
    record_errors.RecordMerged: Row(
        409,
        "Write into the record named by into. For the resident to read that one, "
        "the record manager unlinks their login here and links it there.",
    ),
    record_errors.NotMerged: Row(409, "Nothing to unmerge."),
    record_errors.CannotMerge: Row(409, "Merge into a record that goes on itself."),
    record_errors.NumberKept: Row(409, "Nothing to renumber."),
    grant_errors.ApplicantRefused: Row(
        403, "Apply as the institution that is to read, not as the one that keeps."
    ),
    grant_errors.TermRefused: Row(
        422, "Name days of a term that is not over, not too far off and not too long."
    ),
    grant_errors.AnotherPersonDecides: Row(403, "Let somebody else decide, under their own login."),
    grant_errors.OwnHand: Row(403, "Do it under your own login, without an author."),
    grant_errors.NotTheApplicant: Row(
        403, "Refuse, object or revoke; the applicant's institution withdraws."
    ),
    grant_errors.NeverAmended: Row(409, "End it by what follows it, and record it anew as it should be."),
    grant_errors.NoEmergency: Row(409, "Apply for access; heirs decide."),
    FindingNotOpen: Row(409, "Nothing to review; the work list has what is open."),
    ViewNotReady: Row(503, "Try again in a moment; GET /v1/projections tells how far it is.", 5),
    document_errors.OffsetMoved: Row(409, "Ask with HEAD where the upload stands, and go on from there."),
    document_errors.UploadTooLong: Row(413, "Send no more than largest bytes; begin anew if it has more."),
    document_errors.TooManyUploads: Row(
        429, "Name the uploads in entries, give up those that are not needed, or wait.", 60
    ),
    document_errors.UploadUnknown: Row(
        422, "Name an upload made for this record: the last part of its Location."
    ),
    document_errors.UploadIncomplete: Row(409, "Go on with the upload until received is length."),
    document_errors.UploadUnchecked: Row(503, AGAIN, 10),
    document_errors.UploadInfected: Row(409, "Clean the file where it comes from, and upload it again."),
    document_errors.UploadTaken: Row(409, "Upload the document again for another entry."),
    document_errors.UploadDiffers: Row(
        422, "Compare the file with what was uploaded: the field named is that of other bytes."
    ),
    document_errors.DocumentLost: Row(500, "Tell the operator, who restores it, the id of the entry."),
    erasure_errors.RecordErased: Row(
        410, "Nothing brings it back. Its audit trail and who looked at it are still told to whoever may ask."
    ),
    erasure_errors.DocumentErased: Row(410, "Nothing brings it back; the entry says what it was."),
    erasure_errors.TermNotOver: Row(409, "Wait until the day after the one named; no order shortens a term."),
    erasure_errors.OrderMissing: Row(
        409, "Name the judgment or the order by which what is of somebody alive is to be erased."
    ),
    erasure_errors.HasNoOwnKey: Row(409, "Order the whole record erased, or leave the document out."),
    EvidenceNotReady: Row(503, "Ask again after the time in Retry-After.", 5),
    EvidenceTooLarge: Row(422, "Ask for less at a time: by versions (first, last), or without the accesses."),
    replay_errors.NothingToReplay: Row(409, "Replay an access that showed something: a read."),
    replay_errors.EditionUnknown: Row(
        409, "Replay it with the release that knows the edition, or a later one."
    ),
    replay_errors.ReplayDiffers: Row(
        409, "Tell the auditor the ids: what is stored, or the program, is not what it was then."
    ),
    FormUnknown: Row(422, "GET /v1/forms lists the forms and their editions."),
}

BEARER = "Send a token of the configured issuer: Authorization: Bearer …"

EDGE: Mapping[str, Problem] = {
    "token-missing": Problem(
        401,
        "The request carries no token.",
        BEARER,
        meaning="Everything about records needs a token; forms, problems and the documentation do not.",
    ),
    "token-expired": Problem(
        401,
        "The token has expired.",
        "Ask the issuer for a new token.",
        meaning="The issuer gave the token for a time, and that is over.",
    ),
    "token-refused": Problem(
        401,
        "The token is not accepted.",
        BEARER,
        meaning="The signature, issuer, audience or type of the token is not the one configured here.",
    ),
    "too-many-refusals": Problem(
        429,
        "Too many tokens of this caller were refused.",
        "Ask the issuer for a new token; before trying another old one, wait as long as Retry-After says.",
        meaning="Refused tokens are counted by the subject the issuer named, else by address; "
        "a token that is accepted is never held up.",
    ),
    "issuer-unavailable": Problem(
        503,
        "The issuer's keys could not be fetched yet.",
        "Send the same request again.",
        10,
        meaning="Nobody can be proved to be anybody until the keys are here; nothing was stored.",
    ),
    "purpose-missing": Problem(
        400,
        "The request does not say what it is for.",
        "Name one of those accepted in the header Purpose-Of-Use.",
        meaning="Every request about a record names its purpose; accepted is the list.",
    ),
    "header-refused": Problem(
        400,
        "A header is not acceptable.",
        "Mend the header named; accepts, or accepted, says what it takes.",
        meaning="header says which; accepts or accepted says what it takes.",
    ),
    "if-match-missing": Problem(
        428,
        "The request does not say which version it was decided on.",
        SEND_IF_MATCH,
        meaning="What depends on what was seen says which version that was; * does not.",
    ),
    "parameter-unknown": Problem(
        400,
        "The address has a parameter that is not known here.",
        "Check the spelling of the parameters.",
        meaning="A misspelt parameter would be answered with something else than was asked for.",
    ),
    "parameter-refused": Problem(
        400,
        "A parameter is not acceptable.",
        "Mend the parameter named. In an address, + is written %2B.",
        meaning="parameter says which; it is not written as it must be, or it was given twice.",
    ),
    "json-refused": Problem(
        400,
        "The body is not acceptable JSON.",
        "Mend what reason says at the place that pointer names.",
        meaning="reason says what cannot be read, pointer where: cut off, a key twice, a fraction.",
    ),
    "media-type-refused": Problem(
        415,
        "The body is of another type than accepted.",
        "Send the body uncompressed in the type named.",
        meaning="accepted says which type is taken; nothing compressed is.",
    ),
    "body-too-large": Problem(
        413,
        "The body is too large.",
        "Send less at once; a document of more than 1 MB is uploaded: POST /v1/records/{id}/uploads.",
        meaning="largest says how many bytes are taken.",
    ),
    "body-missing": Problem(
        400,
        "The request has no body.",
        "Send a JSON object.",
        meaning="A command without a body says nothing.",
    ),
    "tus-version-refused": Problem(
        412,
        "The request does not name a version of the upload protocol that is known here.",
        "Send Tus-Resumable: 1.0.0.",
        meaning="Uploads follow tus, and every request of one names its version; accepted lists them.",
    ),
    "uploads-busy": Problem(
        503,
        "Too many uploads are being received.",
        "Send the same request again after the time in Retry-After.",
        5,
        meaning="Nothing of the request was taken; the upload stands where it stood.",
    ),
    "upload-stalled": Problem(
        408,
        "Nothing came for too long.",
        "Ask with HEAD where the upload stands, and go on from there.",
        meaning="What came until then was kept; the connection was given up.",
    ),
    "batch-too-long": Problem(
        413,
        "The batch is too long.",
        "Send the lines from here on in another batch.",
        meaning="most says how many lines one batch may have; those before this one were taken.",
    ),
    "not-published-yet": Problem(
        404,
        "The log's public tree does not have this yet.",
        "Ask again after the time in Retry-After: an event is in it 60 seconds after its receipt at most.",
        60,
    ),
    "no-such-address": Problem(
        404,
        "There is nothing under this address.",
        "The documentation is at /docs.",
        meaning="No such path, or no such thing under it; accepts says what an id or name there looks like.",
    ),
    "method-not-allowed": Problem(
        405,
        "The address does not take this method.",
        "The documentation is at /docs.",
        meaning="The header Allow names the methods it takes.",
    ),
    "request-refused": Problem(
        400,
        "The request is not acceptable.",
        "The documentation is at /docs.",
        meaning="It could not be read as a request of HTTP.",
    ),
    "not-ready": Problem(
        503,
        "The service is not ready.",
        "checks says what is missing.",
        5,
        meaning="The database, the clock or the keys are missing; checks says which.",
    ),
}

INTERNAL = Problem(
    500,
    "Something went wrong here.",
    "Tell the operator the id in X-Request-Id; send the same request again later, under the same key.",
    meaning="A mistake of ours. Whether a command was stored is not said; its repetition tells.",
)


def explanations() -> dict[str, Problem]:
    """Every problem by its code."""
    ours = {kind.code: row.problem(kind) for kind, row in DOMAIN.items()}
    every = {**ours, **EDGE, "internal-error": INTERNAL}
    return {code: replace(one, meaning=one.meaning or one.title) for code, one in every.items()}
