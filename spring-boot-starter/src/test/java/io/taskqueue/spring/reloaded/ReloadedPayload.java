package io.taskqueue.spring.reloaded;

/** A payload. */
public record ReloadedPayload(String text) {}
