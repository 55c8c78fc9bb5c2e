-- The recorded results of effects. key_hash is the SHA-256 of effect_key, in hexadecimal, because a text of any length
-- cannot be indexed. effect_key is sink/generation/queue/epoch/sequence/effect, each name percent-encoded.
-- outcome is 'done' (result is the result as JSON), 'failed' (result is the error as JSON), or 'intended': the action was
-- about to run, and it is unknown whether it was done (result is empty), or it was done and its result was too large for
-- the column (result is its size in characters). recorded_at is when the outcome was recorded; tables of older versions
-- get it by createTables(). See docs/operations.md before you delete rows.
CREATE TABLE IF NOT EXISTS taskqueue_effect (
    key_hash    VARCHAR(64) NOT NULL PRIMARY KEY,
    effect_key  TEXT        NOT NULL,
    outcome     VARCHAR(8)  NOT NULL CHECK (outcome IN ('done', 'failed', 'intended')),
    result_type TEXT        NOT NULL,
    result      TEXT        NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
);
