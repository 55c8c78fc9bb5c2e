package io.taskqueue.cli.doctor;

import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a check found: a fact about a subject and, unless all is well, what to do. */
sealed interface Finding {

    /** How many of a list are shown. */
    int SHOWN = 10;

    /** How severe a finding is, the least severe first. */
    enum Level {
        /** As it should be. */
        OK,
        /** Nothing has to be done now; it limits something that an operator should know. */
        NOTE,
        /** It could not be found out. */
        UNKNOWN,
        /** A guarantee holds now, and is lost when something else fails, or time passes. */
        WARNING,
        /** A guarantee does not hold, or something does not work. */
        ERROR
    }

    /** What it is about: a topic, a sink, a broker. */
    String subject();

    /** What was found, as sentences without the last full stop. */
    String fact();

    Level level();

    /** What to do, as sentences; empty only of {@link Level#OK}. */
    Optional<String> remedy();

    /** All is well. */
    record Fit(String subject, String fact) implements Finding {

        @Override
        public Level level() {
            return Level.OK;
        }

        @Override
        public Optional<String> remedy() {
            return Optional.empty();
        }
    }

    /** Something is not as it should be. */
    record Deviation(Level level, String subject, String fact, String action) implements Finding {

        /** @throws IllegalArgumentException if the level is not one of a deviation */
        public Deviation {
            if (level == Level.OK || level == Level.UNKNOWN) {
                throw new IllegalArgumentException("A deviation is a note, a warning or an error, but this one of "
                        + subject + " is " + level + ".");
            }
        }

        @Override
        public Optional<String> remedy() {
            return Optional.of(action);
        }
    }

    /** It was not found out, for example because this user may not read it. */
    record Unknown(String subject, String fact, String action) implements Finding {

        @Override
        public Level level() {
            return Level.UNKNOWN;
        }

        @Override
        public Optional<String> remedy() {
            return Optional.of(action);
        }
    }

    static Finding fit(String subject, String fact) {
        return new Fit(subject, fact);
    }

    static Finding note(String subject, String fact, String remedy) {
        return new Deviation(Level.NOTE, subject, fact, remedy);
    }

    static Finding warning(String subject, String fact, String remedy) {
        return new Deviation(Level.WARNING, subject, fact, remedy);
    }

    static Finding error(String subject, String fact, String remedy) {
        return new Deviation(Level.ERROR, subject, fact, remedy);
    }

    static Finding unknown(String subject, String fact, String remedy) {
        return new Unknown(subject, fact, remedy);
    }

    /** The first of a list, and how many more there are. */
    static String list(Collection<?> all) {
        String shown = all.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
        return all.size() <= SHOWN ? shown : shown + " and " + (all.size() - SHOWN) + " more";
    }

    /** A number with its noun, which takes an s in the plural. */
    static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
