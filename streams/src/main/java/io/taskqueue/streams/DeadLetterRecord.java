package io.taskqueue.streams;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/** A record that is no event, as it goes to the dead-letter topic: its own bytes and headers, and why it is there. */
final class DeadLetterRecord {

    static final String REASON = "taskqueue_dead_reason";
    static final String TOPIC = "taskqueue_dead_topic";
    static final String PARTITION = "taskqueue_dead_partition";
    static final String OFFSET = "taskqueue_dead_offset";

    private DeadLetterRecord() {}

    @SuppressWarnings("NullAway") // a record may have no value
    static Record<byte[], byte[]> of(
            Record<byte[], ? extends PolledRecord<?>> undecodable, TopicPartition from, long offset, String reason) {
        PolledRecord<?> polled = undecodable.value();
        Headers headers = new RecordHeaders(polled.headers().toArray());
        headers.add(REASON, text(reason));
        headers.add(TOPIC, text(from.topic()));
        headers.add(PARTITION, text(String.valueOf(from.partition())));
        headers.add(OFFSET, text(String.valueOf(offset)));
        return new Record<>(undecodable.key(), polled.value(), undecodable.timestamp(), headers);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
