package io.taskqueue.cli.doctor;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a property of a topic or of a broker has to be.
 *
 * @param property its name
 * @param fits whether a value is as it has to be
 * @param level how severe another value is
 * @param consequence what follows from another value; a clause
 * @param recommended the value to set
 */
record ConfigRule(
        String property, Predicate<String> fits, Finding.Level level, String consequence, String recommended) {

    static ConfigRule exactly(String property, String value, Finding.Level level, String consequence) {
        return new ConfigRule(property, value::equals, level, consequence, value);
    }

    /** A number, of which a negative one is no limit. */
    static ConfigRule atLeast(String property, long least, Finding.Level level, String consequence) {
        return new ConfigRule(
                property,
                text -> Long.parseLong(text) < 0 || Long.parseLong(text) >= least,
                level,
                consequence,
                String.valueOf(least));
    }

    /**
     * The finding; empty if the value fits, or if this version of Kafka has no such property.
     *
     * @param remedy makes the sentence that says how to set the recommended value
     */
    Optional<Finding> judge(String subject, Map<String, String> config, Remedy remedy) {
        String value = config.get(property);
        return value == null || fits.test(value)
                ? Optional.empty()
                : Optional.of(new Finding.Deviation(
                        level,
                        subject,
                        property + " is " + value + ", so " + consequence,
                        remedy.set(property, recommended)));
    }

    /** How a property is set. */
    interface Remedy {
        String set(String property, String value);
    }
}
