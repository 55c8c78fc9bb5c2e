package io.taskqueue.sink.effect;

import io.taskqueue.sink.Causes;
import io.taskqueue.sink.NotDoneException;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.RetryLaterException;
import io.taskqueue.sink.UnknownOutcomeException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.List;

/** What an exception of an action states about its effect; the rules are in {@link OnAmbiguity}. */
enum FailureMeaning {
    /** Nothing was done. */
    NOT_DONE,
    /** It may have been done. */
    UNKNOWN,
    /** It may have been done, and the thread is to end: nothing is decided now. */
    INTERRUPTED;

    /**
     * The JDK's sockets throw these only while they connect: a read or write that fails throws a SocketException. The HTTP client
     * throws its own only before it has a connection.
     */
    private static final List<Class<? extends Throwable>> NOTHING_DONE = List.of(
            NotDoneException.class,
            RetryLaterException.class,
            PermanentEffectException.class,
            ConnectException.class,
            NoRouteToHostException.class,
            BindException.class,
            UnknownHostException.class,
            HttpConnectTimeoutException.class,
            UnresolvedAddressException.class,
            UnsupportedAddressTypeException.class);

    /** By the outermost exception that states something; by the interrupt status of the thread if none does. */
    static FailureMeaning of(Throwable failure) {
        for (Throwable thrown : Causes.chain(failure)) {
            if (thrown instanceof InterruptedException) {
                return INTERRUPTED;
            }
            if (thrown instanceof UnknownOutcomeException) {
                break;
            }
            if (NOTHING_DONE.stream().anyMatch(type -> type.isInstance(thrown))) {
                return NOT_DONE;
            }
        }
        return Thread.currentThread().isInterrupted() ? INTERRUPTED : UNKNOWN;
    }
}
