package io.taskqueue.streams.log;

import io.taskqueue.streams.checkpoint.LogState;
import java.util.Optional;

/** The log of one partition of the event topic, as the cluster reports it. Called on the stream thread. */
public interface ReportedLog {

    int partition();

    /** What was reported last, some time ago. */
    LogState latest();

    /** What is reported now, or was within the last second. What was reported before, where the cluster does not answer. */
    LogState recent();

    /** What is reported now; empty where the cluster does not answer. */
    Optional<LogState> now();
}
