package io.taskqueue.sink;

import io.taskqueue.event.QueueName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which queues a sink applies: those of given names, and those that begin with given prefixes. Immutable. */
public final class QueueFilter {

    /** Accepts every queue. */
    public static final QueueFilter ALL = new QueueFilter(Set.of(), List.of(""), null);

    private static final String ANY_END = "*";

    private final Set<String> names;
    private final List<String> prefixes;
    private final @Nullable QueueFilter other;

    private QueueFilter(Set<String> names, List<String> prefixes, @Nullable QueueFilter other) {
        this.names = names;
        this.prefixes = prefixes;
        this.other = other;
    }

    /**
     * Accepts the queues that are named.
     *
     * @param queues names such as {@code orders}, and prefixes such as {@code orders-*}
     * @throws IllegalArgumentException if no queue is named, or a name cannot be that of a queue
     */
    public static QueueFilter of(Collection<String> queues) {
        if (queues.isEmpty()) {
            throw new IllegalArgumentException(
                    "A sink needs a queue to apply, but none was named. Name one, such as orders or orders-*, or leave the"
                            + " setting out to apply all.");
        }
        Set<String> names = new HashSet<>();
        List<String> prefixes = new ArrayList<>();
        for (String queue : queues) {
            String name = QueueName.require(queue);
            if (name.endsWith(ANY_END)) {
                prefixes.add(name.substring(0, name.length() - ANY_END.length()));
            } else {
                names.add(name);
            }
        }
        return new QueueFilter(Set.copyOf(names), List.copyOf(prefixes), null);
    }

    /** Accepts the queues that both accept. */
    public QueueFilter and(QueueFilter filter) {
        if (this == ALL) {
            return filter;
        }
        return filter == ALL ? this : new QueueFilter(names, prefixes, other == null ? filter : other.and(filter));
    }

    /** Whether a queue is applied. */
    public boolean accepts(String queue) {
        return (names.contains(queue) || prefixes.stream().anyMatch(queue::startsWith))
                && (other == null || other.accepts(queue));
    }

    /** Whether a record is one of a queue that is applied, by its key, which is the queue's name; true where it has none. */
    public boolean acceptsKey(byte @Nullable [] key) {
        return this == ALL || key == null || accepts(new String(key, StandardCharsets.UTF_8));
    }
}
