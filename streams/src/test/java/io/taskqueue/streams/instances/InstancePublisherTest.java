package io.taskqueue.streams.instances;

import static io.taskqueue.streams.instances.InstanceReports.AT;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.SinkLog;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InstancePublisherTest implements InstancePublisher.Instance, InstancePublisher.Writer {

    private final SinkSettings<String> settings =
            withTicker(SettingsForTests.of("billing", (event, effects) -> {}, builder -> builder), () -> this.nanos);
    private final InstancePublisher publisher = new InstancePublisher(settings, this, this);
    private final List<String> written = new ArrayList<>();
    private long nanos = Long.MAX_VALUE - 1_000;
    private Duration passed = Duration.ZERO;
    private SinkState state = SinkState.RUNNING;
    private boolean targetAvailable = true;
    private long inFlight;
    private @Nullable RuntimeException refusal;

    @Override
    public Object condition() {
        return List.of(state, targetAvailable);
    }

    @Override
    public SinkInstance report() {
        return InstanceReports.report(AT.plus(passed), state, SinkHealth.GOOD, inFlight);
    }

    @Override
    public void write(String instance, byte @Nullable [] value) {
        written.add(instance
                + (value == null
                        ? " removed"
                        : " "
                                + InstanceFormat.read(value)
                                        .map(read -> read.state() + " " + read.inFlight())
                                        .orElseThrow()));
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public void close() {}

    @Test
    void aReportIsWrittenAtTheStartAndWhereSomethingHasChangedSinceTheIntervalBefore() throws Exception {
        publisher.check();
        assertThat(written).containsExactly("i-1 RUNNING 0");
        inFlight = 7;
        pass(Duration.ofMillis(4_999));
        assertThat(written).hasSize(1);
        pass(Duration.ofMillis(1));
        assertThat(written).containsExactly("i-1 RUNNING 0", "i-1 RUNNING 7");
    }

    @Test
    void whereNothingChangesAReportIsWrittenEachMinute() throws Exception {
        publisher.check();
        for (int seconds = 0; seconds < 120; seconds++) {
            pass(Duration.ofSeconds(1));
        }
        assertThat(written).hasSize(3);
    }

    @Test
    void aChangeOfItsConditionIsReportedAtTheNextCheck() throws Exception {
        publisher.check();
        state = SinkState.REBALANCING;
        publisher.check();
        targetAvailable = false;
        publisher.check();
        publisher.check();
        assertThat(written).containsExactly("i-1 RUNNING 0", "i-1 REBALANCING 0", "i-1 REBALANCING 0");
    }

    @Test
    void theReportOfAnInstanceThatStoppedIsRemovedAndThatOfOneThatFailedStays() throws Exception {
        publisher.end();
        state = SinkState.FAILED;
        publisher.end();
        assertThat(written).containsExactly("i-1 removed", "i-1 FAILED 0");
    }

    @Test
    void aMissingPermissionIsLoggedOnceAndAnUnreachableClusterNotHere() throws Exception {
        try (SinkLog log = new SinkLog(InstancePublisher.class)) {
            refusal = new TimeoutException("no answer");
            publisher.check();
            refusal = new TopicAuthorizationException(Set.of("billing-instances"));
            pass(Duration.ofMinutes(1));
            pass(Duration.ofMinutes(1));

            assertThat(written).hasSize(3);
            assertThat(log.lines())
                    .containsExactly(
                            "WARN Sink billing cannot report this instance on topic billing-instances, so that the console"
                                    + " does not show it; everything else works: This user is not permitted to use topic"
                                    + " billing-instances (Not authorized to access topics: [billing-instances]). Grant it the"
                                    + " ACLs that docs/security.md lists.");
        }
    }

    @Test
    @Timeout(30)
    void theEndDoesNotWaitForAClusterThatDoesNotAnswer() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        InstancePublisher stuck = InstancePublisher.start(settings, this, new InstancePublisher.Writer() {
            @Override
            public void write(String instance, byte @Nullable [] value) throws InterruptedException {
                writing.countDown();
                try {
                    new CountDownLatch(1).await();
                } finally {
                    interrupted.countDown();
                }
            }

            @Override
            public void close() {}
        });
        writing.await();
        stuck.close();
        interrupted.await();
    }

    private void pass(Duration time) throws InterruptedException {
        nanos += time.toNanos();
        passed = passed.plus(time);
        publisher.check();
    }

    private static SinkSettings<String> withTicker(SinkSettings<String> settings, Ticker ticker) {
        SinkSettings.Instruments before = settings.instruments();
        return new SinkSettings<>(
                settings.name(),
                settings.application(),
                settings.topics(),
                settings.kafka(),
                settings.stateDirectory(),
                settings.limits(),
                settings.policies(),
                new SinkSettings.Instruments(
                        before.meters(), 1_000, before.showsKafka(), before.clock(), ticker, before.random()));
    }
}
