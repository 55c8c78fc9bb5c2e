-- The results of effects that were applied in this database, each committed in the effect's own transaction. key_hash is the
-- SHA-256 of effect_key, in hexadecimal, because an index takes no unbounded text. effect_key is
-- sink/generation/queue/epoch/sequence/effect, each name percent-encoded. result is the result as JSON.
-- A row is needed until its sink has committed the result too; see docs/operations.md before you delete.
CREATE TABLE IF NOT EXISTS taskqueue_applied (
    key_hash    VARCHAR(64) NOT NULL PRIMARY KEY,
    effect_key  TEXT        NOT NULL,
    result_type TEXT        NOT NULL,
    result      TEXT        NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL
)
