package io.taskqueue.cli;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.IsolationLevel;

/** The task events of one queue as they are on the topic, in order. */
public record TopicEvents(List<TaskEvent<String>> events) {

    public static TopicEvents read(String server, String topic, String queue) {
        ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());
        List<TaskEvent<String>> events = new ArrayList<>();
        try (TopicReader reader = TopicReader.open(
                Map.of("bootstrap.servers", server), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(30))) {
            reader.readToEnd(reader.beginnings(reader.partitions(topic)), record -> {
                ReplicationEvent<String> event = codec.decode(record.value());
                if (event.queueName().equals(queue)) {
                    event.change().ifPresent(events::add);
                }
            });
        }
        return new TopicEvents(events);
    }

    /** The payloads of the tasks of these events, one for each event. */
    public List<String> payloads(EventKind... kinds) {
        return of(kinds).stream().map(event -> event.task().payload()).toList();
    }

    public List<TaskEvent<String>> of(EventKind... kinds) {
        Set<EventKind> wanted = EnumSet.copyOf(Arrays.asList(kinds));
        return events.stream().filter(event -> wanted.contains(event.kind())).toList();
    }
}
