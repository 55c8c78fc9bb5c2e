package io.taskqueue.testkit.kafka;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** A topic as the annotations write it: {@code name} or {@code name:partitions}. */
record TopicSpec(String name, int partitions) {

    private static final Pattern TEXT = Pattern.compile("([a-zA-Z0-9._-]{1,249})(?::([1-9]\\d{0,4}))?");

    static TopicSpec parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new ExtensionConfigurationException("A topic is written as its name, or as its name and a number of"
                    + " partitions such as orders:3, but one of the test class is '" + text + "'. Correct it.");
        }
        String partitions = parts.group(2);
        return new TopicSpec(parts.group(1), partitions == null ? 1 : Integer.parseInt(partitions));
    }
}
