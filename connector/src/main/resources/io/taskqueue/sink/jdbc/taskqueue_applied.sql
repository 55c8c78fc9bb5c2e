-- The results of effects on this database, each committed in the transaction of its effect. key_hash is the SHA-256 of
-- effect_key, in hexadecimal, because a text of any length cannot be indexed. effect_key is
-- sink/generation/queue/epoch/sequence/effect, each name percent-encoded. result is the result as JSON.
-- A row is needed until its sink has committed the result as well; see docs/operations.md before you delete rows.
CREATE TABLE IF NOT EXISTS taskqueue_applied (
    key_hash    VARCHAR(64) NOT NULL PRIMARY KEY,
    effect_key  TEXT        NOT NULL,
    result_type TEXT        NOT NULL,
    result      TEXT        NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL
);
