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
 * The connection of a transaction as its action sees it: usable only while the action runs, and without the methods that end
 * the transaction.
 */
final class GuardedConnection implements InvocationHandler, AutoCloseable {

    /** Methods that end the transaction or release the connection. A rollback to a savepoint does not end it. */
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

    /** The action has ended: further calls are refused. */
    @Override
    public void close() {
        ended = true;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return objectMethod(proxy, method, arguments);
        }
        if (ended) {
            throw new EffectMisuseException("Effect " + key + " called " + method.getName()
                    + "() on its connection after its action had ended. Use the connection only in the action, and "
                    + "wait in it for the threads that it starts.");
        }
        boolean rollback = method.getName().equals("rollback") && arguments == null;
        if (rollback || REFUSED.contains(method.getName())) {
            throw new EffectMisuseException("Effect " + key + " called " + method.getName()
                    + "() on its connection, whose transaction also records the effect's result. Do not end the "
                    + "transaction: it is committed when the action returns and rolled back when it throws. "
                    + "Savepoints are allowed.");
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    private Object objectMethod(Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "connection of effect " + key;
        };
    }
}
