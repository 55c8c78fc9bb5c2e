package io.taskqueue.cli.sink;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.sinks.HttpSinkFactory;
import io.taskqueue.sinks.LogSinkFactory;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Loads the sink that a command line names: a ready-made one, or a class of the user. */
final class SinkFactoryLoader {

    private SinkFactoryLoader() {}

    /**
     * The factory of a sink.
     *
     * @param classPath where classes of the user and JDBC drivers are, or null
     * @throws CommandFailedException if there is no such sink, or its factory cannot be created
     */
    static SinkFactory<?> load(String sink, @Nullable String classPath) {
        return switch (sink) {
            case "log" -> new LogSinkFactory();
            case "http" -> new HttpSinkFactory();
            case "jdbc" -> new JdbcSinkFactory(classLoader(classPath));
            default -> loadClass(sink, classPath);
        };
    }

    /** @throws CommandFailedException if the configuration is invalid */
    static <T> ReplicationSink<T> create(SinkFactory<T> factory, Map<String, String> configuration) {
        try {
            return factory.create(configuration);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    // never closed: the sink loads classes through it for as long as the process runs
    private static ClassLoader classLoader(@Nullable String classPath) {
        ClassLoader parent = SinkFactoryLoader.class.getClassLoader();
        return classPath == null ? parent : new URLClassLoader(urls(classPath), parent);
    }

    private static SinkFactory<?> loadClass(String className, @Nullable String classPath) {
        try {
            Object instance = Class.forName(className, true, classLoader(classPath))
                    .getConstructor()
                    .newInstance();
            if (instance instanceof SinkFactory<?> factory) {
                return factory;
            }
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The class " + className + " of --sink does not implement " + SinkFactory.class.getName()
                            + ". Implement it.");
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--sink " + className
                            + " is not log, http or jdbc, and a class of that name is not on the class path"
                            + (classPath == null ? "" : " or in " + classPath) + " (" + e.getMessage()
                            + "). Pass its jars with --class-path.",
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

    private static URL[] urls(String classPath) {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (!Files.exists(path)) {
                throw new CommandFailedException(
                        ExitCode.USAGE, "The entry " + path + " of --class-path does not exist. Check the path.");
            }
            try {
                urls.add(path.toUri().toURL());
            } catch (MalformedURLException e) {
                throw new CommandFailedException(
                        ExitCode.USAGE,
                        "The entry " + path + " of --class-path cannot be used: " + e.getMessage()
                                + ". Pass a jar or a directory.",
                        e);
            }
        }
        return urls.toArray(URL[]::new);
    }
}
