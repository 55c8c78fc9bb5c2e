package io.taskqueue.testkit;

/** A payload of tests. */
record Order(String id, long cents) {}
