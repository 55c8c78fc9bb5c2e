package io.taskqueue.metrics;

/** What every registration of a name must say alike. */
record Meaning(String name, String description, String unit) {}
