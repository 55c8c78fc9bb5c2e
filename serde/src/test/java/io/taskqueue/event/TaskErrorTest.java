package io.taskqueue.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TaskErrorTest {

    @Test
    void shortTextsAreKept() {
        TaskError error = new TaskError("E1", "no route — ☎ 😀", Map.of("host", "a"));

        assertThat(error.code()).isEqualTo("E1");
        assertThat(error.message()).isEqualTo("no route — ☎ 😀");
        assertThat(error.metadata()).isEqualTo(Map.of("host", "a"));
    }

    @Test
    void textOfExactlyTheLimitIsKept() {
        String text = "é".repeat(4096);

        assertThat(TaskError.of(text).message()).isEqualTo(text);
    }

    @Property
    void longTextIsTruncatedAtTheLimitBetweenCharacters(@ForAll @IntRange(min = 8180, max = 8195) int before) {
        String text = "a".repeat(before) + "😀€é".repeat(5000);

        String truncated = TaskError.of(text).message();

        assertThat(text).startsWith(truncated);
        assertThat(truncated).doesNotContain("?");
        assertThat(truncated.getBytes(UTF_8).length).isBetween(TaskError.MAX_TEXT_BYTES - 3, TaskError.MAX_TEXT_BYTES);
        assertThat(truncated.codePoints().noneMatch(character -> Character.getType(character) == Character.SURROGATE))
                .isTrue();
    }

    @Test
    void everyTextIsTruncated() {
        String text = "x".repeat(10_000);
        TaskError error = new TaskError(text, text, Map.of(text, text));

        assertThat(error.code()).hasSize(8192);
        assertThat(error.message()).hasSize(8192);
        assertThat(error.metadata()).isEqualTo(Map.of(text.substring(0, 8192), text.substring(0, 8192)));
    }

    @Test
    void unpairedSurrogateIsReplacedWithAQuestionMark() {
        assertThat(TaskError.of("a\uD83Db").message()).isEqualTo("a?b");
    }

    @Test
    void firstSixteenMetadataEntriesAreKeptInTheirOrder() {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = 20; i > 0; i--) {
            metadata.put("k" + i, "v");
        }

        assertThat(new TaskError(null, "m", metadata).metadata().keySet())
                .containsExactly(
                        "k20", "k19", "k18", "k17", "k16", "k15", "k14", "k13", "k12", "k11", "k10", "k9", "k8", "k7",
                        "k6", "k5");
    }

    @Test
    void metadataIsKeptUpToItsLimitInBytes() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("a", "x".repeat(8000));
        metadata.put("b", "x".repeat(8000));
        metadata.put("c", "x".repeat(8000));
        metadata.put("d", "x");

        assertThat(new TaskError(null, "m", metadata).metadata().keySet()).containsExactly("a", "b");
    }

    @Test
    void metadataCannotBeChangedAfterwards() {
        Map<String, String> metadata = new LinkedHashMap<>(Map.of("a", "b"));
        TaskError error = new TaskError(null, "m", metadata);

        metadata.put("c", "d");

        assertThat(error.metadata()).isEqualTo(Map.of("a", "b"));
    }

    @Test
    void errorOfAnExceptionHasItsClassAsCodeAndItsMessage() {
        assertThat(TaskError.of(new IllegalStateException("closed")))
                .isEqualTo(TaskError.of("IllegalStateException", "closed"));
        assertThat(TaskError.of(new IllegalStateException()).message()).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void errorOfAnExceptionWhoseMessageThrowsHasItsClassAsMessage() {
        class WithoutMessage extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new StackOverflowError();
            }
        }
        TaskError error = TaskError.of(new WithoutMessage());
        assertThat(error.message()).isEqualTo(WithoutMessage.class.getName());
        assertThat(WithoutMessage.class.getName()).endsWith(error.code());
    }
}
