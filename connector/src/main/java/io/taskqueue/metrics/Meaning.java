package io.taskqueue.metrics;

import org.jspecify.annotations.Nullable;

/**
 * What every registration of a name must say alike.
 *
 * @param unit what is counted; none for a state
 */
record Meaning(String name, String description, @Nullable String unit) {}
