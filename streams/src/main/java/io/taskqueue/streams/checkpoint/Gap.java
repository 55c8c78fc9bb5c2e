package io.taskqueue.streams.checkpoint;

import io.taskqueue.event.Position;

/**
 * A place where events of a queue are missing.
 *
 * @param before the newest event that was read before it
 * @param found the first event that was read behind it; {@code before} where none was read yet
 * @param offset the offset of {@code found}, or where the log was shortened to
 */
public record Gap(Cause cause, Position before, Position found, long offset, Missing missing) {

    /** Why events are missing. */
    public enum Cause {
        /** The topic's retention, or a deletion of records, was faster than the sink. */
        RETENTION("retention deleted records before the sink had read them"),
        /** The log ends before an event that the sink has read, as after an unclean leader election. */
        SHORTENED("the log was shortened, so it has lost events that the sink has read"),
        /** The log was never shorter, and its events were not deleted: they were not written, or the offsets were moved forward. */
        ABSENT("they were not written to the log, or the sink's offsets were moved past them");

        private final String text;

        Cause(String text) {
            this.text = text;
        }

        /** As a part of a sentence. */
        public String text() {
            return text;
        }
    }
}
