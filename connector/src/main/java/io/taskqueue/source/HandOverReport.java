package io.taskqueue.source;

/**
 * What a source left for the next owner of its queue.
 *
 * @param tasks how many tasks it left on the topic; a source of the queue that starts with a recovery restores them
 * @param closed what of its events was not replicated: the next owner finds every task only if {@link CloseReport#complete()}
 */
public record HandOverReport(int tasks, CloseReport closed) {}
