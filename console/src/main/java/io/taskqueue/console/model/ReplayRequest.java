package io.taskqueue.console.model;

import org.jspecify.annotations.Nullable;

/**
 * A replay that is planned.
 *
 * @param sink the sink
 * @param from where it begins: {@code earliest}, an offset, or an instant
 * @param mode as in the command {@code replay}
 * @param selection as its option {@code --select}; null for everything
 */
public record ReplayRequest(String sink, String from, String mode, @Nullable String selection) {}
