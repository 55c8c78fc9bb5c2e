package io.taskqueue.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.Console;
import io.taskqueue.console.fold.FoldBounds;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sinks.HttpSink;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of docs/configuration.md have every setting of the builders, and no other. */
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final Pattern FIRST_COLUMN = Pattern.compile("(?m)^\\| ([^|]+) \\|");
    private static final Pattern SETTING = Pattern.compile("`(\\w+)`");

    @ParameterizedTest
    @ValueSource(
            classes = {
                TaskQueue.Builder.class,
                ReplicationSource.Builder.class,
                SourceGroup.Builder.class,
                SinkService.Builder.class,
                LocalSinkRunner.Builder.class,
                HttpSink.Builder.class,
                DiagnosticsServer.Builder.class,
                Console.Builder.class
            })
    void tableListsEverySettingOfTheBuilder(Class<?> builder) throws IOException {
        assertThat(documented(builder)).isEqualTo(settings(builder));
    }

    @Test
    void theTableOfTheConsolesBoundsHasEachWithItsDefault() throws IOException, ReflectiveOperationException {
        String page = Files.readString(PAGE);
        for (RecordComponent bound : FoldBounds.class.getRecordComponents()) {
            int number = (int) bound.getAccessor().invoke(FoldBounds.DEFAULT);

            assertThat(page)
                    .containsPattern("\\| `" + bound.getName() + "`[^|]*\\| "
                            + String.format(Locale.ROOT, "%,d", number) + " \\|");
        }
    }

    private static Set<String> settings(Class<?> builder) {
        return Stream.of(builder.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && method.getReturnType() == builder)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The names in the first column of the table whose head names the builder. */
    private static Set<String> documented(Class<?> builder) throws IOException {
        String head = "| `" + builder.getEnclosingClass().getSimpleName() + ".builder(";
        String page = Files.readString(PAGE);
        int begin = page.indexOf(head);
        assertThat(begin).as("the table that begins with %s", head).isNotNegative();
        String table = page.substring(begin, page.indexOf("\n\n", begin));
        return FIRST_COLUMN
                .matcher(table)
                .results()
                .flatMap(row -> SETTING.matcher(row.group(1)).results())
                .map((MatchResult setting) -> setting.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
