package io.taskqueue.tracing;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A span that is to start.
 *
 * @param name what is done and with what, such as {@code lease orders}; of few values
 * @param role what the work is, as seen from the outside
 * @param parent which trace it belongs to
 * @param attributes the facts that are known at the start, by the names in {@link SpanAttributes}, in order
 */
public record SpanStart(String name, SpanRole role, SpanParent parent, Map<String, String> attributes) {

    public SpanStart {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(parent, "parent");
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }
}
