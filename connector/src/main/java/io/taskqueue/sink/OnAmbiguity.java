package io.taskqueue.sink;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happens to an effect if it is unknown whether its action was done: its process died between the action and the commit of
 * its result, or its action was interrupted or ended with an exception that does not prove that nothing was done.
 *
 * <table>
 *   <caption>The policies, and how often the action then runs</caption>
 *   <tr><th>policy</th><th>what happens</th><th>the action is done</th><th>for targets that</th></tr>
 *   <tr><td>{@link #rerun()}</td><td>the action runs again, with the same key</td><td>once or more</td>
 *       <td>accept the key as an idempotency key</td></tr>
 *   <tr><td>{@link #probe}</td><td>a function asks the target by the key before the next attempt; the action runs again if it was
 *       not done</td><td>once</td><td>can be queried</td></tr>
 *   <tr><td>{@link #park()}</td><td>the event is parked, for a decision by an operator</td><td>at most once, or as decided</td>
 *       <td>can be neither queried nor called again</td></tr>
 *   <tr><td>{@link #assumeDone}</td><td>the effect is recorded as done</td><td>at most once</td>
 *       <td>tolerate a missing action better than a duplicate one</td></tr>
 * </table>
 *
 * <p>These exceptions of an action prove that nothing was done, and it runs again under every policy. The exception counts if it is
 * thrown itself or is one of the causes; of several, the outermost one decides, and {@link UnknownOutcomeException} and
 * {@link InterruptedException} count among them.
 *
 * <ul>
 *   <li>{@link NotDoneException}, {@link RetryLaterException} and {@link PermanentEffectException}: the author of the action states
 *       it. Exceptions that a {@link RetryPolicy} names as permanent count as the latter
 *   <li>no connection was established: {@link java.net.ConnectException}, {@link java.net.NoRouteToHostException},
 *       {@link java.net.BindException}, {@link java.net.http.HttpConnectTimeoutException}
 *   <li>the target's address is unknown: {@link java.net.UnknownHostException},
 *       {@link java.nio.channels.UnresolvedAddressException}, {@link java.nio.channels.UnsupportedAddressTypeException}
 * </ul>
 *
 * <p>Everything else proves nothing: {@link java.net.SocketTimeoutException}, which sockets throw for a connection that is not
 * established in time as well; a reset connection; a failed TLS handshake; an {@link Error}, wherever it was thrown. An action that
 * knows better throws {@link NotDoneException}. Nor is an exception a proof if the client repeats requests by itself and the last
 * attempt alone was refused: configure the client not to (for {@link java.net.HttpURLConnection}, the system property
 * {@code sun.net.http.retryPost=false}), or throw {@link UnknownOutcomeException}. The same holds for an action that makes several
 * requests: make each of them an effect.
 *
 * <p>For all policies but {@code rerun}, an intent is recorded before the action runs, and the action waits until the intent is
 * durable: for one commit in the Streams service, for one statement in a database. Without an intent, an effect that was never
 * started could not be distinguished from one whose result was lost.
 *
 * @param <R> the effect's result
 */
public sealed interface OnAmbiguity<R> {

    /** The action runs again. No intent is recorded. */
    record Rerun<R>() implements OnAmbiguity<R> {}

    /** The target is asked whether the action was done. */
    record Probe<R>(EffectProbe<R> probe) implements OnAmbiguity<R> {
        public Probe {
            Objects.requireNonNull(probe, "probe");
        }
    }

    /** The event is parked. */
    record Park<R>() implements OnAmbiguity<R> {}

    /** The effect is recorded as done, with a result. */
    record AssumeDone<R>(@Nullable R result) implements OnAmbiguity<R> {}

    static <R> OnAmbiguity<R> rerun() {
        return new Rerun<>();
    }

    /** @param probe asked before the next attempt whenever the action may have been done, also after a failure of it */
    static <R> OnAmbiguity<R> probe(EffectProbe<R> probe) {
        return new Probe<>(probe);
    }

    static <R> OnAmbiguity<R> park() {
        return new Park<>();
    }

    /** For an effect without a result. */
    static OnAmbiguity<Void> assumeDone() {
        return new AssumeDone<>(null);
    }

    /** @param result what is recorded as the result */
    static <R> OnAmbiguity<R> assumeDone(R result) {
        return new AssumeDone<>(result);
    }

    /** Whether an intent is recorded before the action runs. */
    default boolean needsIntent() {
        return !(this instanceof Rerun);
    }
}
