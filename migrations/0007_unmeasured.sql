-- 0007 unmeasured: a fence for a log that was published while its second place holds nothing: nobody can say
-- whether this database is the one that was published.
-- Lock: proof.fence for a moment, and it has one row at most for each log. Undo: lift such fences, then put the
-- constraint back.
SET LOCAL lock_timeout = '4s';

ALTER TABLE proof.fence DROP CONSTRAINT fence_reason_check;
ALTER TABLE proof.fence ADD CONSTRAINT fence_reason_check
    CHECK (reason IN ('behind', 'forked', 'unmeasured', 'closed'));
-- Who opens a log for appending measures it, and asks whether it was published.
GRANT SELECT ON proof.checkpoint TO lifelong_appender;
