package io.taskqueue.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manifests of {@code deploy/kubernetes} match the schema of Kubernetes, and are as restricted as the documentation states. */
class KubernetesManifestsTest {

    private static final Path DIRECTORY = YamlFiles.DEPLOY.resolve("kubernetes");
    private static final String KUSTOMIZATION = "kustomization.yaml";

    @TestFactory
    Stream<DynamicTest> everyManifestMatchesTheSchema() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode manifest : manifests()) {
            tests.add(dynamicTest(name(manifest), () -> assertThatCode(() -> KubernetesSchema.validate(manifest))
                    .doesNotThrowAnyException()));
        }
        assertThat(tests).hasSizeGreaterThan(10);
        return tests.stream();
    }

    @Test
    void kustomizationListsEveryFile() throws IOException {
        Set<String> files;
        try (Stream<Path> paths = Files.list(DIRECTORY)) {
            files = paths.map(path -> path.getFileName().toString())
                    .filter(name -> !name.equals(KUSTOMIZATION))
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        assertThat(texts(YamlFiles.document(DIRECTORY.resolve(KUSTOMIZATION)).get("resources")))
                .containsExactlyInAnyOrderElementsOf(files);
    }

    /** The check itself: an error of each kind, at each depth. */
    @ParameterizedTest
    @CsvSource({
        "StatefulSet sink, /spec, replica, 2, The field `replica` in the JSON string is not defined in the `V1StatefulSetSpec`",
        "StatefulSet sink, /spec/template/spec/containers/0/livenessProbe/httpGet, pth, /x, The field `pth` in the JSON string is"
                + " not defined in the `V1HTTPGetAction`",
        "StatefulSet sink, /spec/template/spec/containers/0, name, , The required field `name` is not found",
        "StatefulSet sink, /spec/template/spec, terminationGracePeriodSeconds, long, NumberFormatException",
        "NetworkPolicy taskqueue, /spec, podSelecter, x, The field `podSelecter` in the JSON string is not defined",
        "PodDisruptionBudget sink, /spec, maxUnavailble, 1, The field `maxUnavailble` in the JSON string is not defined",
        "Service sink, /spec/ports/0, prot, 1, The field `prot` in the JSON string is not defined in the `V1ServicePort`",
        "ServiceMonitor taskqueue, /spec/endpoints/0, intervall, 15s, Unrecognized field \"intervall\"",
        "ServiceMonitor taskqueue, /spec/selector/matchExpressions/0, vals, x, Unrecognized field \"vals\""
    })
    void errorInAManifestIsFound(String manifest, String place, String field, String value, String message)
            throws IOException {
        JsonNode planted = manifests().stream()
                .filter(found -> name(found).equals(manifest))
                .findFirst()
                .orElseThrow()
                .deepCopy();
        ObjectNode object = (ObjectNode) planted.at(place);
        if (value == null) {
            object.remove(field);
        } else {
            object.put(field, value);
        }

        assertThatThrownBy(() -> KubernetesSchema.validate(planted)).hasStackTraceContaining(message);
    }

    @TestFactory
    Stream<DynamicTest> everyPodIsNotRootHasLimitsAndTimeToStop() throws IOException {
        return statefulSets()
                .map(set -> dynamicTest(name(set), () -> {
                    JsonNode pod = set.at("/spec/template/spec");
                    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean())
                            .isTrue();
                    assertThat(pod.at("/securityContext/seccompProfile/type").asText())
                            .isEqualTo("RuntimeDefault");
                    assertThat(pod.get("automountServiceAccountToken").asBoolean(true))
                            .isFalse();
                    assertThat(pod.get("terminationGracePeriodSeconds").asInt()).isGreaterThanOrEqualTo(60);
                    JsonNode container = pod.at("/containers/0");
                    assertThat(container
                                    .at("/securityContext/readOnlyRootFilesystem")
                                    .asBoolean())
                            .isTrue();
                    assertThat(container
                                    .at("/securityContext/allowPrivilegeEscalation")
                                    .asBoolean(true))
                            .isFalse();
                    assertThat(texts(container.at("/securityContext/capabilities/drop")))
                            .containsExactly("ALL");
                    assertThat(container.at("/resources/limits/memory").asText())
                            .isNotEmpty();
                    assertThat(container.has("startupProbe") && container.has("livenessProbe"))
                            .isTrue();
                    Set<String> volumes = new TreeSet<>(names(pod.get("volumes")));
                    set.at("/spec/volumeClaimTemplates")
                            .forEach(claim ->
                                    volumes.add(claim.at("/metadata/name").asText()));
                    assertThat(names(container.get("volumeMounts"))).allMatch(volumes::contains);
                }));
    }

    @TestFactory
    Stream<DynamicTest> secretsAreReferredToAndStandInNoManifest() throws IOException {
        return statefulSets()
                .map(set -> dynamicTest(name(set), () -> {
                    JsonNode container = set.at("/spec/template/spec/containers/0");
                    for (JsonNode variable : container.get("env")) {
                        assertThat(variable.has("value"))
                                .as(variable.get("name").asText())
                                .isFalse();
                        assertThat(variable.at("/valueFrom/secretKeyRef/name").asText())
                                .isEqualTo("taskqueue");
                    }
                    assertThat(texts(container.get("args")))
                            .noneMatch(argument -> argument.matches("--token.*|.*password.*"));
                }));
    }

    @TestFactory
    Stream<DynamicTest> selectorsSelectThePodsOfTheManifests() throws IOException {
        Set<String> applications = statefulSets()
                .map(set -> set.at("/spec/template/metadata/labels")
                        .path("app.kubernetes.io/name")
                        .asText())
                .collect(Collectors.toSet());
        return manifests().stream()
                .filter(manifest -> Set.of("Service", "PodDisruptionBudget", "StatefulSet")
                        .contains(manifest.get("kind").asText()))
                .map(manifest -> dynamicTest(name(manifest), () -> {
                    JsonNode selector = manifest.at("/spec/selector");
                    JsonNode labels = selector.has("matchLabels") ? selector.get("matchLabels") : selector;
                    assertThat(applications)
                            .contains(labels.path("app.kubernetes.io/name").asText());
                }));
    }

    @Test
    void oneSinkAtATimeIsDisruptedWhateverItsNumber() throws IOException {
        JsonNode budget = manifests().stream()
                .filter(manifest -> manifest.get("kind").asText().equals("PodDisruptionBudget"))
                .findFirst()
                .orElseThrow();

        assertThat(budget.at("/spec/maxUnavailable").asInt()).isEqualTo(1);
        assertThat(statefulSets()
                        .filter(set -> name(set).equals("StatefulSet sink"))
                        .findFirst()
                        .orElseThrow()
                        .at("/spec/replicas")
                        .asInt())
                .isGreaterThan(1);
    }

    private static Stream<JsonNode> statefulSets() throws IOException {
        return manifests().stream()
                .filter(manifest -> manifest.get("kind").asText().equals("StatefulSet"));
    }

    private static List<JsonNode> manifests() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.filter(file -> !file.endsWith(KUSTOMIZATION))
                    .sorted()
                    .flatMap(file -> YamlFiles.documents(file).stream())
                    .toList();
        }
    }

    private static String name(JsonNode manifest) {
        return manifest.get("kind").asText() + " "
                + manifest.at("/metadata/name").asText();
    }

    private static List<String> names(JsonNode array) {
        return elements(array).map(element -> element.get("name").asText()).toList();
    }

    private static List<String> texts(JsonNode array) {
        return elements(array).map(JsonNode::asText).toList();
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        assertThat(array).isInstanceOf(ArrayNode.class);
        return StreamSupport.stream(array.spliterator(), false);
    }
}
