-- 0008 claims verified: who verifies the log reads the claims too, and holds them against the events.
-- Lock: none held against appends; a grant only. Undo: REVOKE what is granted here.
SET LOCAL lock_timeout = '4s';

GRANT SELECT ON store.claim TO lifelong_publisher;
