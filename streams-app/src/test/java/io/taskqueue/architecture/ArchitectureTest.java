package io.taskqueue.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The structure of the project: layers, packages, cycles, names, and the public API. */
@AnalyzeClasses(packages = "io.taskqueue", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] FORBIDDEN_NAMES = {"Impl", "Util", "Utils", "Helper", "Manager"};
    private static final Path PUBLIC_API = Path.of("..", "public-api.txt");

    private static final ArchRule CLASS_CYCLES = classes().should(ClassCycles.notHaveMoreClassesThan(3));

    private static final ArchRule INJECTED_TIME = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod("java.time.Instant", "now")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);

    private static final ArchRule INJECTED_RANDOMNESS =
            noClasses().should().callConstructor(Random.class).orShould().callMethod(Math.class, "random");

    @ArchTest
    static void dependenciesPointOneWay(JavaClasses classes) {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("event")
                .definedBy("io.taskqueue.event")
                .layer("serde")
                .definedBy("io.taskqueue.serde")
                .layer("queue")
                .definedBy("io.taskqueue.queue..")
                .layer("kafka")
                .definedBy("io.taskqueue.kafka")
                .layer("metrics")
                .definedBy("io.taskqueue.metrics")
                .layer("source")
                .definedBy("io.taskqueue.source..")
                .layer("sink")
                .definedBy("io.taskqueue.sink..", "io.taskqueue.sinks")
                .layer("diagnostics")
                .definedBy("io.taskqueue.diagnostics..", "io.taskqueue.http")
                .layer("streams")
                .definedBy("io.taskqueue.streams..")
                .layer("console")
                .definedBy("io.taskqueue.console..")
                .layer("embedded")
                .definedBy("io.taskqueue.embedded..")
                .layer("cli")
                .definedBy("io.taskqueue.cli..", "io.taskqueue.torture..")
                .layer("testkit")
                .definedBy("io.taskqueue.testkit..")
                .whereLayer("testkit")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("embedded")
                .mayOnlyBeAccessedByLayers("cli", "testkit")
                .whereLayer("console")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("streams")
                .mayOnlyBeAccessedByLayers("console", "cli")
                .whereLayer("diagnostics")
                .mayOnlyBeAccessedByLayers("console", "cli")
                .whereLayer("source")
                .mayOnlyBeAccessedByLayers("diagnostics", "console", "cli", "testkit")
                .whereLayer("sink")
                .mayOnlyBeAccessedByLayers("diagnostics", "streams", "console", "cli", "testkit")
                .whereLayer("kafka")
                .mayOnlyBeAccessedByLayers("source", "streams", "console", "cli", "testkit")
                .whereLayer("metrics")
                .mayOnlyBeAccessedByLayers("source", "sink", "diagnostics", "streams", "console", "cli")
                .whereLayer("queue")
                .mayOnlyBeAccessedByLayers("source", "diagnostics", "streams", "console", "cli", "testkit")
                .whereLayer("serde")
                .mayOnlyBeAccessedByLayers("source", "sink", "diagnostics", "streams", "console", "cli", "testkit")
                .check(classes);
    }

    @ArchTest
    static void packagesOfStreamsDependOneWay(JavaClasses classes) {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("service")
                .definedBy("io.taskqueue.streams")
                .layer("admin")
                .definedBy("io.taskqueue.streams.admin")
                .layer("clients")
                .definedBy("io.taskqueue.streams.clients")
                .layer("partition")
                .definedBy("io.taskqueue.streams.partition")
                .layer("execution")
                .definedBy("io.taskqueue.streams.execution")
                .layer("parking")
                .definedBy("io.taskqueue.streams.parking")
                .layer("replay")
                .definedBy("io.taskqueue.streams.replay")
                .layer("results")
                .definedBy("io.taskqueue.streams.results")
                .layer("log")
                .definedBy("io.taskqueue.streams.log")
                .layer("checkpoint")
                .definedBy("io.taskqueue.streams.checkpoint")
                .whereLayer("service")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("admin")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("clients")
                .mayOnlyBeAccessedByLayers("service")
                .whereLayer("partition")
                .mayOnlyBeAccessedByLayers("service", "clients")
                .whereLayer("execution")
                .mayOnlyBeAccessedByLayers("service", "clients", "partition")
                .whereLayer("parking")
                .mayOnlyBeAccessedByLayers("service", "admin", "partition")
                .whereLayer("results")
                .mayOnlyBeAccessedByLayers("admin", "partition", "parking")
                .whereLayer("replay")
                .mayOnlyBeAccessedByLayers("service", "admin", "clients", "partition", "parking", "log")
                .whereLayer("log")
                .mayOnlyBeAccessedByLayers("service", "admin", "clients", "partition")
                .whereLayer("checkpoint")
                .mayOnlyBeAccessedByLayers("service", "admin", "clients", "partition", "parking", "replay", "log")
                .check(classes);
    }

    @ArchTest
    static void onlyTheStarterUsesSpringAndNothingUsesTheStarter(JavaClasses classes) {
        assertThat(classes.containPackage("io.taskqueue.spring")).isTrue();
        noClasses()
                .that()
                .resideOutsideOfPackage("io.taskqueue.spring..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.taskqueue.spring..", "org.springframework..")
                .check(classes);
        noClasses()
                .that()
                .resideInAPackage("io.taskqueue.spring..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.taskqueue.cli..", "io.taskqueue.console..", "io.taskqueue.embedded..")
                .check(classes);
    }

    @ArchTest
    static void packagesHaveNoCycles(JavaClasses classes) {
        slices().matching("io.taskqueue.(**)").should().beFreeOfCycles().check(classes);
    }

    @ArchTest
    static void classesOfAPackageHaveNoLargeCycles(JavaClasses classes) {
        CLASS_CYCLES.check(classes);
    }

    @Test
    void aPlantedCycleOfFourClassesIsFound() {
        JavaClasses planted = new ClassFileImporter().importPackages("io.taskqueue.architecture.planted");

        assertThatThrownBy(() -> CLASS_CYCLES.check(planted))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("FirstInCycle is in a cycle of 4")
                .hasMessageContaining("FourthInCycle");
    }

    @ArchTest
    static void simpleNamesAreUnique(JavaClasses classes) {
        Map<String, List<String>> names = classes.stream()
                .filter(type -> type.getEnclosingClass().isEmpty())
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName, Collectors.mapping(JavaClass::getName, Collectors.toList())));
        names.values().removeIf(sameName -> sameName.size() == 1);

        assertThat(names).as("classes with one simple name").isEmpty();
    }

    @ArchTest
    static void queueEventAndLibrariesNeedNothingButJava(JavaClasses classes) {
        classes()
                .that()
                .resideInAPackage("io.taskqueue.libraries")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.taskqueue.libraries")
                .check(classes);
        classes()
                .that()
                .resideInAPackage("io.taskqueue.queue..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "io.taskqueue.event",
                        "io.taskqueue.queue..",
                        "io.taskqueue.tracing")
                .check(classes);
        classes()
                .that()
                .resideInAPackage("io.taskqueue.tracing")
                .and()
                .haveNameNotMatching(".*\\.(OpenTelemetryTracing|ObservationTracing)(\\$.*)?")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.taskqueue.event", "io.taskqueue.tracing")
                .check(classes);
        classes()
                .that()
                .resideInAPackage("io.taskqueue.event")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.taskqueue.event")
                .check(classes);
    }

    @ArchTest
    static void onlyTheServiceAndTheTopologyOfTheConsoleUseKafkaStreams(JavaClasses classes) {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.taskqueue.streams", "io.taskqueue.console.topology")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka.streams..")
                .check(classes);
    }

    @ArchTest
    static void oneClassUsesOpenTelemetryAndOneObservationsAndOneOfTheStarterFindsThem(JavaClasses classes) {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(OpenTelemetryTracing|TaskQueueTracingAutoConfiguration)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(classes);
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(ObservationTracing|TaskQueueTracingAutoConfiguration)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer.observation..")
                .check(classes);
    }

    @ArchTest
    static void oneClassOfTheApiShowsJackson(JavaClasses classes) {
        noClasses()
                .that()
                .areNotAssignableTo("io.taskqueue.serde.ReplicationJson")
                .and()
                // public only for other packages of this project
                .areNotAssignableTo("io.taskqueue.serde.BoundedJson")
                .should(PublicSignatures.show(
                        "Jackson", type -> type.getPackageName().startsWith("com.fasterxml.jackson")))
                .check(classes);
    }

    @ArchTest
    static void timeAndRandomnessAreInjected(JavaClasses classes) {
        INJECTED_TIME.check(classes);
        INJECTED_RANDOMNESS.check(classes);
    }

    @Test
    void plantedUsesOfTimeAndRandomnessAreFound() {
        JavaClasses planted = new ClassFileImporter().importClasses(ReadsTheTimeItself.class, IsRandomItself.class);

        assertThatThrownBy(() -> INJECTED_TIME.check(planted))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("System.currentTimeMillis()");
        assertThatThrownBy(() -> INJECTED_RANDOMNESS.check(planted))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("java.util.Random.<init>()");
    }

    @ArchTest
    static void namesSayWhatThingsAre(JavaClasses classes) {
        for (String suffix : FORBIDDEN_NAMES) {
            noClasses().should().haveSimpleNameEndingWith(suffix).check(classes);
        }
        noClasses().should().haveSimpleNameStartingWith("Abstract").check(classes);
    }

    @ArchTest
    static void publicTypesAreThoseCommitted(JavaClasses classes) throws IOException {
        String list = PublicApi.read(PUBLIC_API).updatedWith(classes).text();
        if (Boolean.getBoolean("public-api.write")) {
            Files.writeString(PUBLIC_API, list);
        }

        assertThat(list)
                .as("public types against public-api.txt; where the change is intended: "
                        + "mvn test -pl streams-app -am -Dtest=ArchitectureTest -Dpublic-api.write=true "
                        + "-Dsurefire.failIfNoSpecifiedTests=false, and move a type of the API to the first part")
                .isEqualTo(Files.readString(PUBLIC_API));
    }

    @ArchTest
    static void theApiShowsOnlyTheApi(JavaClasses classes) throws IOException {
        PublicApi publicApi = PublicApi.read(PUBLIC_API);
        noClasses()
                .that(DescribedPredicate.describe("are API", publicApi::contains))
                .should(PublicSignatures.show(
                        "a type that is not API",
                        shown -> shown.getPackageName().startsWith("io.taskqueue") && !publicApi.contains(shown)))
                .check(classes);
    }

    /** What the rule about time must find. */
    static final class ReadsTheTimeItself {
        long time() {
            return System.currentTimeMillis();
        }
    }

    /** What the rule about randomness must find. */
    static final class IsRandomItself {
        Random random() {
            return new Random();
        }
    }
}
