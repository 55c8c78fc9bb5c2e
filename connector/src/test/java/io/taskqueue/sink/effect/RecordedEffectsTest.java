package io.taskqueue.sink.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.EffectNotRecordedException;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ResultType;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecordedEffectsTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 3, 7);

    private final MemoryEffectStore store = new MemoryEffectStore();
    private final AtomicInteger calls = new AtomicInteger();

    record Receipt(String number, BigDecimal amount, Instant at, Optional<String> note) {}

    @ResultType("receipt")
    record Bill(String number) {}

    static final class Opaque {}

    interface Shape {
        int corners();
    }

    record Drawing(String name, Map<String, List<Part>> parts) {
        record Part(Shape shape) {}
    }

    record Page<T>(T content) {}

    record Item(String name, Optional<String> note, int count) {}

    record Order(String id, List<Item> items, Map<String, BigDecimal> prices, @Nullable Order before) {}

    static final class Bean {
        public String name = "bean";
    }

    record Unwritable(String text) {
        @Override
        public String text() {
            throw new StackOverflowError("in the getter");
        }
    }

    /** Accepts from JSON less than can be created. */
    record Positive(int number) {
        static Positive negative() {
            return new Positive(-1, true);
        }

        @JsonCreator
        static Positive of(@JsonProperty("number") int number) {
            if (number < 0) {
                throw new IllegalArgumentException("negative");
            }
            return new Positive(number, true);
        }

        private Positive(int number, boolean trusted) {
            this(number);
            assert trusted : "always";
        }
    }

    static final class WithoutConstructor {
        private final String name;

        WithoutConstructor(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }
    }

    abstract static class Sealed {
        public final String name;

        Sealed(String name) {
            this.name = name;
        }
    }

    private RecordedEffects effects(EffectMode mode) {
        return new RecordedEffects("billing", 0, EVENT, store, mode, EffectRules.DEFAULT);
    }

    @Test
    void actionRunsOnceWithItsKeyAndItsRecordedResultIsReturned() throws Exception {
        var first = effects(EffectMode.RUN);
        var keys = new ArrayList<String>();
        var receipt = new Receipt("r-1", new BigDecimal("12.50"), Events.NOON.plusNanos(1), Optional.of("paid"));

        assertThat(first.capture("charge", Receipt.class, key -> {
                    keys.add(key.toString());
                    return receipt;
                }))
                .isEqualTo(receipt);
        assertThat(first.counts()).isEqualTo(new RecordedEffects.Counts(1, 0, 0, 0, 0));

        for (EffectMode mode : EffectMode.values()) {
            var again = effects(mode);
            assertThat(again.capture("charge", Receipt.class, key -> {
                        throw new AssertionError("ran again");
                    }))
                    .isEqualTo(receipt);
            assertThat(again.counts()).isEqualTo(new RecordedEffects.Counts(0, 1, 0, 0, 0));
        }
        assertThat(keys).containsExactly("billing/0/orders/3/7/charge");
    }

    @Test
    void resultsOfEveryFixedTypeAreReadBackEqual() throws Exception {
        isReadBack("a \u0000 \"text\" \ud83d\ude00", String.class, "string");
        isReadBack(true, Boolean.class, "boolean");
        isReadBack((byte) -1, Byte.class, "byte");
        isReadBack((short) 7, Short.class, "short");
        isReadBack(Integer.MIN_VALUE, Integer.class, "int");
        isReadBack(Long.MAX_VALUE, Long.class, "long");
        isReadBack(0.1f, Float.class, "float");
        isReadBack(Double.MIN_VALUE, Double.class, "double");
        isReadBack('x', Character.class, "char");
        isReadBack(new byte[] {0, -1, 7}, byte[].class, "bytes");
        isReadBack(new BigDecimal("1.10"), BigDecimal.class, "decimal");
        isReadBack(new java.math.BigInteger("123456789012345678901234567890"), java.math.BigInteger.class, "integer");
        isReadBack(new UUID(1, 2), UUID.class, "uuid");
        isReadBack(Events.NOON, Instant.class, "instant");
        isReadBack(Duration.ofMillis(5), Duration.class, "duration");
        isReadBack(Map.of("a", List.of(1, "b")), Map.class, "json");
        isReadBack(List.of(1, "b"), List.class, "json");
        isReadBack(new int[] {1, 2}, int[].class, "int[]");
        isReadBack(TimeUnit.DAYS, TimeUnit.class, "TimeUnit");
        isReadBack(new Bill("7"), Bill.class, "receipt");
    }

    private <R> void isReadBack(R value, Class<R> type, String tag) throws Exception {
        String name = "effect of " + tag + " " + type.getSimpleName();
        assertThat(effects(EffectMode.RUN).capture(name, type, key -> value)).isEqualTo(value);
        assertThat(effects(EffectMode.RECORDED_ONLY).capture(name, type, key -> value))
                .isEqualTo(value);
        assertThat(store.find(new EffectKey("billing", 0, "orders", EVENT.position(), name)))
                .get()
                .isInstanceOfSatisfying(
                        EffectResult.Done.class, done -> assertThat(done.type()).isEqualTo(tag));
    }

    @Test
    void primitiveClassReadsWhatItsWrapperWrote() throws Exception {
        effects(EffectMode.RUN).capture("count", Integer.class, key -> 5);
        int count = effects(EffectMode.RECORDED_ONLY).capture("count", int.class, key -> 6);
        assertThat(count).isEqualTo(5);
    }

    @Test
    void nullIsARecordedResult() throws Exception {
        assertThat(effects(EffectMode.RUN).capture("look up", String.class, key -> null))
                .isNull();
        assertThat(effects(EffectMode.RECORDED_ONLY).capture("look up", String.class, key -> "ran"))
                .isNull();
    }

    @Test
    void replayRunsNothingAndReportsMissingResults() {
        var effects = effects(EffectMode.RECORDED_ONLY);
        assertThatThrownBy(() -> effects.run("mail", key -> calls.incrementAndGet()))
                .isInstanceOf(EffectNotRecordedException.class)
                .hasMessage("Effect billing/0/orders/3/7/mail has no recorded result, and this replay does not run "
                        + "effects. It was not run.");
        assertThat(effects.counts()).isEqualTo(new RecordedEffects.Counts(0, 0, 0, 1, 0));
        assertThat(calls).hasValue(0);
        assertThat(store.size()).isZero();
    }

    @Test
    void permanentFailureIsRecordedAndThrownAgainWithoutRunning() {
        String text =
                "Effect billing/0/orders/3/7/mail failed permanently: no such mailbox. The failure is recorded and "
                        + "is thrown again each time the event is seen.";
        var first = effects(EffectMode.RUN);
        assertThatThrownBy(() -> first.run("mail", key -> {
                    throw new PermanentEffectException("no such mailbox");
                }))
                .isInstanceOf(RecordedFailureException.class)
                .hasMessage(text);
        assertThat(first.counts()).isEqualTo(new RecordedEffects.Counts(0, 0, 1, 0, 0));

        var again = effects(EffectMode.RUN);
        assertThatThrownBy(() -> again.run("mail", key -> calls.incrementAndGet()))
                .isInstanceOf(RecordedFailureException.class)
                .hasMessage(text);
        assertThat(again.counts()).isEqualTo(new RecordedEffects.Counts(0, 1, 0, 0, 0));
        assertThat(calls).hasValue(0);
    }

    @Test
    void transientFailureIsThrownUnchangedAndNotRecorded() throws Exception {
        var failure = new java.io.IOException("connection reset");
        assertThatThrownBy(() -> effects(EffectMode.RUN).run("mail", key -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(store.size()).isZero();
        effects(EffectMode.RUN).run("mail", key -> calls.incrementAndGet());
        assertThat(calls).hasValue(1);
    }

    @Test
    void interruptionIsPropagatedAndNothingIsRecorded() {
        assertThatThrownBy(() -> effects(EffectMode.RUN).run("mail", key -> {
                    throw new InterruptedException("stop");
                }))
                .isInstanceOf(InterruptedException.class)
                .hasMessage("stop");
        assertThat(store.size()).isZero();
    }

    @Test
    void sameNameTwiceInOneEventIsRefused() throws Exception {
        var effects = effects(EffectMode.RUN);
        effects.run("mail", key -> calls.incrementAndGet());
        assertThatThrownBy(() -> effects.run("mail", key -> calls.incrementAndGet()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Effect 'mail' was requested twice in event 3/7 of queue orders (Enqueued #7 of task "
                        + "orders/3/7, "
                        + "attempt 1). A name identifies one action of its event: use different names, such "
                        + "as 'mail-1' and 'mail-2'.");
        assertThat(calls).hasValue(1);
        assertThat(effects.misuse()).isPresent();
    }

    @Test
    void resultRequestedAsAnotherTypeIsRefusedWithBothTags() throws Exception {
        effects(EffectMode.RUN).capture("charge", Bill.class, key -> new Bill("7"));
        assertThatThrownBy(() -> effects(EffectMode.RUN).capture("charge", Receipt.class, key -> null))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage("Effect billing/0/orders/3/7/charge has a recorded result of type 'receipt', but type "
                        + "'Receipt' "
                        + "(io.taskqueue.sink.effect.RecordedEffectsTest$Receipt) was requested. A recorded "
                        + "result never changes: request the recorded type, annotate the class with "
                        + "@ResultType(\"receipt\") if it is the same type renamed, or give the effect "
                        + "another name.");
    }

    @Test
    void resultThatItsClassNoLongerReadsIsRefused() {
        store.record(
                new EffectKey("billing", 0, "orders", EVENT.position(), "charge"),
                new EffectResult.Done("receipt", "[1]"));
        assertThatThrownBy(() -> effects(EffectMode.RUN).capture("charge", Bill.class, key -> null))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageStartingWith("The recorded result of effect billing/0/orders/3/7/charge, of type 'receipt', "
                        + "cannot be read as io.taskqueue.sink.effect.RecordedEffectsTest$Bill: ")
                .hasMessageEndingWith(
                        " A recorded result never changes: change the class so that it reads results recorded "
                                + "earlier.");
    }

    @Test
    void resultThatCannotBeWrittenIsAMisuseAndNotRecorded() {
        var effects = effects(EffectMode.RUN);
        assertThatThrownBy(() -> effects.capture("charge", Unwritable.class, key -> new Unwritable("a")))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage(
                        "Effect billing/0/orders/3/7/charge was done, but its result of type 'Unwritable' cannot be written "
                                + "as JSON: StackOverflowError: in the getter. The result is not recorded, so the effect runs again "
                                + "with the same key after this is fixed. Return a record of plain values, or use run() if the "
                                + "result is not needed.");
        assertThat(store.size()).isZero();
        assertThat(effects.counts()).isEqualTo(new RecordedEffects.Counts(0, 0, 0, 0, 0));
    }

    @Test
    void resultThatCannotBeReadBackIsAMisuseAndNotRecorded() {
        assertThatThrownBy(() -> effects(EffectMode.RUN).capture("charge", Positive.class, key -> Positive.negative()))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageStartingWith(
                        "Effect billing/0/orders/3/7/charge was done, but its result of type 'Positive' "
                                + "cannot be read back from its JSON: ");
        assertThat(store.size()).isZero();
    }

    @Test
    void resultOfAnySizeIsReadBackWhereTheStoreTakesIt() throws Exception {
        String text = "x".repeat(20_100_000);
        assertThat(effects(EffectMode.RUN).capture("report", String.class, key -> text))
                .isEqualTo(text);
        BigInteger number = BigInteger.TEN.pow(2_000);
        assertThat(effects(EffectMode.RUN).capture("number", BigInteger.class, key -> number))
                .isEqualTo(number);
    }

    static Stream<Arguments> unrecordable() {
        String cannot = "cannot be read back, because ";
        return Stream.of(
                Arguments.of(ReplicationEvent.class, "has type parameters, which a recorded result does not have"),
                Arguments.of(Optional.class, "has type parameters, which a recorded result does not have"),
                Arguments.of(CompletableFuture.class, "has type parameters, which a recorded result does not have"),
                Arguments.of(Page.class, "has type parameters, which a recorded result does not have"),
                Arguments.of(Optional[].class, "has type parameters, which a recorded result does not have"),
                Arguments.of(InputStream.class, cannot + "it is abstract or an interface"),
                Arguments.of(Sealed.class, cannot + "it is abstract or an interface"),
                Arguments.of(Shape.class, cannot + "it is abstract or an interface"),
                Arguments.of(Runnable[].class, cannot + "it is abstract or an interface"),
                Arguments.of(
                        Drawing.class, cannot + "it is abstract or an interface (property shape) (property parts)"),
                Arguments.of(Opaque.class, "cannot be written, because the class has no properties"),
                Arguments.of(Thread.class, "cannot be"),
                Arguments.of(
                        WithoutConstructor.class,
                        cannot + "the class has no constructor that its JSON could be passed to"));
    }

    @ParameterizedTest
    @MethodSource("unrecordable")
    void typeThatCannotBeRecordedIsRefusedBeforeItsActionRuns(Class<?> type, String reason) {
        var effects = effects(EffectMode.RUN);
        assertThatThrownBy(() -> effects.capture("charge", type, key -> {
                    calls.incrementAndGet();
                    return none();
                }))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageStartingWith(
                        "Results of effect billing/0/orders/3/7/charge cannot be recorded as " + type.getTypeName())
                .hasMessageContaining(reason)
                .hasMessageEndingWith(
                        ". Its action has not run. Use a record of plain values, a list or a map as the type, "
                                + "or use run() if the result is not needed.");
        assertThat(effects.misuse()).isPresent();
        assertThat(calls).hasValue(0);
    }

    @Test
    void typesThatCanBeRecordedAreAcceptedWhateverTheyConsistOf() throws Exception {
        var order =
                new Order("a", List.of(new Item("b", Optional.empty(), 1)), Map.of("k", new BigDecimal("1.50")), null);
        assertThat(effects(EffectMode.RUN).capture("order", Order.class, key -> order))
                .isEqualTo(order);
        assertThat(effects(EffectMode.RUN).capture("bean", Bean.class, key -> new Bean()).name)
                .isEqualTo("bean");
        assertThat(effects(EffectMode.RUN).capture("kinds", EventKind[].class, key -> EventKind.values()))
                .isEqualTo(EventKind.values());
        Object set = effects(EffectMode.RUN).capture("set", Set.class, key -> Set.of(1));
        assertThat(set).isEqualTo(Set.of(1));
        assertThat(effects(EffectMode.RUN).capture("uri", URI.class, key -> URI.create("a:b")))
                .isEqualTo(URI.create("a:b"));
        assertThat(effects(EffectMode.RUN).capture("task", TaskId.class, key -> EVENT.taskId()))
                .isEqualTo(EVENT.taskId());
        assertThat(effects(EffectMode.RUN).capture("day", LocalDate.class, key -> LocalDate.EPOCH))
                .isEqualTo(LocalDate.EPOCH);
    }

    @Test
    void assumedResultThatCannotBeRecordedIsRefusedBeforeTheActionRuns() {
        assertThatThrownBy(() -> effects(EffectMode.RUN)
                        .capture("charge", Unwritable.class, OnAmbiguity.assumeDone(new Unwritable("a")), key -> {
                            calls.incrementAndGet();
                            return new Unwritable("b");
                        }))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageContaining("StackOverflowError: in the getter. Its action has not run.");
        assertThat(calls).hasValue(0);
    }

    /** Not a misuse, which would stop the sink: a name may be made from a payload. */
    @Test
    void nameThatCannotBePartOfAKeyIsRefusedBeforeItsActionRuns() {
        Map<String, String> names = Map.of(
                "",
                "The effect name is empty. Use a name such as \"charge\".",
                "\ud800",
                "The effect name cannot be encoded as UTF-8: it contains an unpaired surrogate. Use complete characters.",
                "é".repeat(513),
                "The effect name has 513 characters and is longer than 1024 bytes of UTF-8. Use a shorter name.");
        names.forEach((name, message) -> {
            var effects = effects(EffectMode.RUN);
            assertThatThrownBy(() -> effects.run(name, key -> calls.incrementAndGet()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThat(effects.misuse()).isEmpty();
        });
        assertThat(calls).hasValue(0);
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <R> R none() {
        return null;
    }

    @Test
    void classWithoutAUsableNameIsRefusedBeforeItsActionRuns() {
        @ResultType("string")
        record Text(String text) {}
        assertThatThrownBy(() -> effects(EffectMode.RUN).capture("charge", Text.class, key -> {
                    calls.incrementAndGet();
                    return new Text("");
                }))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage("Results of " + Text.class
                        + " would be recorded under the tag 'string', which is empty or used by another "
                        + "type. Give the class a unique name with @ResultType(\"…\").");
        assertThat(calls).hasValue(0);
    }

    @Test
    void effectsUsedAfterTheirEventAreRefused() {
        var effects = effects(EffectMode.RUN);
        effects.close();
        assertThatThrownBy(() -> effects.run("mail", key -> calls.incrementAndGet()))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessage(
                        "Effect 'mail' of event 3/7 of queue orders (Enqueued #7 of task orders/3/7, attempt 1) came "
                                + "too late: the attempt to apply the event has ended, and the effect is not "
                                + "recorded. Use effects only during apply(), and wait in it for the threads that it "
                                + "starts.");
        assertThat(calls).hasValue(0);
    }

    @Test
    void resultRecordedFirstByAnotherRunnerIsKept() throws Exception {
        String result = effects(EffectMode.RUN).capture("charge", String.class, key -> {
            store.record(key, new EffectResult.Done("string", "\"theirs\""));
            return "ours";
        });
        assertThat(result).isEqualTo("theirs");
    }

    @Test
    void effectsOfOneEventRunConcurrently() throws Exception {
        var effects = effects(EffectMode.RUN);
        var together = new CountDownLatch(4);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            var ended = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) {
                String name = "mail-" + i;
                ended.add(threads.submit(() -> {
                    effects.run(name, key -> {
                        together.countDown();
                        assertThat(together.await(30, TimeUnit.SECONDS)).isTrue();
                    });
                    return null;
                }));
            }
            for (Future<?> end : ended) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(effects.counts()).isEqualTo(new RecordedEffects.Counts(4, 0, 0, 0, 0));
    }
}
