package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.deploy.YamlFiles;
import io.taskqueue.queue.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command lines in {@code docker-compose.yml} and below {@code deploy} have commands, options and values that exist. */
class DeployedCommandsAreValidTest {

    private static final Path KUBERNETES = YamlFiles.DEPLOY.resolve("kubernetes");
    private static final Path SYSTEMD = YamlFiles.DEPLOY.resolve("systemd");
    private static final String MAIN_CLASS = TaskQueueCommand.class.getName();

    @TestFactory
    Stream<DynamicTest> everyCommandLineIsAccepted() throws IOException {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        lines.putAll(ofContainers());
        lines.putAll(ofPods());
        lines.putAll(ofUnits());
        assertThat(lines).hasSizeGreaterThanOrEqualTo(12);
        return lines.entrySet().stream()
                .map(line -> dynamicTest(line.getKey(), () -> assertThatCode(() -> parse(line.getValue()))
                        .as(line.getValue().toString())
                        .doesNotThrowAnyException()));
    }

    @Test
    void optionThatDoesNotExistIsFound() throws IOException {
        List<String> line = new ArrayList<>(ofPods().get("sink.yaml"));
        line.add("--concurency=4");

        assertThatThrownBy(() -> parse(line)).isInstanceOf(UnmatchedArgumentException.class);
    }

    private static Map<String, List<String>> ofContainers() {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        YamlFiles.document(Path.of("..", "docker-compose.yml"))
                .get("services")
                .properties()
                .forEach(service -> {
                    JsonNode container = service.getValue();
                    if (container.path("image").asText().equals("taskqueue:local")) {
                        lines.put(
                                "docker-compose.yml " + service.getKey(),
                                words(container.get("command").asText()));
                    }
                });
        return lines;
    }

    private static Map<String, List<String>> ofPods() throws IOException {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(KUBERNETES)) {
            files.sorted().forEach(file -> YamlFiles.documents(file).stream()
                    .map(manifest -> manifest.at("/spec/template/spec/containers/0/args"))
                    .filter(JsonNode::isArray)
                    .forEach(arguments -> {
                        List<String> line = new ArrayList<>();
                        arguments.forEach(argument -> line.add(argument.asText()));
                        lines.put(String.valueOf(file.getFileName()), line);
                    }));
        }
        return lines;
    }

    private static Map<String, List<String>> ofUnits() throws IOException {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(SYSTEMD)) {
            for (Path file : files.sorted().toList()) {
                String unit = Files.readString(file).replace("\\\n", " ");
                String start = unit.lines()
                        .filter(line -> line.startsWith("ExecStart="))
                        .findFirst()
                        .orElseThrow();
                // a unit has the options of the sink in its environment
                String line = start.substring(start.indexOf(MAIN_CLASS) + MAIN_CLASS.length())
                        .replace("${BOOTSTRAP_SERVER}", "localhost:9092")
                        .replace("${PORT}", "8080")
                        .replace("${TASKS}", "tasks.ndjson")
                        .replace("$OPTIONS", line(file).equals("sink") ? "--sink log" : "")
                        .replaceAll("%[iSd]", "x");
                lines.put(String.valueOf(file.getFileName()), words(line));
            }
        }
        return lines;
    }

    private static String line(Path unit) {
        return String.valueOf(unit.getFileName()).replaceAll("taskqueue-(\\w+).*", "$1");
    }

    private static List<String> words(String line) {
        return Arrays.asList(line.strip().split("\\s+", -1));
    }

    private static void parse(List<String> arguments) {
        var unused = TaskQueueCommand.commandLine(Clock.systemUTC(), Ticker.system())
                .parseArgs(arguments.toArray(String[]::new));
    }
}
