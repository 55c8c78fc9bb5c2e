package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.status.SinkState;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;

class ServiceLifecycleTest {

    private final ServiceLifecycle lifecycle = new ServiceLifecycle();

    @Test
    void itFollowsKafkaStreamsUntilItEnds() throws Exception {
        lifecycle.follow(KafkaStreams.State.REBALANCING);
        assertThat(lifecycle.state()).isEqualTo(SinkState.STARTING);
        lifecycle.follow(KafkaStreams.State.RUNNING);
        assertThat(lifecycle.state()).isEqualTo(SinkState.RUNNING);
        lifecycle.follow(KafkaStreams.State.REBALANCING);
        assertThat(lifecycle.state()).isEqualTo(SinkState.REBALANCING);
        lifecycle.follow(KafkaStreams.State.RUNNING);

        assertThat(lifecycle.close()).isTrue();
        assertThat(lifecycle.close()).isFalse();
        assertThat(lifecycle.running()).isFalse();
        assertThat(lifecycle.state()).isEqualTo(SinkState.RUNNING);
        lifecycle.follow(KafkaStreams.State.RUNNING);
        assertThat(lifecycle.running()).isFalse();
        lifecycle.ended();
        lifecycle.awaitEnd();
        assertThat(lifecycle.state()).isEqualTo(SinkState.STOPPED);
    }

    @Test
    void theFirstFailureStaysAndOneCallerEndsIt() {
        assertThat(lifecycle.fail(new SinkStoppedException("first", null))).isTrue();
        assertThat(lifecycle.fail(new SinkStoppedException("second", null))).isFalse();
        assertThat(lifecycle.end()).isTrue();
        assertThat(lifecycle.end()).isFalse();
        assertThat(lifecycle.close()).isFalse();
        assertThat(lifecycle.state()).isEqualTo(SinkState.FAILED);
        lifecycle.follow(KafkaStreams.State.RUNNING);
        lifecycle.ended();
        assertThat(lifecycle.state()).isEqualTo(SinkState.FAILED);
        assertThat(lifecycle.failure())
                .hasValueSatisfying(failure -> assertThat(failure).hasMessage("first"));
    }

    @Test
    void aFailureWhileItClosesIsReported() {
        lifecycle.follow(KafkaStreams.State.RUNNING);
        assertThat(lifecycle.close()).isTrue();
        assertThat(lifecycle.fail(new SinkStoppedException("late", null))).isTrue();
        assertThat(lifecycle.end()).isFalse();
        lifecycle.ended();
        assertThat(lifecycle.state()).isEqualTo(SinkState.FAILED);
        assertThat(lifecycle.fail(new SinkStoppedException("too late", null))).isFalse();
    }
}
