package io.taskqueue.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterestsTest {

    @Test
    void aSinkActsOnAllKindsThatSinksGetUnlessItDeclaresOthers() {
        ReplicationSink<String> sink = (event, effects) -> {};

        Interests declared = Interests.declaredBy(sink, "billing");

        assertThat(declared).isSameAs(Interests.ALL);
        assertThat(declared.allKinds()).isTrue();
        for (EventKind kind : EventKind.values()) {
            assertThat(declared.accepts(kind)).isEqualTo(kind.passedToSinks());
        }
    }

    @Test
    void kindsThatSinksDoNotGetAreIgnored() {
        assertThat(Interests.of(EnumSet.allOf(EventKind.class)).allKinds()).isTrue();
        assertThat(Interests.of(EventKind.SNAPSHOT, EventKind.COMPLETED).kinds())
                .containsExactly(EventKind.COMPLETED);
    }

    @Test
    void restrictionsAddUp() {
        Interests own =
                Interests.of(EventKind.COMPLETED, EventKind.DEAD_LETTERED).inQueues("orders-*");

        Interests both =
                own.and(Interests.of(EventKind.COMPLETED, EventKind.ENQUEUED)).inQueues("*", "orders-eu");

        assertThat(both.kinds()).containsExactly(EventKind.COMPLETED);
        assertThat(own.inQueues("orders-eu").queues().accepts("orders-eu")).isTrue();
        assertThat(own.inQueues("orders-eu").queues().accepts("orders-us")).isFalse();
        assertThat(own.inQueues("mail").queues().accepts("mail")).isFalse();
        assertThat(both.queues().accepts("orders-us")).isTrue();
        assertThat(both.queues().accepts("mail")).isFalse();
        assertThat(Interests.ALL.inQueues("mail").and(own).queues().accepts("mail"))
                .isFalse();
    }

    @Test
    void aSinkOfNoKindStaysOneWhateverItIsRestrictedTo() {
        Interests none = Interests.of(Set.of());

        assertThat(none.kinds()).isEmpty();
        assertThat(none.and(Interests.of(EventKind.COMPLETED)).kinds()).isEmpty();
        assertThat(Interests.ALL.and(none).kinds()).isEmpty();
    }

    @Test
    void interestsInNothingAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Interests.of(Set.of(EventKind.SNAPSHOT)))
                .withMessage(
                        "A sink needs a kind of event to act on, but none that sinks get was named: [SNAPSHOT]. Name one, such"
                                + " as COMPLETED, or leave the setting out to act on all.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Interests.of(EventKind.COMPLETED).and(Interests.of(EventKind.FAILED)))
                .withMessage(
                        "A sink that acts on [COMPLETED] was restricted to [FAILED], so it would act on nothing. Name at"
                                + " least one of its own kinds.");
    }

    @Test
    void aMethodThatFailsIsReportedWithTheNameOfItsSink() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Interests.declaredBy(new Declaring(null), "billing"))
                .withMessage(
                        "The method interests() of sink billing returned null. Return Interests.ALL for all events, or name"
                                + " kinds and queues.");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Interests.declaredBy(new Declaring(new IllegalStateException("no setting")), "billing"))
                .withMessage("The method interests() of sink billing failed with IllegalStateException: no setting."
                        + " Return the same interests at every start, such as Interests.ALL.");
    }

    /** Returns null, or throws. */
    private record Declaring(RuntimeException failure) implements ReplicationSink<String> {

        @Override
        public void apply(ReplicationEvent<String> event, Effects effects) {}

        @Override
        public Interests interests() {
            if (failure != null) {
                throw failure;
            }
            return null;
        }
    }
}
