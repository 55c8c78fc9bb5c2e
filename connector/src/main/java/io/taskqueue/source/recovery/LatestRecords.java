package io.taskqueue.source.recovery;

import org.jspecify.annotations.Nullable;

/**
 * The records that a recovery needs of a live task.
 *
 * @param latest the record of its latest event
 * @param payload the record of its latest event with a payload, which may be the same; null if the partition holds none
 */
record LatestRecords(UndecodedRecord latest, @Nullable UndecodedRecord payload) {

    /** The one that retention would remove first. */
    UndecodedRecord oldest() {
        return payload == null ? latest : payload;
    }
}
