package io.taskqueue.streams.clients;

import io.taskqueue.streams.checkpoint.LogState;
import io.taskqueue.streams.log.ReportedLog;
import java.util.Optional;

/** The log of one partition of the event topic. */
public record EventTopicLog(EventTopic topic, int partition) implements ReportedLog {

    @Override
    public LogState latest() {
        return topic.get().log(partition);
    }

    @Override
    public LogState recent() {
        topic.refreshIfOld();
        return latest();
    }

    @Override
    public Optional<LogState> now() {
        return topic.refresh() ? Optional.of(latest()) : Optional.empty();
    }
}
