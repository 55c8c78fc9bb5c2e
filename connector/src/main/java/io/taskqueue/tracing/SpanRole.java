package io.taskqueue.tracing;

/** What the work of a span is, as the semantic conventions of tracing distinguish it. */
public enum SpanRole {
    /** It sends something that another span processes later: an enqueue. */
    PRODUCER,
    /** It processes what another span sent: an attempt at a task, or at an event. */
    CONSUMER,
    /** It calls another system: an effect. */
    CLIENT
}
