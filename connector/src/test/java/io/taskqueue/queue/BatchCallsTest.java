package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls for several tasks do what as many calls for one task do. */
class BatchCallsTest {

    private static final int CAPACITY = 12;

    enum Call {
        ENQUEUE,
        LEASE,
        COMPLETE,
        FAIL,
        ADVANCE_TIME,
        ACKNOWLEDGE
    }

    record Step(Call call, int size) {}

    /** A queue, its journal, its time, and the leases that it granted. */
    private static final class Run implements AutoCloseable {

        final ManualTime time = new ManualTime();
        final BoundedJournal journal = new BoundedJournal(40);
        final List<Lease<String>> leases = new ArrayList<>();
        final TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .capacity(CAPACITY)
                .maxAttempts(3)
                .leaseDuration(Duration.ofSeconds(30))
                .sweepInterval(Duration.ofHours(1))
                .clock(time)
                .ticker(time)
                .closeGrace(Duration.ZERO)
                .build();

        Run() {
            queue.attach(journal);
        }

        /** The events, without the ids of leases, which are random. */
        List<String> events() {
            return journal.events().stream().map(Run::text).toList();
        }

        private static String text(TaskEvent<String> event) {
            return event + " " + event.task().payload() + " " + event.occurredAt() + " " + event.leaseExpiration() + " "
                    + event.availableAt() + " " + event.flags() + " "
                    + event.token().map(token -> token.sequenceId() + "/" + token.attempt());
        }

        List<Lease<String>> take(int count) {
            List<Lease<String>> taken = new ArrayList<>(leases.subList(0, Math.min(count, leases.size())));
            leases.subList(0, taken.size()).clear();
            return taken;
        }

        @Override
        public void close() {
            queue.close();
        }
    }

    @Property(tries = 300)
    void callsForSeveralTasksEmitTheEventsOfCallsForOne(@ForAll("steps") List<Step> steps) throws Exception {
        try (Run batch = new Run();
                Run single = new Run()) {
            int payload = 0;
            for (Step step : steps) {
                payload = perform(step, batch, single, payload);
                assertThat(batch.events()).isEqualTo(single.events());
                assertThat(batch.queue.counts()).isEqualTo(single.queue.counts());
                assertThat(batch.journal.reserved()).isEqualTo(single.journal.reserved());
                assertThat(batch.journal.fault()).isEmpty();
            }
        }
    }

    private static int perform(Step step, Run batch, Run single, int payload) throws Exception {
        switch (step.call) {
            case ENQUEUE -> {
                List<String> payloads = IntStream.range(payload, payload + step.size)
                        .mapToObj(number -> "payload-" + number)
                        .toList();
                Optional<List<TaskId>> ids = batch.queue.enqueueAll(payloads, Duration.ZERO);
                if (ids.isPresent()) {
                    assertThat(ids.get())
                            .containsExactlyElementsOf(payloads.stream()
                                    .map(one -> single.queue.tryEnqueue(one).orElseThrow())
                                    .toList());
                }
                return payload + step.size;
            }
            case LEASE -> {
                List<Lease<String>> granted = batch.queue.lease(step.size, Duration.ZERO);
                assertThat(granted).hasSizeLessThanOrEqualTo(step.size);
                for (Lease<String> lease : granted) {
                    Lease<String> expected = single.queue.tryLease().orElseThrow();
                    assertThat(lease.task()).isEqualTo(expected.task());
                    single.leases.add(expected);
                }
                if (granted.isEmpty()) {
                    assertThat(single.queue.tryLease()).isEmpty();
                }
                batch.leases.addAll(granted);
            }
            case COMPLETE -> complete(batch.take(step.size), single.take(step.size), batch.queue);
            case FAIL -> {
                for (Run run : List.of(batch, single)) {
                    run.take(1).forEach(lease -> failed(() -> lease.fail(TaskError.of("again"))));
                }
            }
            case ADVANCE_TIME -> {
                for (Run run : List.of(batch, single)) {
                    run.time.advance(Duration.ofSeconds(4L * step.size));
                    run.queue.counts();
                }
            }
            case ACKNOWLEDGE -> {
                batch.journal.acknowledge(3 * step.size);
                single.journal.acknowledge(3 * step.size);
            }
        }
        return payload;
    }

    private static void complete(List<Lease<String>> together, List<Lease<String>> oneByOne, TaskQueue<String> queue) {
        List<RuntimeException> expected = oneByOne.stream()
                .map(lease -> failed(lease::complete))
                .flatMap(Optional::stream)
                .toList();
        Optional<RuntimeException> failure = failed(() -> queue.completeAll(together));
        assertThat(failure.map(first -> 1 + first.getSuppressed().length).orElse(0))
                .isEqualTo(expected.size());
        failure.ifPresent(
                first -> assertThat(first).isInstanceOf(expected.get(0).getClass()));
    }

    private static Optional<RuntimeException> failed(Runnable call) {
        try {
            call.run();
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(e);
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.of(Call.class), Arbitraries.integers().between(1, 6))
                .as(Step::new)
                .list()
                .ofMaxSize(40);
    }

