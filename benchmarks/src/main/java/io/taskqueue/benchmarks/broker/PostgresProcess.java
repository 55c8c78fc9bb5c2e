package io.taskqueue.benchmarks.broker;

import io.taskqueue.benchmarks.measure.Stopwatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * PostgreSQL, from the programs that are installed, with PostgreSQL's own durability ({@code fsync} and {@code synchronous_commit} on).
 * Root may not run it: its processes then belong to the user {@code postgres} of the package.
 */
public final class PostgresProcess implements AutoCloseable {

    /** What differs from PostgreSQL's defaults: memory and the size of its log, as its documentation recommends for servers. */
    public static final String SETTINGS = "shared_buffers 256MB, max_wal_size 4GB, max_connections 200";

    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String USER = "postgres";

    private final Path programs;
    private final Path directory;
    private final Process process;
    private final String url;

    private PostgresProcess(Path programs, Path directory, Process process, String url) {
        this.programs = programs;
        this.directory = directory;
        this.process = process;
        this.url = url;
    }

    /** The directory of the newest installed programs, as Debian's package has them; empty if PostgreSQL is not installed. */
    public static Optional<Path> installed() throws IOException {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.filter(version -> Files.isExecutable(version.resolve("bin/postgres")))
                    .max((one, other) -> Integer.compare(number(one), number(other)))
                    .map(version -> version.resolve("bin"));
        }
    }

    private static int number(Path version) {
        String name = version.getFileName().toString();
        return name.matches("[0-9]{1,4}") ? Integer.parseInt(name) : 0;
    }

    /**
     * Starts it and returns when it accepts connections.
     *
     * @param programs the directory of its programs
     * @param parent the directory in which its own is created
     */
    public static PostgresProcess start(Path programs, Path parent) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(parent.resolve("postgres")).toAbsolutePath();
        if (isRoot()) {
            // the user must be able to reach and to own it
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx--x--x"));
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
        }
        run(command(
                programs.resolve("initdb").toString(),
                "-D",
                directory.resolve("data").toString(),
                "-U",
                USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale"));
        int port = freePort();
        List<String> command = command(
                programs.resolve("postgres").toString(),
                "-D",
                directory.resolve("data").toString(),
                "-p",
                String.valueOf(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=");
        for (String setting : SETTINGS.split(", ", -1)) {
            command.add("-c");
            command.add(setting.replace(' ', '='));
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(parent.resolve("postgres.log").toFile())
                .start();
        PostgresProcess started = new PostgresProcess(
                programs, directory, process, "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER);
        Runtime.getRuntime().addShutdownHook(new Thread(started::stop, "postgres-end"));
        started.awaitReady(parent.resolve("postgres.log"));
        return started;
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /** A program with its arguments, run by a user that PostgreSQL accepts. */
    private static List<String> command(String... words) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups"));
        }
        command.addAll(List.of(words));
        return command;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + output);
        }
    }

    private void awaitReady(Path log) throws IOException, InterruptedException {
        Stopwatch waited = new Stopwatch();
        while (true) {
            try {
                DriverManager.getConnection(url).close();
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || waited.elapsed().compareTo(TIMEOUT) > 0) {
                    throw new IOException("PostgreSQL does not accept connections: " + Files.readString(log), e);
                }
                Stopwatch.pause(Duration.ofMillis(50));
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The URL of its database, with the user. */
    public String url() {
        return url;
    }

    /** The CPU time that its processes have used, those that have ended included, in microseconds. */
    public double cpuMicros() throws IOException {
        return LinuxProcessTree.cpuMicros(process.toHandle());
    }

    private void stop() {
        if (!process.isAlive()) {
            return;
        }
        try {
            run(command(
                    programs.resolve("pg_ctl").toString(),
                    "stop",
                    "-m",
                    "immediate",
                    "-w",
                    "-D",
                    directory.resolve("data").toString()));
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        process.onExit().join();
    }
}
