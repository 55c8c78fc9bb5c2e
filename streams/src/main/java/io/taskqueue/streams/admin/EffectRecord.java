package io.taskqueue.streams.admin;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.Optional;

/**
 * What a sink has on record of one effect.
 *
 * @param key which effect, of which event, under which generation
 * @param recordedAt when, by the sink's clock
 * @param result what came of it; empty where it was begun and its result is not known
 */
public record EffectRecord(EffectKey key, Instant recordedAt, Optional<EffectResult> result) {}
