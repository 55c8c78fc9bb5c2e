package io.taskqueue.metrics;

import org.jspecify.annotations.Nullable;

/**
 * What every registration of a meter's name must have in common.
 *
 * @param unit what is counted; none for a state
 */
record MeterDefinition(String name, String description, @Nullable String unit) {}
