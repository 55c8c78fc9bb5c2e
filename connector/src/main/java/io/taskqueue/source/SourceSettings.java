package io.taskqueue.source;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.publish.BufferLimits;
import io.taskqueue.source.publish.PeerResolver;
import io.taskqueue.source.recovery.Recovery;
import java.util.Optional;

/**
 * The settings of the source of one queue: immutable, and validated once.
 *
 * @param recovery how live tasks of earlier owners are recovered, if they are
 */
record SourceSettings<T>(
        PayloadCodec<T> codec, BufferLimits buffer, PeerResolver<T> peers, Optional<Recovery> recovery) {}
