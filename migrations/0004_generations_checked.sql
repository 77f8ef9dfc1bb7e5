-- 0004 generations checked: what is only built to be compared is told from what becomes live, and a build that
-- cannot go on says where.
-- Lock: views.generation alone, a table of a few rows. Undo: nothing is lost by DELETE FROM views.generation WHERE
-- state = 'checking', the constraint of 0002, and DROP COLUMN of the three columns.
SET LOCAL lock_timeout = '4s';

-- checking: like building, but compared with the live one and dropped, never switched to.
ALTER TABLE views.generation DROP CONSTRAINT generation_state_check;
ALTER TABLE views.generation ADD CONSTRAINT generation_state_check
    CHECK (state IN ('building', 'checking', 'live', 'retired'));
CREATE UNIQUE INDEX generation_checking ON views.generation (log_no, projection) WHERE state = 'checking';

-- The event that a build cannot fold, until it is retried or skipped. Never what the event says.
ALTER TABLE views.generation
    ADD COLUMN stuck_at bigint,
    ADD COLUMN stuck_topic text,
    ADD COLUMN stuck_error text,  -- the name of the error's class
    ADD CHECK ((stuck_at IS NULL) = (stuck_topic IS NULL) AND (stuck_at IS NULL) = (stuck_error IS NULL));
