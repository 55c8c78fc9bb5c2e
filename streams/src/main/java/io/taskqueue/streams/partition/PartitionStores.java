package io.taskqueue.streams.partition;

import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.RecordLimit;
import io.taskqueue.streams.state.StateKind;
import java.util.function.Supplier;

/**
 * The two stores of one partition.
 *
 * @param results recorded results and intents
 * @param state all other state, distinguished by {@link StateKind}
 * @param limit the largest entry that they take now
 */
public record PartitionStores(KeyValues results, KeyValues state, Supplier<RecordLimit> limit) {}
