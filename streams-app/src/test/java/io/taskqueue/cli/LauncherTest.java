package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

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

    private void fakeJava(String script) throws IOException {
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, script);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String launch() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "../taskqueue", "--help").redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        return output;
    }
}
