package io.taskqueue.spring;

import io.taskqueue.libraries.UnsupportedLibraryException;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.source.SourceStartException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Reports why a queue, a source or a sink did not start without a stack trace: the message states what to do. */
final class TaskQueueFailureAnalyzer implements FailureAnalyzer {

    private static final List<Class<? extends Throwable>> EXPLAINED = List.of(
            TaskQueueConfigurationException.class,
            SourceStartException.class,
            SinkStoppedException.class,
            UnsupportedLibraryException.class);

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Throwable found = cause;
            if (EXPLAINED.stream().anyMatch(type -> type.isInstance(found))) {
                return new FailureAnalysis(String.valueOf(found.getMessage()), null, found);
            }
        }
        return null;
    }
}
