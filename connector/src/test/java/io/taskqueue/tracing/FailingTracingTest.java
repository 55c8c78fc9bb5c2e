package io.taskqueue.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskError;
import io.taskqueue.event.TraceContext;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.local.LocalSinkRunner;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A queue and a sink work although their tracing throws, whatever it throws and where. */
class FailingTracingTest {

    private enum Place {
        START,
        CONTEXT,
        MAKE_CURRENT,
        CLOSE_SCOPE,
        ATTRIBUTE,
        FAIL,
        END
    }

    private final AtomicInteger thrown = new AtomicInteger();

    private Tracing failing(Place place) {
        return start -> {
            failIf(place == Place.START);
            return new TraceSpan() {
                @Override
                public @Nullable TraceContext context() {
                    failIf(place == Place.CONTEXT);
                    return null;
                }

                @Override
                public Scope makeCurrent() {
                    failIf(place == Place.MAKE_CURRENT);
                    return () -> failIf(place == Place.CLOSE_SCOPE);
                }

                @Override
                public void attribute(String name, String value) {
                    failIf(place == Place.ATTRIBUTE);
                }

                @Override
                public void fail(String type, @Nullable String message, @Nullable Throwable cause) {
                    failIf(place == Place.FAIL);
                }

                @Override
                public void end() {
                    failIf(place == Place.END);
                }
            };
        };
    }

    private void failIf(boolean here) {
        if (here) {
            thrown.incrementAndGet();
            throw new NoClassDefFoundError("an exporter is missing");
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void itsFailureChangesNothing(Place place) throws Exception {
        try (TaskQueue<String> queue =
                TaskQueue.<String>builder("orders").tracing(failing(place)).build()) {
            queue.enqueue("x");
            Lease<String> lease = queue.lease();
            lease.makeCurrent().close();
            lease.fail(TaskError.of("no route"));
            queue.lease().complete();

            assertThat(queue.counts().totals().completed()).isEqualTo(1);
        }
        assertThat(thrown).as("failures of the tracing at the queue").hasPositiveValue();
        thrown.set(0);
        AtomicInteger calls = new AtomicInteger();
        var receipt = LocalSinkRunner.<String>builder(
                        "billing",
                        (event, effects) -> effects.run("charge", key -> {
                            if (calls.incrementAndGet() == 1) {
                                throw new IllegalStateException("not yet");
                            }
                        }))
                .tracing(failing(place))
                .build()
                .run(List.of(Events.enqueued("orders", 7, 1)));

        assertThat(receipt.applied()).isEqualTo(1);
        assertThat(calls).hasValue(2);
        assertThat(thrown).as("failures of the tracing at the sink").hasPositiveValue();
    }
}
