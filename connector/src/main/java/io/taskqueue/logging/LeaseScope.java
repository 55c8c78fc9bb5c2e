package io.taskqueue.logging;

import io.taskqueue.queue.Lease;
import io.taskqueue.tracing.TraceSpan;

/**
 * The context of a worker's thread while it works on a lease: the span of the lease is the current one ({@link Lease#makeCurrent}), and
 * lines that are logged have the fields {@code queue}, {@code task} and {@code attempt} in the mapped diagnostic context of SLF4J.
 *
 * <pre>{@code
 *   Lease<Order> lease = queue.lease();
 *   try (LeaseScope scope = LeaseScope.open(lease)) {
 *       ship(lease.payload());
 *       lease.complete();
 *   }
 * }</pre>
 *
 * <p>Closed on the thread that opened it, on which everything is then as before. It does not end the lease. Another thread that works on
 * the lease opens one of its own.
 */
public final class LeaseScope implements AutoCloseable {

    private final TraceSpan.Scope span;
    private final LogFields.Scope fields;

    private LeaseScope(TraceSpan.Scope span, LogFields.Scope fields) {
        this.span = span;
        this.fields = fields;
    }

    public static LeaseScope open(Lease<?> lease) {
        return new LeaseScope(
                lease.makeCurrent(),
                LogFields.ofQueue(lease.queueName()).attempt(lease.task()).open());
    }

    @Override
    public void close() {
        fields.close();
        span.close();
    }
}
