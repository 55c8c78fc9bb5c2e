package io.taskqueue.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the alert rules and the dashboards of {@code deploy} name exists: their meters are those of the documentation, and each alert has a
 * section there. Whether the queries have data, and the alerts fire, is checked with Prometheus.
 */
class AlertsAndDashboardsTest {

    private static final Path RULES = YamlFiles.DEPLOY.resolve(Path.of("prometheus", "rules"));
    private static final Path DASHBOARDS = YamlFiles.DEPLOY.resolve(Path.of("grafana", "dashboards"));
    private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");
    private static final Pattern METER = Pattern.compile("\\b(?:taskqueue|jvm|process|system)_\\w+");
    private static final Pattern DOCUMENTED = Pattern.compile("`(taskqueue_\\w+)");

    @Test
    void alertRulesNameMetersThatExist() throws IOException {
        assertThat(meters(rules("taskqueue.yml").map(rule -> rule.get("expr").asText())))
                .isNotEmpty()
                .isSubsetOf(existing());
    }

    @Test
    void testsOfTheRulesHaveMetersThatExist() throws IOException {
        List<String> series = new ArrayList<>();
        YamlFiles.document(RULES.resolve("taskqueue.test.yml")).get("tests").forEach(test -> test.get("input_series")
                .forEach(input -> series.add(input.get("series").asText().replaceAll("\\{.*", ""))));

        assertThat(meters(series.stream())).isNotEmpty().isSubsetOf(existing());
    }

    @Test
    void dashboardsNameMetersThatExist() throws IOException {
        List<String> queries = new ArrayList<>();
        for (JsonNode dashboard : dashboards()) {
            dashboard.get("panels").forEach(panel -> panel.path("targets")
                    .forEach(target -> queries.add(target.get("expr").asText())));
            dashboard
                    .at("/templating/list")
                    .forEach(variable -> queries.add(variable.at("/query/query").asText()));
        }

        assertThat(meters(queries.stream())).isNotEmpty().isSubsetOf(existing());
    }

    @Test
    void everyPanelSaysWhatItShowsAndHasItsOwnPlace() throws IOException {
        for (JsonNode dashboard : dashboards()) {
            Set<Integer> ids = new TreeSet<>();
            Set<String> cells = new TreeSet<>();
            for (JsonNode panel : dashboard.get("panels")) {
                assertThat(ids.add(panel.get("id").asInt())).isTrue();
                JsonNode place = panel.get("gridPos");
                int right = place.get("x").asInt() + place.get("w").asInt();
                assertThat(right).isLessThanOrEqualTo(24);
                for (int x = place.get("x").asInt(); x < right; x++) {
                    for (int y = 0; y < place.get("h").asInt(); y++) {
                        assertThat(cells.add(x + "," + (place.get("y").asInt() + y)))
                                .as("a cell of panel %s", panel.get("title"))
                                .isTrue();
                    }
                }
                if (!panel.get("type").asText().equals("row")) {
                    assertThat(panel.get("description").asText())
                            .as(panel.get("title").asText())
                            .endsWith(".");
                }
            }
        }
    }

    @Test
    void everyAlertIsDocumentedAndNamesASectionThatExists() throws IOException {
        String page = Files.readString(OPERATIONS);
        Set<String> anchors = page.lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());

        rules("taskqueue.yml").forEach(rule -> {
            String alert = rule.get("alert").asText();
            String runbook = rule.at("/annotations/runbook").asText();
            assertThat(runbook).as(alert).startsWith("docs/operations.md#");
            assertThat(anchors).as(alert).contains(runbook.substring(runbook.indexOf('#') + 1));
            assertThat(rule.at("/labels/severity").asText()).as(alert).isIn("critical", "warning");
            assertThat(page).as(alert).contains("| " + alert + " |");
        });
    }

    private static Stream<JsonNode> rules(String file) {
        List<JsonNode> rules = new ArrayList<>();
        YamlFiles.document(RULES.resolve(file)).get("groups").forEach(group -> group.get("rules")
                .forEach(rules::add));
        return rules.stream();
    }

    private static List<JsonNode> dashboards() throws IOException {
        List<JsonNode> dashboards = new ArrayList<>();
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            for (Path file : files.toList()) {
                dashboards.add(new ObjectMapper().readTree(file.toFile()));
            }
        }
        assertThat(dashboards).isNotEmpty();
        return dashboards;
    }

    private static Set<String> meters(Stream<String> expressions) {
        return expressions
                .flatMap(expression -> METER.matcher(expression).results())
                .map(found -> found.group().replaceFirst("_bucket$", "")) // of a histogram
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those of the documentation, which another test compares with what is scraped, and those of the JVM. */
    private static Set<String> existing() throws IOException {
        Set<String> existing = DOCUMENTED
                .matcher(Files.readString(OPERATIONS))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        String ofTheJvm = ((PrometheusMeterRegistry) DiagnosticsOptions.newMeterRegistry()).scrape();
        existing.addAll(meters(Stream.of(ofTheJvm)));
        return existing;
    }
}
