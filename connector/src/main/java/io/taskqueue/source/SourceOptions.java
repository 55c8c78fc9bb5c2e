package io.taskqueue.source;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.serde.PayloadCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalInt;

/** All that a user said of a source, checked. */
record SourceOptions<T>(
        PayloadCodec<T> codec,
        KafkaSettings kafka,
        TopicOptions topics,
        BufferLimits buffer,
        Peers<T> peers,
        Surroundings surroundings) {

    /**
     * What a source lives in.
     *
     * @param maxRecordBytes a limit below what the topic and the producer allow
     */
    record Surroundings(MeterRegistry meters, Clock clock, Duration closeTimeout, OptionalInt maxRecordBytes) {

        Surroundings {
            if (maxRecordBytes.isPresent() && maxRecordBytes.getAsInt() < 1) {
                throw new IllegalArgumentException("maxRecordBytes is " + maxRecordBytes.getAsInt()
                        + ", in which no event fits. Give the size of the largest record, or leave it out.");
            }
        }
    }
}
