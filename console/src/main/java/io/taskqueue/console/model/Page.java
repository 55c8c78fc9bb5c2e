package io.taskqueue.console.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param items the items
 * @param total how many there are in all
 * @param next what to pass as {@code after} for the next part; null at the end
 */
public record Page<T>(List<T> items, long total, @Nullable String next) {

    public Page {
        items = List.copyOf(items);
    }

    /**
     * A part of a list that is in memory; {@code next} is the number of items before the next part.
     *
     * @param offset the number of items before this part
     * @param limit at most so many items
     */
    public static <T> Page<T> of(List<T> all, int offset, int limit) {
        int from = Math.min(offset, all.size());
        int to = (int) Math.min((long) from + limit, all.size());
        return new Page<>(all.subList(from, to), all.size(), to < all.size() ? Integer.toString(to) : null);
    }
}
