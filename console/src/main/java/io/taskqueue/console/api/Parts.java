package io.taskqueue.console.api;

import io.taskqueue.console.model.Page;
import java.util.List;

/** Parts of lists that are in memory: {@code after} is the number of items before the part. */
final class Parts {

    private Parts() {}

    static <T> Page<T> of(List<T> all, int offset, int limit) {
        int from = Math.min(offset, all.size());
        int to = (int) Math.min((long) from + limit, all.size());
        return new Page<>(all.subList(from, to), all.size(), to < all.size() ? Integer.toString(to) : null);
    }
}
