-- The progress of each sink in each queue. key_hash is the SHA-256 of checkpoint_key, in hexadecimal, because a text of any
-- length cannot be indexed. checkpoint_key is sink/queue, both percent-encoded. peers is a JSON object with the position of
-- each peer, {"peer":[epoch,sequence]}; source_epoch and sequence_number are the newest of these positions.
CREATE TABLE IF NOT EXISTS taskqueue_checkpoint (
    key_hash        VARCHAR(64) NOT NULL PRIMARY KEY,
    checkpoint_key  TEXT        NOT NULL,
    peers           TEXT        NOT NULL,
    source_epoch    BIGINT      NOT NULL,
    sequence_number BIGINT      NOT NULL
);
