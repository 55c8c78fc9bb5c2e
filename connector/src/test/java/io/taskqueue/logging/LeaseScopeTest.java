package io.taskqueue.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.tracing.TraceSpan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class LeaseScopeTest {

    private final List<String> scopes = new ArrayList<>();

    @AfterEach
    void clear() {
        MDC.clear();
    }

    @Test
    void workOnALeaseHasItsFieldsAndItsSpan() throws InterruptedException {
        MDC.put("queue", "of the application");
        try (TaskQueue<String> other = TaskQueue.<String>builder("old").build();
                TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                        .tracing(start -> new Span(start.name()))
                        .build()) {
            other.enqueue("x");
            queue.restore(other.drain(Duration.ZERO));
            queue.lease().fail(TaskError.of("no route"));
            Lease<String> lease = queue.lease();

            LeaseScope scope = LeaseScope.open(lease);
            Map<String, String> during = MDC.getCopyOfContextMap();
            scopes.add("work");
            scope.close();
            lease.complete();

            assertThat(during).isEqualTo(Map.of("queue", "orders", "task", "old/0/1", "attempt", "2"));
            assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("queue", "of the application"));
            assertThat(scopes).containsExactly("begin lease orders", "work", "end lease orders");
        }
    }

    private final class Span implements TraceSpan {

        private final String name;

        Span(String name) {
            this.name = name;
        }

        @Override
        public @Nullable TraceContext context() {
            return null;
        }

        @Override
        public Scope makeCurrent() {
            scopes.add("begin " + name);
            return () -> scopes.add("end " + name);
        }

        @Override
        public void attribute(String attribute, String value) {}

        @Override
        public void fail(String type, @Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void end() {}
    }
}
