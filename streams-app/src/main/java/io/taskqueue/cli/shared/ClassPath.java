package io.taskqueue.cli.shared;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The classes that a user adds to a command: sinks, JDBC drivers, and what properties of Kafka's clients name (callback handlers,
 * login modules, interceptors, metrics reporters). Kafka looks classes up in the context class loader of the thread that opens a
 * client, which threads inherit from the thread that starts them; so a command runs with its class path as the context class loader
 * from its beginning to its end.
 *
 * @param loader never closed: classes are loaded through it for as long as the process runs
 */
public record ClassPath(ClassLoader loader) {

    /** The name of the option, which all commands that open clients have. */
    static final String OPTION = "--class-path";

    /** Jars and directories, separated as for {@code java -cp}; an entry that ends in {@code *} is all jars of a directory. */
    public static final class Entries implements OptionValue<ClassPath> {

        @Override
        public ClassPath parse(String text) {
            List<URL> urls = new ArrayList<>();
            for (String entry : text.split(File.pathSeparator, -1)) {
                for (Path path : paths(entry)) {
                    urls.add(url(path));
                }
            }
            return new ClassPath(new URLClassLoader(urls.toArray(URL[]::new), ClassPath.class.getClassLoader()));
        }

        private static List<Path> paths(String entry) {
            boolean allJars = entry.endsWith("*");
            Path path = new OptionValue.FilePath().parse(allJars ? entry.substring(0, entry.length() - 1) : entry);
            if ((entry.isBlank() && !allJars) || !(allJars ? Files.isDirectory(path) : Files.isReadable(path))) {
                throw new IllegalArgumentException(
                        "the entry '" + entry + "' does not exist or cannot be read. Check the path.");
            }
            return allJars ? jars(path) : List.of(path);
        }

        private static List<Path> jars(Path directory) {
            List<Path> jars = new ArrayList<>();
            try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.{jar,JAR}")) {
                found.forEach(jars::add);
            } catch (IOException | UncheckedIOException e) {
                throw new IllegalArgumentException(
                        "the directory '" + directory + "' cannot be read (" + e.getMessage() + "). Check the path.",
                        e);
            }
            jars.sort(null);
            return jars;
        }

        private static URL url(Path path) {
            try {
                return path.toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(
                        "the entry '" + path + "' cannot be used: " + e.getMessage() + ". Pass a jar or a directory.",
                        e);
            }
        }
    }

    /** Executes a command with its class path as the context class loader of this thread, and of the threads that it starts. */
    public static IExecutionStrategy during(IExecutionStrategy execution) {
        return parsed -> {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loaderOf(parsed));
            try {
                return execution.execute(parsed);
            } finally {
                thread.setContextClassLoader(before);
            }
        };
    }

    private static ClassLoader loaderOf(ParseResult parsed) {
        ParseResult command = parsed;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        OptionSpec option = command.commandSpec().findOption(OPTION);
        return option != null && option.getValue() instanceof ClassPath given
                ? given.loader()
                : ClassPath.class.getClassLoader();
    }
}
