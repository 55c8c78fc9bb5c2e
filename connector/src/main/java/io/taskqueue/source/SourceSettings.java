package io.taskqueue.source;

import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.publish.BufferLimits;
import io.taskqueue.source.publish.PeerResolver;
import io.taskqueue.source.recovery.Recovery;
import java.util.Optional;

/**
 * The settings of the source of one queue: immutable, and validated once.
 *
 * @param payload which events include the payload of their task
 * @param recovery how live tasks of earlier owners are recovered, if they are
 */
record SourceSettings<T>(
        PayloadCodec<T> codec,
        PayloadInclusion payload,
        BufferLimits buffer,
        PeerResolver<T> peers,
        Optional<Recovery> recovery) {}
