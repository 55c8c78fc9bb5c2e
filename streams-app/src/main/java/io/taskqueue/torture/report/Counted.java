package io.taskqueue.torture.report;

/** What a report counts, over all queues. */
public enum Counted {
    EVENTS("events"),
    DUPLICATES("records that repeat an event"),
    FENCED("records behind a fence, which no sink may apply"),
    INVALID("records that are not valid events"),
    TASKS("tasks"),
    CONFIRMED("confirmed enqueues"),
    LOST("confirmed changes that are lost"),
    FORKED("events in two versions, or applied behind a fence"),
    LIVE("tasks live at the end"),
    RECOVERIES("recoveries"),
    RECOVERED("tasks recovered"),
    LEASES("leases taken"),
    KEYS("effect keys applied"),
    EXTRA("extra applications"),
    REPLAYED("events replayed without an outside call");

    private final String label;

    Counted(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
