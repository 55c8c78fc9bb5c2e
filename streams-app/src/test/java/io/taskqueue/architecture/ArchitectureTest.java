package io.taskqueue.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The structure of the project, held against the code. */
@AnalyzeClasses(packages = "io.taskqueue", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] FORBIDDEN_NAMES = {"Impl", "Util", "Utils", "Helper", "Manager"};

    @ArchTest
    static void dependenciesPointOneWay(JavaClasses classes) {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("event")
                .definedBy("io.taskqueue.event")
                .layer("serde")
                .definedBy("io.taskqueue.serde")
                .layer("queue")
                .definedBy("io.taskqueue.queue")
                .layer("kafka")
                .definedBy("io.taskqueue.kafka")
                .layer("metrics")
                .definedBy("io.taskqueue.metrics")
                .layer("source")
                .definedBy("io.taskqueue.source..")
                .layer("sink")
                .definedBy("io.taskqueue.sink..", "io.taskqueue.sinks")
                .layer("diagnostics")
                .definedBy("io.taskqueue.diagnostics")
                .layer("streams")
                .definedBy("io.taskqueue.streams")
                .layer("embedded")
                .definedBy("io.taskqueue.embedded")
                .layer("cli")
                .definedBy("io.taskqueue.cli")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("embedded")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("streams")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("diagnostics")
                .mayOnlyBeAccessedByLayers("streams", "cli")
                .whereLayer("source")
                .mayOnlyBeAccessedByLayers("diagnostics", "cli")
                .whereLayer("sink")
                .mayOnlyBeAccessedByLayers("diagnostics", "streams", "cli")
                .whereLayer("kafka")
                .mayOnlyBeAccessedByLayers("source", "streams", "cli")
                .whereLayer("metrics")
                .mayOnlyBeAccessedByLayers("source", "sink", "diagnostics", "streams", "cli")
                .whereLayer("queue")
                .mayOnlyBeAccessedByLayers("source", "diagnostics", "streams", "cli")
                .whereLayer("serde")
                .mayOnlyBeAccessedByLayers("source", "sink", "diagnostics", "streams", "cli")
                .check(classes);
    }

    @ArchTest
    static void packagesHaveNoCycles(JavaClasses classes) {
        slices().matching("io.taskqueue.(**)").should().beFreeOfCycles().check(classes);
    }

    @ArchTest
    static void theQueueAndTheWordsNeedNothingButJava(JavaClasses classes) {
        classes()
                .that()
                .resideInAPackage("io.taskqueue.queue")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.taskqueue.event", "io.taskqueue.queue")
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
    static void onlyStreamsSeesKafkaStreams(JavaClasses classes) {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.taskqueue.streams")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka.streams..")
                .check(classes);
    }

    @ArchTest
    static void jacksonShowsInOneClassOfTheApi(JavaClasses classes) {
        noClasses()
                .that()
                .areNotAssignableTo("io.taskqueue.serde.ReplicationJson")
                .and()
                // public for the other packages alone, not part of the API
                .areNotAssignableTo("io.taskqueue.serde.BoundedJson")
                .should(PublicSignatures.mention("com.fasterxml.jackson"))
                .check(classes);
    }

    @ArchTest
    static void timeIsReadFromTheClockAlone(JavaClasses classes) {
        timeRule().check(classes);
    }

    @Test
    void aPlantedViolationIsCaught() {
        JavaClasses planted = new ClassFileImporter().importClasses(ReadsTheTimeItself.class);

        assertThatThrownBy(() -> timeRule().check(planted))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("System.currentTimeMillis()");
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
        List<String> found = classes.stream()
                .filter(ArchitectureTest::isPublic)
                .map(type -> type.getName().replace('$', '.'))
                .sorted()
                .toList();
        Path committed = Path.of("..", "public-api.txt");
        String list = String.join("\n", found) + "\n";
        if (Boolean.getBoolean("public-api.write")) {
            Files.writeString(committed, list);
        }

        assertThat(list)
                .as("public types against public-api.txt; where the change is meant: "
                        + "mvn test -pl streams-app -am -Dtest=ArchitectureTest -Dpublic-api.write=true "
                        + "-Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(Files.readString(committed));
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.isAnonymousClass()
                && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
    }

    private static ArchRule timeRule() {
        return noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod("java.time.Instant", "now")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class);
    }

    /** What the rule about time must find. */
    static final class ReadsTheTimeItself {
        long time() {
            return System.currentTimeMillis();
        }
    }
}