    @Test
    @Timeout(60)
    void enqueueAllWaitsForCapacityForAllAndEnqueuesNoneBefore() throws Exception {
        try (Run run = new Run()) {
            run.queue.enqueueAll(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
            Caller<List<TaskId>> waiting = Caller.startWaiting(() -> run.queue.enqueueAll(List.of("k", "l", "m")));
            assertThat(run.queue.enqueue("single", Duration.ZERO)).isPresent();
            assertThat(run.queue.counts().pending()).isEqualTo(11);

            run.queue.lease(2);

            assertThat(waiting.result()).hasSize(3);
            assertThat(run.queue.counts().pending()).isEqualTo(12);
        }
    }

    @Test
    @Timeout(60)
    void leaseOfSeveralWaitsForOneTaskOnly() throws Exception {
        try (Run run = new Run()) {
            Caller<List<Lease<String>>> waiting = Caller.startWaiting(() -> run.queue.lease(5));

            run.queue.enqueue("a");

            assertThat(waiting.result()).hasSize(1);
            assertThat(run.queue.lease(5, Duration.ofMillis(5))).isEmpty();
        }
    }

    @Test
    @Timeout(60)
    void aBatchWakesAllWorkersThatItKeepsBusy() throws Exception {
        try (Run run = new Run()) {
            List<Caller<Lease<String>>> workers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                workers.add(Caller.startWaiting(run.queue::lease));
            }

            run.queue.enqueueAll(List.of("a", "b", "c", "d"));

            for (Caller<Lease<String>> worker : workers) {
                assertThat(worker.result().attempt()).isEqualTo(1);
            }
        }
    }

    @Test
    @Timeout(60)
    void aWorkerThatIsInterruptedOnItsWayWakesTheNext() throws Exception {
        for (int round = 0; round < 50; round++) {
            try (Run run = new Run()) {
                Caller<Lease<String>> first = Caller.startWaiting(run.queue::lease);
                Caller<Lease<String>> second = Caller.startWaiting(run.queue::lease);

                run.queue.enqueue("a");
                first.interrupt();

                await().until(() -> run.queue.counts().leased() == 1);
                second.interrupt();
            }
        }
    }

    @Test
    void aPayloadThatIsRefusedKeepsTheOthersOut() {
        try (Run run = new Run()) {
            assertThatThrownBy(() -> run.queue.enqueueAll(List.of("a", "unwritable")))
                    .isInstanceOf(PayloadRefusedException.class);

            assertThat(run.queue.counts().totals().enqueued()).isZero();
            assertThat(run.journal.reserved()).isZero();
        }
    }

    @Test
    void aClockThatFailsDuringSeveralGrantsLosesNoLease() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        ManualTime time = new ManualTime() {
            @Override
            public Instant instant() {
                if (broken.get()) {
                    throw new IllegalStateException("no time");
                }
                return super.instant();
            }
        };
        BoundedJournal journal = new BoundedJournal(40);
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders")
                .clock(time)
                .ticker(time)
                .closeGrace(Duration.ZERO)
                .listener(event -> broken.set(event.kind() == EventKind.LEASE_GRANTED))
                .build()) {
            queue.attach(journal);
            queue.enqueueAll(List.of("a", "b", "c"));

            List<Lease<String>> granted = queue.lease(3);

            broken.set(false);
            assertThat(granted).hasSize(1);
            assertThat(journal.reserved()).isEqualTo(2); // of the one lease
            assertThat(queue.counts().pending()).isEqualTo(2);
        }
    }

    @Test
    void aLeaseOfAnotherQueueIsRefusedAndNoneIsCompleted() throws Exception {
        try (Run run = new Run();
                Run other = new Run()) {
            run.queue.enqueue("a");
            other.queue.enqueue("b");
            Lease<String> own = run.queue.lease();
            Lease<String> foreign = other.queue.lease();

            assertThatThrownBy(() -> run.queue.completeAll(List.of(own, foreign)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Lease L-1 on task 1 of queue orders was not granted by this queue, orders, so completeAll()"
                                    + " was refused. Complete the leases of each queue by the queue that granted them; none was"
                                    + " completed.");
            assertThat(run.queue.counts().leased()).isEqualTo(1);
        }
    }

    @Test
    void completeAllNamesTheLeaseThatWasLostAndCompletesTheOthers() throws Exception {
        try (Run run = new Run()) {
            run.queue.enqueueAll(List.of("a", "b"));
            Lease<String> lost = run.queue.lease();
            run.time.advance(Duration.ofSeconds(30));
            Lease<String> held = run.queue.lease();
            run.time.advance(Duration.ofSeconds(1));

            assertThatThrownBy(() -> run.queue.completeAll(List.of(lost, held)))
                    .isInstanceOf(LeaseLostException.class)
                    .hasMessage(
                            "Lease L-1 on task 1 of queue orders was lost: it expired at 10:00:30Z, completeAll() came at"
                                    + " 10:00:31Z. Raise leaseDuration or call heartbeat().");
            assertThat(run.queue.counts().totals().completed()).isEqualTo(1);
        }
    }

    @Test
    void sizesThatCannotWorkAreRefused() {
        try (Run run = new Run()) {
            List<String> tooMany =
                    IntStream.rangeClosed(0, CAPACITY).mapToObj(String::valueOf).toList();
            assertThatThrownBy(() -> run.queue.enqueueAll(tooMany))
                    .hasMessage("enqueueAll() was called with 13 payloads, but queue orders has a capacity of 12. Raise"
                            + " capacity, or enqueue at most 12 at once.");
            assertThatThrownBy(() -> run.queue.lease(0))
                    .hasMessage("lease() was called for at most 0 tasks. Ask for at least 1 task.");
        }
    }

    @Test
    void nothingToDoIsDoneAtOnce() throws Exception {
        try (Run run = new Run()) {
            assertThat(run.queue.enqueueAll(List.of())).isEmpty();
            run.queue.completeAll(List.of());
            assertThat(run.journal.events()).isEmpty();
        }
    }
}
