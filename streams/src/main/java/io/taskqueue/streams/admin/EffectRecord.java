package io.taskqueue.streams.admin;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.Optional;

/**
 * What a sink has recorded of one effect.
 *
 * @param key which effect, of which event, under which generation
 * @param recordedAt when it was recorded, by the sink's clock
 * @param result its result; empty where the effect was begun and its result is unknown
 */
public record EffectRecord(EffectKey key, Instant recordedAt, Optional<EffectResult> result) {}
