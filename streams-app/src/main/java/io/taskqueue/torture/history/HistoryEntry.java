package io.taskqueue.torture.history;

/** One line of a history file. Each kind of process writes one kind of entry. */
public sealed interface HistoryEntry
        permits RunEntry, DispatcherEntry, SinkEntry, TargetEntry, ObservedEntry, TopicEntry {

    /** The entry as it stands in its file. */
    default String json() {
        return HistoryJson.text(this);
    }
}
