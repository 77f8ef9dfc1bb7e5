"""What can happen to a record. `domain.record` decides when.

Topics are coarse, so that an envelope never tells a diagnosis: a follow-up's programme is in its content.
`apply` only folds into RecordState; whatever was once stored can always be applied again.
"""

from domain.record_events.amendments import EntryCorrected as EntryCorrected
from domain.record_events.amendments import EntryMisfiled as EntryMisfiled
from domain.record_events.amendments import EntryRetracted as EntryRetracted
from domain.record_events.base import EntryFollowed as EntryFollowed
from domain.record_events.base import EntryRecorded as EntryRecorded
from domain.record_events.base import Folded as Folded
from domain.record_events.base import RecordEvent as RecordEvent
from domain.record_events.entries import ENTRIES as ENTRIES
from domain.record_events.entries import BasicInformationRecorded as BasicInformationRecorded
from domain.record_events.entries import CardIssued as CardIssued
from domain.record_events.entries import DocumentAttached as DocumentAttached
from domain.record_events.entries import FollowUpRecorded as FollowUpRecorded
from domain.record_events.erasure import DocumentsErased as DocumentsErased
from domain.record_events.erasure import Erased as Erased
from domain.record_events.erasure import ErasureEnded as ErasureEnded
from domain.record_events.erasure import ErasureOrdered as ErasureOrdered
from domain.record_events.sequels import SEQUEL_EVENTS as SEQUEL_EVENTS
from domain.record_events.sequels import CardReplaced as CardReplaced
from domain.record_events.sequels import EntryFiled as EntryFiled
from domain.record_events.whole import Closed as Closed
from domain.record_events.whole import ConsentGiven as ConsentGiven
from domain.record_events.whole import Created as Created
from domain.record_events.whole import IdentityLinked as IdentityLinked
from domain.record_events.whole import IdentityUnlinked as IdentityUnlinked
from domain.record_events.whole import Merged as Merged
from domain.record_events.whole import NumberGiven as NumberGiven
from domain.record_events.whole import Reopened as Reopened
from domain.record_events.whole import Unmerged as Unmerged
