package io.taskqueue.sinks;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sets of HTTP status codes as text: codes and ranges from 300 to 599, as in {@code 400,409-410}; {@code none} is the empty set. */
final class HttpStatuses {

    /**
     * The statuses that are about the event and not about the sink, its configuration or the state of the target: only these are a
     * permanent failure by default, because a recorded failure is not retried.
     */
    static final Set<Integer> ABOUT_THE_EVENT = Set.of(400, 409, 410, 413, 414, 415, 422, 451);

    private static final Pattern RANGE = Pattern.compile("([345]\\d\\d)(?:\\s*-\\s*([345]\\d\\d))?");

    private HttpStatuses() {}

    /** @throws IllegalArgumentException if the text is not such a set */
    static Set<Integer> parse(String text) {
        Set<Integer> statuses = new TreeSet<>();
        if (text.equals("none")) {
            return statuses;
        }
        for (String part : text.split(",", -1)) {
            Matcher range = RANGE.matcher(part.strip());
            if (!range.matches()) {
                throw refused(part.strip(), "is not a status or range of statuses from 300 to 599");
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (last < first) {
                throw refused(part.strip(), "ends before it begins");
            }
            for (int status = first; status <= last; status++) {
                statuses.add(status);
            }
        }
        return statuses;
    }

    private static IllegalArgumentException refused(String part, String what) {
        return new IllegalArgumentException(
                "'" + part + "' " + what + ". Use some separated by commas, as in 400,409-410, or none.");
    }
}
