package io.taskqueue.testkit;

import io.taskqueue.event.NameRule;

/**
 * Where a test has the process of a sink die, as by {@code kill -9}: {@link SinkTester#apply(Iterable, Crash)}. What the process did is
 * done; what it recorded since its last commit is lost.
 *
 * <pre>
 *   intent committed (if the effect needs one) -- before(effect) --&gt; the action -- after(effect) --&gt; its result is recorded
 *                                                     ... all effects of the event -- beforeCommit() --&gt; commit
 * </pre>
 */
public sealed interface Crash {

    /** Before the action of an effect: it was not done. */
    record Before(String effect) implements Crash {
        public Before {
            NameRule.require("effect name", "charge", effect);
        }

        @Override
        public String toString() {
            return "before the action of effect '" + effect + "'";
        }
    }

    /** After the action of an effect, before its result is recorded. */
    record After(String effect) implements Crash {
        public After {
            NameRule.require("effect name", "charge", effect);
        }

        @Override
        public String toString() {
            return "after the action of effect '" + effect + "'";
        }
    }

    /** After the sink has returned, before what it recorded is committed. */
    record BeforeCommit() implements Crash {
        @Override
        public String toString() {
            return "before the commit";
        }
    }

    /** @param effect the name of the effect, as the sink requests it */
    static Crash before(String effect) {
        return new Before(effect);
    }

    /** @param effect the name of the effect, as the sink requests it */
    static Crash after(String effect) {
        return new After(effect);
    }

    static Crash beforeCommit() {
        return new BeforeCommit();
    }
}
