"""Publishes a log: new leaves into tiles, a signed checkpoint over them, kept in a second place, then public.

One publisher leads, by an advisory lock. It may stop between any two steps and go on from what it finds:
tiles and the signed checkpoint are one transaction; the second place is written before the checkpoint is
public; what was signed for a size is never signed again. A checkpoint is signed only after it was proved to
begin with the one before, from the tiles as they are stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evidence import merkle
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.growth import Growth
from evidence.signing import LineSigner, sign
from evidence.tiles import Tree
from store.connect import Connection
from store.proof import checkpoints, fence, tiles
from store.proof.checkpoints import Row
from store.proof.rows import over
from store.proof.second_place import SecondPlace


class Forked(ProofError):
    """The tree that is stored does not begin with the one that was signed last."""


@dataclass(frozen=True)
class Published:
    """Which log is published, and how: plain values and keys.

    dsn: as lifelong_publisher.
    """

    dsn: str = field(repr=False)
    log_no: int
    origin: str
    signers: Sequence[LineSigner]
    place: SecondPlace


class Publisher:
    """Publishes over one connection. Used by one thread, which leads."""

    def __init__(self, published: Published, db: Connection) -> None:
        self._told = published
        self._db = db
        self._rows = over(db)
        self._read = tiles.reader(self._rows, published.log_no)
        self._growth: Growth | None = None

    def publish(self) -> Row | None:
        """Finish what was begun, and publish what is new; None if there is nothing to publish.

        Raises Fenced, ProofError, OSError, psycopg.OperationalError: then nothing of it is public.
        """
        log_no = self._told.log_no
        fence.check_again(self._db, log_no, self._told.place)
        shown: Row | None = None
        for next_one in (self._unfinished, self._make):
            made = next_one()
            if made is not None:
                self._told.place.keep(made.note)
                checkpoints.publish(self._db, log_no, made.size)
                shown = checkpoints.of_size(self._rows, log_no, made.size)
        return shown

    def _unfinished(self) -> Row | None:
        newest = checkpoints.newest(self._rows, self._told.log_no)
        return newest if newest and newest.published_at is None else None

    def _make(self) -> Row | None:
        """Integrate the new leaves and sign the tree: both in one transaction."""
        log_no, last = self._told.log_no, checkpoints.newest(self._rows, self._told.log_no)
        growth, head = self._grown(last), fence.head(self._db, log_no)
        if head == growth.size:
            return None
        self._growth = None  # until it is known to be stored
        try:
            with self._db.transaction():
                for leaves in tiles.leaves(self._rows, log_no, growth.size, head):
                    tiles.keep(self._db, log_no, growth.add(leaves))
                checkpoint = Checkpoint(self._told.origin, growth.size, growth.root())
                self._prove(last, checkpoint)
                note = sign(checkpoint.text, *self._told.signers)
                checkpoints.make(self._db, log_no, checkpoint, note)
        except Forked:
            fence.raise_fence(self._db, log_no, "forked", last.size if last else 0)
            raise
        self._growth = growth
        return checkpoints.of_size(self._rows, log_no, checkpoint.size)

    def _grown(self, last: Row | None) -> Growth:
        """The tree as it was signed last."""
        size = last.size if last else 0
        if self._growth is None or self._growth.size != size:
            self._growth = Growth(size, self._read)
        return self._growth

    def _prove(self, last: Row | None, new: Checkpoint) -> None:
        """Raises Forked unless the new tree, as it is stored, begins with the one signed last."""
        if last is None:
            return
        try:
            proof = Tree(new.size, self._read).consistency(last.size)
            merkle.verify_consistency(
                size1=last.size, size2=new.size, root1=last.root, root2=new.root, proof=proof
            )
        except ProofError as wrong:
            raise Forked(str(wrong)) from None
