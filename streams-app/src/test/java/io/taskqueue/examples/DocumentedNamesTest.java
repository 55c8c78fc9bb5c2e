package io.taskqueue.examples;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The modules, packages, files, types and members that the documentation names exist in the code.
 *
 * <p>A name counts where it stands alone between backticks: {@code `SinkService`}, {@code `SinkService.Builder`},
 * {@code `SinkService.clearDiverged(queue)`}. On the architecture page, every capitalised word of a drawing counts as well, and so
 * do packages, files and the links to sources. In the descriptions of packages, types count wherever they are.
 */
class DocumentedNamesTest {

    private static final Path ROOT = Path.of("..");
    private static final Path ARCHITECTURE = ROOT.resolve("docs").resolve("architecture.md");

    /** Names the types of other products on every line. */
    private static final Path MIGRATION = ROOT.resolve("docs").resolve("migration.md");

    private static final Set<String> TYPES_OF_OTHERS = Set.of(
            "ApplicationRunner",
            "AutoOffsetReset",
            "BlockingQueue",
            "Class",
            "ColonPrefixSqlParser",
            "CompletableFuture",
            "ConsumerRecords",
            "Error",
            "Executors",
            "HttpURLConnection",
            "Integer",
            "Iterable",
            "KafkaConnectionDetails",
            "KafkaProducer",
            "KafkaStreams",
            "LinkageError",
            "List",
            "Map",
            "MeterRegistry",
            "NamedParameterUtils",
            "NoClassDefFoundError",
            "ObjectMapper",
            "ObservationRegistry",
            "OpenTelemetry",
            "Optional",
            "OutOfMemoryError",
            "Serde",
            "SmartLifecycle",
            "StackOverflowError",
            "StateStore",
            "StatementContext",
            "System",
            "ThreadPoolExecutor",
            "Topology",
            "Tracer",
            "TypeReference");

    /** Names of products, which are no types. */
    private static final Set<String> PRODUCTS =
            Set.of("CloudEvents", "Kafka", "OpenTelemetry", "PostgreSQL", "Streams");

    private static final Pattern DECLARATION = Pattern.compile("\\b(?:class|interface|enum|record)\\s+([A-Z]\\w*)");
    private static final Pattern NAME = Pattern.compile("`([A-Z][a-z]\\w*)((?:\\.\\w+)*)(?:\\([^`]*\\))?`");
    private static final Pattern NAME_IN_DRAWING = Pattern.compile("(?<![\\w`.-])([A-Z][a-z]\\w*)((?:\\.\\w+)*)");
    private static final Pattern DRAWING = Pattern.compile("(?m)^ {4}\\S?.*$");
    private static final Pattern MODULE = Pattern.compile("`([a-z-]+)/`");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^\\| `([a-z.]+)` \\|");
    private static final Pattern PACKAGE_IN_TEXT = Pattern.compile("`(?!io[.])([a-z]+\\.[a-z]+)`");
    private static final Pattern FILE = Pattern.compile("`([\\w-]+\\.(?:java|txt|xml|yml))`");
    private static final Pattern LINK_TO_SOURCE = Pattern.compile("`(\\w+)[^`]*`\\]\\[(\\w+)\\]");
    private static final Pattern SOURCE = Pattern.compile("(?m)^\\[(\\w+)\\]: (\\S+)$");
    private static final Pattern DESCRIPTION = Pattern.compile("(?s)/\\*\\*.*?\\*/");
    private static final Pattern NAME_IN_DESCRIPTION =
            Pattern.compile("(?<![\\w.])([A-Z][a-z]+[A-Z]\\w*|(?<=\\{@(?:code|link) )[A-Z]\\w*)");

    /** The text of the files that declare a type, by its simple name. */
    private static final Map<String, String> CODE = new HashMap<>();

    @BeforeAll
    static void readTheCode() throws IOException {
        for (Path file : files(ROOT, ".java")) {
            String text = Files.readString(file);
            DECLARATION
                    .matcher(text)
                    .results()
                    .map(declared -> declared.group(1))
                    .distinct()
                    .forEach(type -> CODE.merge(type, text, String::concat));
        }
    }

