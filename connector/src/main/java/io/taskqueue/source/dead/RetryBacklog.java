package io.taskqueue.source.dead;

import io.taskqueue.source.registry.RegistryKey;
import io.taskqueue.source.registry.RegistryRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orders of a queue that are not executed yet, and the newest results, from the records of the registry in their order. Bounded: it
 * keeps the first {@value #MAX_ORDERS} orders, and only the ids of further ones, which are read again later. Thread-safe: filled by the thread
 * that reads the registry, emptied by the one that executes orders.
 */
public final class RetryBacklog {

    /** How many orders of a queue may wait. */
    static final int MAX_ORDERS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(RetryBacklog.class);

    private final String queueName;
    private final Map<UUID, RetryOrder> waiting = new LinkedHashMap<>();
    private final Map<UUID, RetryResult> results = new LinkedHashMap<>();
    private final List<UUID> surplus = new ArrayList<>();
    private final Set<UUID> notKept = new HashSet<>();

    public RetryBacklog(String queueName) {
        this.queueName = queueName;
    }

    /** Takes the next record; ignores those of other queues and kinds. */
    public synchronized void take(RegistryRecord record) {
        RegistryKey key = record.key();
        if (key.queueName().equals(queueName)) {
            key.order().ifPresent(id -> take(id, record));
        }
    }

    private void take(UUID id, RegistryRecord record) {
        RetryOrder ordered = waiting.remove(id);
        notKept.remove(id);
        results.remove(id);
        surplus.remove(id);
        byte[] value = record.value();
        if (value == null) {
            return;
        }
        try {
            RetryJson.Content content = RetryJson.read(value);
            if (content instanceof RetryJson.Executed executed) {
                add(executed.result());
            } else if (content instanceof RetryJson.Ordered order) {
                add(ordered == null ? order.order() : ordered);
            }
        } catch (RuntimeException e) { // whatever the bytes are: the thread that reads the registry continues
            LOG.warn(
                    "The record at offset {} of the registry is neither an order to retry dead tasks nor its result and is"
                            + " skipped: {}",
                    record.offset(),
                    e.getMessage());
        }
    }

    private void add(RetryOrder order) {
        if (waiting.size() == MAX_ORDERS) {
            notKept.add(order.id());
        } else {
            waiting.put(order.id(), order);
        }
    }

    private void add(RetryResult result) {
        results.put(result.orderId(), result);
        if (results.size() > RetryResult.KEPT) {
            UUID oldest = results.keySet().iterator().next();
            results.remove(oldest);
            surplus.add(oldest);
        }
    }

    /** The order that has waited longest. */
    synchronized Optional<RetryOrder> first() {
        Iterator<RetryOrder> orders = waiting.values().iterator();
        return orders.hasNext() ? Optional.of(orders.next()) : Optional.empty();
    }

    /** How many orders wait. */
    synchronized int size() {
        return waiting.size() + notKept.size();
    }

    /** An order is executed, or is not to be executed by this process. */
    synchronized void remove(UUID id) {
        waiting.remove(id);
    }

    /** The result of an order, if it is known. */
    synchronized Optional<RetryResult> result(UUID id) {
        return Optional.ofNullable(results.get(id));
    }

    /** Orders whose results need not be kept any more; each is returned once. */
    synchronized List<UUID> takeSurplus() {
        List<UUID> taken = List.copyOf(surplus);
        surplus.clear();
        return taken;
    }

    /** Whether orders are not kept because there are too many. They are forgotten by this call: the registry is to be read again. */
    synchronized boolean takeNotKept() {
        boolean any = !notKept.isEmpty();
        notKept.clear();
        return any;
    }
}
