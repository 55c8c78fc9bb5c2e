package io.taskqueue.streams;

import io.taskqueue.streams.clients.PolledRecord;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/**
 * A record that cannot be decoded, as it is written to the dead-letter topic: its own bytes and headers, the reason, and where and when it
 * was in the event topic. Its own timestamp is only a header, in milliseconds since 1970: the topic's retention begins when it is written.
 */
final class DeadLetterRecord {

    static final String REASON = "taskqueue_dead_reason";
    static final String TOPIC = "taskqueue_dead_topic";
    static final String PARTITION = "taskqueue_dead_partition";
    static final String OFFSET = "taskqueue_dead_offset";
    static final String TIMESTAMP = "taskqueue_dead_timestamp";

    private DeadLetterRecord() {}

    @SuppressWarnings("NullAway") // a record may have no value
    static Record<byte[], byte[]> of(
            Record<byte[], ? extends PolledRecord<?>> undecodable, TopicPartition from, long offset, String reason) {
        PolledRecord<?> polled = undecodable.value();
        Headers headers = new RecordHeaders(polled.headers().toArray());
        headers.add(REASON, utf8(reason));
        headers.add(TOPIC, utf8(from.topic()));
        headers.add(PARTITION, utf8(String.valueOf(from.partition())));
        headers.add(OFFSET, utf8(String.valueOf(offset)));
        headers.add(TIMESTAMP, utf8(String.valueOf(undecodable.timestamp())));
        return new Record<>(undecodable.key(), polled.value(), undecodable.timestamp(), headers);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