    static List<Path> pages() throws IOException {
        return Stream.concat(Stream.of(ROOT.resolve("README.md")), files(ROOT.resolve("docs"), ".md").stream())
                .filter(page -> !page.equals(MIGRATION))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyTypeAndMemberOnAPageExists(Path page) throws IOException {
        Set<String> unknown = NAME.matcher(Files.readString(page))
                .results()
                .filter(name -> !exists(name.group(1), name.group(2)))
                .map(MatchResult::group)
                .collect(toCollection(TreeSet::new));

        assertThat(unknown).as("names on %s that are not in the code", page).isEmpty();
    }

    @Test
    void everyTypeAndMemberInADrawingOfTheArchitecturePageExists() throws IOException {
        String drawings = DRAWING.matcher(Files.readString(ARCHITECTURE))
                .results()
                .map(MatchResult::group)
                .collect(joining("\n"));

        List<MatchResult> drawn = NAME_IN_DRAWING
                .matcher(drawings)
                .results()
                .filter(name -> !PRODUCTS.contains(name.group(1)))
                .toList();

        assertThat(drawn).isNotEmpty();
        assertThat(drawn.stream()
                        .filter(name -> !exists(name.group(1), name.group(2)))
                        .map(MatchResult::group))
                .as("names in drawings that are not in the code")
                .isEmpty();
    }

    @Test
    void everyFileAndPackageNamedOnTheArchitecturePageExists() throws IOException {
        String page = Files.readString(ARCHITECTURE);
        Set<String> names = files(ROOT, "").stream()
                .map(file -> file.getFileName().toString())
                .collect(toCollection(TreeSet::new));

        assertThat(find(FILE, page)).isNotEmpty().isSubsetOf(names);
        assertThat(find(PACKAGE_IN_TEXT, page)).isNotEmpty().isSubsetOf(find(PACKAGE, page));
    }

    @Test
    void theArchitecturePageLinksEachTypeToItsSource() throws IOException {
        String page = Files.readString(ARCHITECTURE);
        Map<String, String> sources = new HashMap<>();
        SOURCE.matcher(page).results().forEach(source -> sources.put(source.group(1), source.group(2)));
        Set<String> linked = new TreeSet<>();
        LINK_TO_SOURCE.matcher(page).results().forEach(link -> {
            assertThat(link.group(2)).isEqualTo(link.group(1));
            linked.add(link.group(2));
        });

        assertThat(linked).isNotEmpty().isEqualTo(new TreeSet<>(sources.keySet()));
        assertThat(sources).allSatisfy((type, source) -> {
            assertThat(source).endsWith("/" + type + ".java");
            assertThat(ARCHITECTURE.resolveSibling(source)).exists();
        });
    }

    @Test
    void everyTypeInTheDescriptionOfAPackageExists() throws IOException {
        Set<String> unknown = new TreeSet<>();
        for (Path file : files(ROOT, "package-info.java")) {
            DESCRIPTION
                    .matcher(Files.readString(file))
                    .results()
                    .flatMap(description ->
                            NAME_IN_DESCRIPTION.matcher(description.group()).results())
                    .map(MatchResult::group)
                    .filter(name -> !PRODUCTS.contains(name) && !exists(name, ""))
                    .forEach(name -> unknown.add(name + " in " + ROOT.relativize(file)));
        }

        assertThat(unknown).isEmpty();
    }

    @Test
    void theArchitecturePageNamesEveryModuleAndPackage() throws IOException {
        String page = Files.readString(ARCHITECTURE);
        Set<String> modules = new TreeSet<>();
        Set<String> packages = new TreeSet<>();
        for (Path pom : files(ROOT, "pom.xml")) {
            Path module = pom.resolveSibling("");
            if (isOfAnExample(ROOT.relativize(module))) {
                continue;
            }
            modules.add(ROOT.relativize(module).toString());
            if (module.endsWith("benchmarks") || module.endsWith("examples")) {
                continue; // nothing depends on its packages
            }
            Path sources = module.resolve("src").resolve("main").resolve("java");
            for (Path file : Files.isDirectory(sources) ? files(sources, "package-info.java") : List.<Path>of()) {
                packages.add(packageOf(sources.relativize(file).getParent()));
            }
        }
        modules.remove("");

        assertThat(find(MODULE, page)).isEqualTo(modules);
        assertThat(find(PACKAGE, page)).isEqualTo(packages);
    }

    /** Projects of their own: an example of several modules, and what a script of the checks downloads with. */
    private static boolean isOfAnExample(Path module) {
        return module.startsWith(".ci") || (module.startsWith("examples") && module.getNameCount() > 1);
    }

    /** A package below {@code io.taskqueue}, with dots. */
    private static String packageOf(Path folder) {
        return folder.subpath(2, folder.getNameCount())
                .toString()
                .replace('\\', '/')
                .replace('/', '.');
    }

    private static boolean exists(String type, String members) {
        if (TYPES_OF_OTHERS.contains(type) || isOfAnEvent(type) || isThrowableOfTheJdk(type)) {
            return true;
        }
        String text = CODE.get(type);
        return text != null
                && Stream.of(members.split("\\."))
                        .allMatch(member -> Pattern.compile("\\b" + Pattern.quote(member) + "\\b")
                                .matcher(text)
                                .find());
    }

    /** Pages state which exceptions of the JDK mean what. */
    private static boolean isThrowableOfTheJdk(String type) {
        return Stream.of("java.lang.", "java.net.", "java.net.http.", "java.nio.channels.")
                .anyMatch(home -> {
                    try {
                        return Throwable.class.isAssignableFrom(Class.forName(home + type));
                    } catch (ClassNotFoundException elsewhere) {
                        return false;
                    }
                });
    }

    private static boolean isOfAnEvent(String word) {
        return EventKind.ofWireName(word).isPresent()
                || Stream.of(EventFlag.values())
                        .anyMatch(flag -> flag.name().replace("_", "").equalsIgnoreCase(word));
    }

    private static Set<String> find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.results().map(found -> found.group(1)).collect(toCollection(TreeSet::new));
    }

    private static List<Path> files(Path root, String end) {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(file -> file.toString().endsWith(end))
                    .filter(file -> !file.toString().contains("target"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
