package io.taskqueue.sink.jdbc;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an action gets of the connection of its transaction: everything but the end of the transaction, and only while the
 * action runs.
 */
final class GuardedConnection implements InvocationHandler, AutoCloseable {

    /** What ends a transaction or gives its connection away. Rolling back to a savepoint ends none. */
    private static final Set<String> REFUSED =
            Set.of("commit", "setAutoCommit", "close", "abort", "setTransactionIsolation");

    private final Connection connection;
    private final EffectKey key;
    private volatile boolean ended;

    GuardedConnection(Connection connection, EffectKey key) {
        this.connection = connection;
        this.key = key;
    }

    Connection connection() {
        return (Connection) Proxy.newProxyInstance(
                GuardedConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    /** Ends the action's use of the connection. */
    @Override
    public void close() {
        ended = true;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method, arguments);
        }
        if (ended) {
            throw new EffectMisuseException("Effect " + key + " called " + method.getName()
                    + "() on its connection after its action had ended. Use the connection only in the action, and "
                    + "wait in it for what it started.");
        }
        boolean rollback = method.getName().equals("rollback") && arguments == null;
        if (rollback || REFUSED.contains(method.getName())) {
            throw new EffectMisuseException("Effect " + key + " called " + method.getName()
                    + "() on its connection, whose transaction is to hold the effect's result too. Leave the "
                    + "transaction alone: it is committed when the action returns and rolled back when it throws. "
                    + "Savepoints may be used.");
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    private Object ofObject(Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "connection of effect " + key;
        };
    }
}
