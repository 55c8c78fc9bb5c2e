package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    private static final List<String> MODULES = List.of(
            "serde", "connector", "streams", "diagnostics", "console", "embedded-kafka", "streams-app");

    private static final Instant BUILT = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    Path home;

    @Test
    void unsuitableJdkIsReportedBeforeTheBuild() throws Exception {
        fakeJava("#!/bin/sh\necho '    java.specification.version = 11' >&2\n");

        assertThat(launch())
                .startsWith("taskqueue: Java 17 or later is needed, but ")
                .contains("is Java 11. Set JAVA_HOME to a JDK 17.");
    }

    @Test
    void missingJdkIsReported() throws Exception {
        assertThat(launch())
                .isEqualTo("taskqueue: no Java found at JAVA_HOME=" + home
                        + ". Install a JDK 17 or later, or set JAVA_HOME to one.\n");
    }

    @Test
    void commandsStartFromTheArchiveOfTheirClassesIfThereIsOne() throws Exception {
        Path root = builtProject();
        fakeJava("#!/bin/sh\necho \"$@\"\n");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.99\"\n");
        String jars = root + "/streams-app/target/taskqueue-streams-app-0.1.0-SNAPSHOT.jar:" + root
                + "/streams-app/target/lib/B.jar:" + root + "/streams-app/target/lib/a.jar";
        String main = " -Dtaskqueue.home=" + root + " -cp " + jars + " io.taskqueue.cli.TaskQueueCommand ";

        assertThat(launch(root, 0, "sink", "--name", "a")).isEqualTo("-XX:+UseSerialGC" + main + "sink --name a\n");

        Files.createFile(Files.createDirectories(root.resolve("target/class-data")).resolve("commands-17.0.99.jsa"));

        String archive = "-XX:+UseSerialGC -XX:SharedArchiveFile=" + root
                + "/target/class-data/commands-17.0.99.jsa -Xlog:cds=off -Xlog:cds+dynamic=off";
        assertThat(launch(root, 0, "sink", "--name", "a")).isEqualTo(archive + main + "sink --name a\n");
        assertThat(launch(root, 0, "status")).isEqualTo(archive + " -XX:TieredStopAtLevel=1" + main + "status\n");
    }

    @Test
    void changeOfAnyModuleIsBuilt() throws Exception {
        for (String module : MODULES) {
            Path root = builtProject();
            fakeJava("#!/bin/sh\nexit 1\n");
            Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.99\"\n");
            Path source = Files.createFile(root.resolve(module).resolve("src/main/New.java"));
            Files.setLastModifiedTime(source, FileTime.from(BUILT.plusSeconds(1)));

            assertThat(launch(root, 1, "--help")).as(module).contains("the first run builds the project");
        }
    }

    /** A project that was built, as far as the launcher looks at it, without sources and libraries. */
    private Path builtProject() throws IOException {
        Path root = Files.createTempDirectory(home, "project").toRealPath();
        Files.copy(Path.of("../taskqueue"), root.resolve("taskqueue"));
        List<Path> files = new ArrayList<>(List.of(root.resolve("pom.xml"), root.resolve("streams-app/target/lib/B.jar")));
        files.add(root.resolve("streams-app/target/lib/a.jar"));
        for (String module : MODULES) {
            files.add(root.resolve(module).resolve("pom.xml"));
            Files.createDirectories(root.resolve(module).resolve("src/main"));
            Files.setLastModifiedTime(root.resolve(module).resolve("src/main"), FileTime.from(BUILT.minusSeconds(1)));
        }
        Files.createDirectories(root.resolve("embedded-kafka/target/lib"));
        for (Path file : files) {
            Files.createDirectories(file.getParent());
            Files.setLastModifiedTime(Files.createFile(file), FileTime.from(BUILT.minusSeconds(1)));
        }
        Path stamp = Files.createFile(Files.createDirectories(root.resolve("target")).resolve("launcher-built"));
        Files.setLastModifiedTime(stamp, FileTime.from(BUILT));
        return root;
    }

    private void fakeJava(String script) throws IOException {
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, script);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String launch() throws IOException, InterruptedException {
        return launch(Path.of(".."), 1, "--help");
    }

    private String launch(Path root, int exitCode, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", root.resolve("taskqueue").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(exitCode);
        return output;
    }
}
