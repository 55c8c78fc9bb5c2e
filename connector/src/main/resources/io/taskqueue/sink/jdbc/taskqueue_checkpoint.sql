-- How far each sink has come in each queue. key_hash is the SHA-256 of checkpoint_key, in hexadecimal, because an index
-- takes no unbounded text. checkpoint_key is sink/queue, both percent-encoded. peers is a JSON object of each peer's
-- position, {"peer":[epoch,sequence]}; source_epoch and sequence_number are the newest of them.
CREATE TABLE IF NOT EXISTS taskqueue_checkpoint (
    key_hash        VARCHAR(64) NOT NULL PRIMARY KEY,
    checkpoint_key  TEXT        NOT NULL,
    peers           TEXT        NOT NULL,
    source_epoch    BIGINT      NOT NULL,
    sequence_number BIGINT      NOT NULL
)
