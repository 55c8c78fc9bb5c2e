-- The recorded results of effects. key_hash is the SHA-256 of effect_key, in hexadecimal, because an index takes no
-- unbounded text. effect_key is sink/generation/queue/epoch/sequence/effect, each name percent-encoded.
-- result is the result as JSON where outcome is 'done', the error as JSON where it is 'failed',
-- and empty where it is 'intended': the action was about to run, and nobody knows more.
CREATE TABLE IF NOT EXISTS taskqueue_effect (
    key_hash    VARCHAR(64) NOT NULL PRIMARY KEY,
    effect_key  TEXT        NOT NULL,
    outcome     VARCHAR(8)  NOT NULL CHECK (outcome IN ('done', 'failed', 'intended')),
    result_type TEXT        NOT NULL,
    result      TEXT        NOT NULL
)
