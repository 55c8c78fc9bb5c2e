package io.taskqueue.cli;

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

/** Finds the sink that a command line names: ready-made, or a class of the user's. */
final class SinkFactories {

    private SinkFactories() {}

    static SinkFactory<?> find(String sink, @Nullable String classPath) {
        return switch (sink) {
            case "log" -> new LogSinkFactory();
            case "http" -> new HttpSinkFactory();
            case "jdbc" -> new JdbcSinkFactory(loader(classPath));
            default -> load(sink, classPath);
        };
    }

    static <T> ReplicationSink<T> create(SinkFactory<T> factory, Map<String, String> configuration) {
        try {
            return factory.create(configuration);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    // it lives as long as the process: the sink's classes are loaded through it while it runs
    private static ClassLoader loader(@Nullable String classPath) {
        ClassLoader parent = SinkFactories.class.getClassLoader();
        return classPath == null ? parent : new URLClassLoader(urls(classPath), parent);
    }

    private static SinkFactory<?> load(String className, @Nullable String classPath) {
        try {
            Object made = Class.forName(className, true, loader(classPath))
                    .getConstructor()
                    .newInstance();
            if (made instanceof SinkFactory<?> factory) {
                return factory;
            }
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "The class " + className + " of --sink is no " + SinkFactory.class.getName()
                            + ". Let it implement that.");
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--sink " + className + " is none of log, http and jdbc, and no such class is on the class path"
                            + (classPath == null ? "" : " or in " + classPath) + " (" + e.getMessage()
                            + "). Pass its jars with --class-path.",
                    e);
        } catch (InvocationTargetException e) {
            throw new CommandFailure(
                    ExitCode.USAGE, "The constructor of " + className + " failed: " + e.getCause() + ". Mend it.", e);
        } catch (ReflectiveOperationException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "The class " + className
                            + " cannot be made: it needs to be public, with a public constructor without "
                            + "parameters.",
                    e);
        }
    }

    private static URL[] urls(String classPath) {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (!Files.exists(path)) {
                throw new CommandFailure(
                        ExitCode.USAGE, "There is no " + path + ", which --class-path names. Check the path.");
            }
            try {
                urls.add(path.toUri().toURL());
            } catch (MalformedURLException e) {
                throw new CommandFailure(ExitCode.USAGE, "The entry " + path + " of --class-path cannot be used.", e);
            }
        }
        return urls.toArray(URL[]::new);
    }
}
