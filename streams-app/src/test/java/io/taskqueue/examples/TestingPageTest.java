package io.taskqueue.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.examples.ReadmeExamples.BillingSink;
import io.taskqueue.examples.ReadmeExamples.Order;
import io.taskqueue.examples.ReadmeExamples.Receipt;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.testkit.Crash;
import io.taskqueue.testkit.EffectCall.Status;
import io.taskqueue.testkit.ManualTime;
import io.taskqueue.testkit.RecordedEvents;
import io.taskqueue.testkit.RecordedTask;
import io.taskqueue.testkit.SinkResult;
import io.taskqueue.testkit.SinkResult.Outcome;
import io.taskqueue.testkit.SinkTester;
import io.taskqueue.testkit.kafka.TestKafka;
import io.taskqueue.testkit.kafka.UseEmbeddedKafka;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The Java blocks of docs/testing.md, each the text between two markers here, run as tests. */
class TestingPageTest {

    private final Order order = new Order("A-17", 4_200);
    private final List<String> charged = new ArrayList<>();
    private final List<String> mailed = new ArrayList<>();
    private boolean mailerIsDown;

    private final BillingSink sink = new BillingSink(
            (charge, key) -> {
                charged.add(key);
                return new Receipt("R-" + charge.id());
            },
            (receipt, key) -> {
                if (mailerIsDown) {
                    mailerIsDown = false;
                    throw new IOException("connection reset");
                }
                mailed.add(key);
            });

    @Test
    void effectsOfASink() {
        // README: effects
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
        SinkTester<Order> tester = SinkTester.of("billing", sink);

        tester.apply(events.enqueued(order).leased().completed())
                .isApplied()
                .hasRun("charge", "mail")
                .hasResult("charge", new Receipt("R-A-17"))
                .hasKey("charge", "billing/0/orders/1/3/charge");
        // end
        assertThat(charged).containsExactly("billing/0/orders/1/3/charge");
    }

    @Test
    void eventsOfAQueue() {
        // README: events
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
        events.completed(order); // a whole life: Enqueued, LeaseGranted, Completed
        events.deadLettered(order, "no stock"); // Enqueued, LeaseGranted, Failed, DeadLettered

        RecordedTask<Order> task = events.enqueued(order).leased().failed("no stock");
        task.leased(); // after the requeue delay: Requeued, LeaseGranted
        ReplicationEvent<Order> second = task.event();
        task.leaseExpired(); // the time is moved to the end of the lease

        RecordedEvents<Order> next = events.takenOver(); // SourceStarted, and Restored for each live task
        next.task(task.id()).leased().completed();
        // end
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(next)
                .extracting(ReplicationEvent::kind)
                .containsExactly(
                        EventKind.SOURCE_STARTED,
                        EventKind.RESTORED,
                        EventKind.REQUEUED,
                        EventKind.LEASE_GRANTED,
                        EventKind.COMPLETED);
    }

    @Test
    void attemptsOfAnEvent() {
        mailerIsDown = true;
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
        // README: attempts
        SinkTester<Order> tester = SinkTester.builder("billing", sink)
                .retry(new RetryPolicy(3, Duration.ofSeconds(10), Duration.ofMinutes(1), 0))
                .build();

        SinkResult<Order> result = tester.apply(events.completed(order)); // the first call of the mailer fails

        result.isApplied().hasAttempts(2).hasCalled("charge", 1).hasCalled("mail", 2);
        // end
        assertThat(tester.time().instant()).isEqualTo(ManualTime.START.plusSeconds(10));
    }

    @Test
    void crashesOfASink() {
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
        SinkTester<Order> tester = SinkTester.of("billing", sink);
        RecordedTask<Order> task = events.completed(order);
        // README: crash
        tester.apply(task, Crash.after("charge")); // the action was done, its result is lost
        tester.apply(task).isApplied().hasRun("charge", "mail"); // in the next process

        assertThat(charged).hasSize(2).containsOnly("billing/0/orders/1/3/charge"); // twice, under one key
        // end
    }

    @Test
    void crashesOfAProbedEffect() {
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
        List<String> shipped = new ArrayList<>();
        SinkTester<Order> tester = SinkTester.of(
                "shipping",
                (event, effects) -> effects.run(
                        "ship",
                        OnAmbiguity.probe(key -> EffectProbe.Answer.doneIf(shipped.contains(key.toString()))),
                        key -> shipped.add(key.toString())));
        RecordedTask<Order> task = events.enqueued(order);
        // README: probe
        tester.apply(task, Crash.after("ship"));
        tester.apply(task).hasStatus("ship", Status.RESOLVED).hasCalled("ship", 0); // the probe found it done
        // end
        assertThat(shipped).hasSize(1);
    }

    @Test
    void replaysOfASink() {
        RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
        SinkTester<Order> tester = SinkTester.of("billing", sink);
        RecordedTask<Order> task = events.enqueued(order).leased();
        // README: replay
        tester.apply(events);
        tester.apply(events.takenOver());
        tester.apply(task.completed()).hasOutcome(Outcome.FENCED); // written by an owner that was replaced
        tester.replay().hasRunNothing().hasMissing();
        // end
        assertThat(charged).isEmpty();
    }

    @Test
    void timeOfADispatcher() throws Exception {
        // README: time
        ManualTime time = new ManualTime();
        try (TaskQueue<Order> queue = TaskQueue.<Order>builder("orders")
                .clock(time)
                .ticker(time)
                .leaseDuration(Duration.ofSeconds(30))
                .build()) {
            queue.enqueue(order);
            Lease<Order> lost = queue.lease(); // by a worker that stops here

            time.advance(Duration.ofSeconds(30));

            assertThat(queue.lease().attempt()).isEqualTo(2);
            assertThatThrownBy(lost::complete).isInstanceOf(LeaseLostException.class);
        }
        // end
    }

    // README: kafka
    @Nested
    @UseEmbeddedKafka(topics = "taskqueue.events:3")
    class DispatcherTest {

        @Test
        void aTaskIsConfirmed(TestKafka kafka) throws Exception {
            try (TaskQueue<Order> queue = TaskQueue.<Order>builder("orders").build();
                    ReplicationSource<Order> source = ReplicationSource.builder(queue, PayloadCodec.json(Order.class))
                            .kafka(kafka.properties())
                            .sourcePeer("dispatcher-a")
                            .start()) {
                queue.enqueue(order);
                source.replicated().get(30, TimeUnit.SECONDS);

                assertThat(source.replicatedUpTo().sequence()).isEqualTo(1);
            }
        }
    }
    // end
}
