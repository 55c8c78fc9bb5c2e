package io.taskqueue.cli.sink;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.sinks.ApacheHttpTransport;
import io.taskqueue.sinks.HttpSinkFactory;
import io.taskqueue.sinks.LogSinkFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.function.Supplier;

/** Loads the sink that a command line names: a ready-made one, or a class of the user. */
public final class SinkFactoryLoader {

    private SinkFactoryLoader() {}

    /**
     * The factory of a sink. Classes of the user and JDBC drivers are looked up in the context class loader.
     *
     * @throws CommandFailedException if there is no such sink, or its factory cannot be created
     */
    public static SinkFactory<?> load(String sink) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return switch (sink) {
            case "log" -> new LogSinkFactory();
            case "http" -> new HttpSinkFactory(ApacheHttpTransport::new);
            case "jdbc" -> new JdbcSinkFactory(loader);
            default -> loadClass(sink, loader);
        };
    }

    /** @throws CommandFailedException if the configuration is invalid */
    public static <T> ReplicationSink<T> create(SinkFactory<T> factory, Map<String, String> configuration) {
        return call(factory, "create", () -> factory.create(configuration));
    }

    /**
     * Calls a method of a user's factory.
     *
     * @throws CommandFailedException if the factory refuses the configuration, or fails
     */
    static <R> R call(SinkFactory<?> factory, String method, Supplier<R> call) {
        R result;
        try {
            result = call.get();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (CommandFailedException e) {
            throw e;
        } catch (Throwable thrown) { // the user's code may throw anything
            TaskError error = TaskError.of(thrown);
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The method " + method + "() of " + factory.getClass().getName() + " failed with " + error.code()
                            + ": " + error.message() + ". Correct the factory, or what it uses.",
                    thrown);
        }
        if (result == null) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The method " + method + "() of " + factory.getClass().getName()
                            + " returned null. Correct the factory.");
        }
        return result;
    }

    private static SinkFactory<?> loadClass(String className, ClassLoader loader) {
        try {
            ClassPathDriver.registerAll(loader);
            Object instance =
                    Class.forName(className, true, loader).getConstructor().newInstance();
            if (instance instanceof SinkFactory<?> factory) {
                return factory;
            }
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The class " + className + " of --sink does not implement " + SinkFactory.class.getName()
                            + ". Implement it.");
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--sink " + className
                            + " is not log, http or jdbc, and a class of that name is not on the class path ("
                            + e.getMessage() + "). Pass its jars with --class-path.",
                    e);
        } catch (LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The class " + className + " of --sink cannot be initialized: " + cause
                            + ". Correct the class, or the libraries in --class-path.",
                    e);
        } catch (InvocationTargetException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The constructor of " + className + " failed: " + e.getCause() + ". Correct the constructor.",
                    e);
        } catch (ReflectiveOperationException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The class " + className + " cannot be instantiated (" + e
                            + "). It must be public and have a public constructor without parameters.",
                    e);
        }
    }
}
