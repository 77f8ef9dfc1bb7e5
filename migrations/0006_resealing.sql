-- 0006 resealing: who may seal content again under a newer key, and change nothing else.
-- Lock: none held against appends; grants only. Undo: REVOKE what is granted here.
SET LOCAL lock_timeout = '4s';

GRANT USAGE ON SCHEMA store TO lifelong_resealer;
GRANT SELECT ON store.log, store.stream, store.event, store.content, store.blob TO lifelong_resealer;
GRANT UPDATE (key_generation, ciphertext) ON store.content TO lifelong_resealer;
-- To hold the log's row while the last events under an old key are looked for; the trigger refuses the update.
GRANT UPDATE (log_no) ON store.log TO lifelong_resealer;
-- What is kept under the old key besides is folded and rendered again.
GRANT SELECT, DELETE ON store.snapshot TO lifelong_resealer;
