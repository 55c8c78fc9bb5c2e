package io.taskqueue.streams.partition;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.parking.GiveUp;

/** What a worker reports to the stream thread, which records it. */
sealed interface Outcome {

    /** Records outcomes; one method for each kind. */
    interface Recorder {

        void recorded(Recorded recorded);

        void intended(Intended intended);

        void withdrawn(Withdrawn withdrawn);

        void tooLarge(TooLarge tooLarge);

        void applied(Applied applied);

        void gaveUp(GaveUp gaveUp);
    }

    void recordBy(Recorder recorder);

    /** An effect of the event at an offset has its result; the event continues. */
    record Recorded(long offset, EffectKey key, EffectResult result) implements Outcome {
        @Override
        public void recordBy(Recorder recorder) {
            recorder.recorded(this);
        }
    }

    /** An effect is about to run, and waits until that is committed. */
    record Intended(Intent intent) implements Outcome {
        @Override
        public void recordBy(Recorder recorder) {
            recorder.intended(this);
        }
    }

    /** An effect that was begun is known not to have been done. */
    record Withdrawn(EffectKey key) implements Outcome {
        @Override
        public void recordBy(Recorder recorder) {
            recorder.withdrawn(this);
        }
    }

    /** An effect of the event at an offset was done, and its result is too large to be recorded. */
    record TooLarge(long offset, EffectKey key, long bytes) implements Outcome {
        @Override
        public void recordBy(Recorder recorder) {
            recorder.tooLarge(this);
        }
    }

    /** The event is applied. */
    record Applied(InFlightEvent<?> event, int reused, int missing) implements Outcome {
        @Override
        public void recordBy(Recorder recorder) {
            recorder.applied(this);
        }
    }

    /** The event cannot be applied, and nothing of its task runs any more. */
    record GaveUp(InFlightEvent<?> event, GiveUp giveUp) implements Outcome {
        @Override
        public void recordBy(Recorder recorder) {
            recorder.gaveUp(this);
        }
    }
}
