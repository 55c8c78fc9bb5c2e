package io.taskqueue.console.model;

import java.time.Instant;

/** The depth and the rates of a queue at one moment. */
public record QueueSample(Instant at, QueueView.Depth depth, QueueView.Rates rates) {}
