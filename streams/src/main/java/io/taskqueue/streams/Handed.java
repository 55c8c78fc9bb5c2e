package io.taskqueue.streams;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;

/** What a worker found out, for the stream thread to write down. */
sealed interface Handed {

    /** Writes down what was found out; each kind has its way. */
    interface Receiver {

        void recorded(Recorded recorded);

        void intended(Intended intended);

        void withdrawn(Withdrawn withdrawn);

        void applied(Applied applied);

        void gaveUp(GaveUp gaveUp);
    }

    void to(Receiver receiver);

    /** An effect of the event at an offset, which was parked before or not, has its result; the event goes on. */
    record Recorded(long offset, boolean redriven, EffectKey key, EffectResult result) implements Handed {
        @Override
        public void to(Receiver receiver) {
            receiver.recorded(this);
        }
    }

    /** An effect is about to run, and waits until that is committed. */
    record Intended(Intent intent) implements Handed {
        @Override
        public void to(Receiver receiver) {
            receiver.intended(this);
        }
    }

    /** An effect that was begun is known not to have been done. */
    record Withdrawn(EffectKey key) implements Handed {
        @Override
        public void to(Receiver receiver) {
            receiver.withdrawn(this);
        }
    }

    /** The event is done with. */
    record Applied(LiveEvent<?> live, int reused, int missing) implements Handed {
        @Override
        public void to(Receiver receiver) {
            receiver.applied(this);
        }
    }

    /** The event cannot be applied, and nothing of its task runs any more. */
    record GaveUp(LiveEvent<?> live, int tries, Throwable cause, Why why) implements Handed {
        @Override
        public void to(Receiver receiver) {
            receiver.gaveUp(this);
        }
    }

    /** Why an event was given up. */
    enum Why {
        /** Its tries are used up. */
        USED_UP,
        /** A person has to decide. */
        UNDECIDED,
        /** The sink's code is wrong. */
        MISUSED
    }
}
