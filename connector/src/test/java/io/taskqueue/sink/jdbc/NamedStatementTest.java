package io.taskqueue.sink.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedStatementTest {

    private static final Set<String> KNOWN = Set.of("a", "b", "queueName");

    private static NamedStatement parse(String statement) {
        return NamedStatement.parse(statement, KNOWN);
    }

    @Test
    void namesBecomeQuestionMarksInOrder() {
        assertThat(parse("INSERT INTO t VALUES (:a,:b, :queueName,:a::int,(:b)) -- :x"))
                .isEqualTo(new NamedStatement(
                        "INSERT INTO t VALUES (?,?, ?,?::int,(?)) -- :x", List.of("a", "b", "queueName", "a", "b")));
        assertThat(parse(":a")).isEqualTo(new NamedStatement("?", List.of("a")));
        assertThat(parse("a=:a\u00a7$1:b")).isEqualTo(new NamedStatement("a=?\u00a7$1?", List.of("a", "b")));
        assertThat(parse(":a$$ :x $$")).isEqualTo(new NamedStatement("?$$ :x $$", List.of("a")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'it''s :x'",
                "'\\'",
                "E'it\\'s :x'",
                "e'\\\\'",
                "(E'\\'')",
                "E'a''\\' :x'",
                "\"a \"\":x\"",
                "`:x`",
                "-- ? :x '\n",
                "-- :x",
                "/* :x ? ' */",
                "/* /* :x */ :x */",
                "/*/ :x */",
                "$$ :x ? ' $$",
                "$$$$",
                "$tag$ $$ :x $ta$ $tag$",
                "$_1\u00e9$:x$_1\u00e9$",
                "x::int",
                "x::int[]",
                "x:=1",
                "x[1:2]",
                "x[lo : hi]",
                "a - b / c - -1",
                "x ?? 'k'",
                "$1",
                "$",
                ":",
                "::",
                ":::",
                ": a",
                "id$a$b",
                "50$"
            })
    void textWithoutParametersIsNotChanged(String statement) {
        assertThat(parse(statement)).isEqualTo(new NamedStatement(statement, List.of()));
        assertThat(parse(statement + "\n:a")).isEqualTo(new NamedStatement(statement + "\n?", List.of("a")));
    }

    @Test
    void backslashesEscapeInEscapeStringsOnly() {
        assertThat(parse("'\\' || :a || '\\'").names()).containsExactly("a");
        assertThat(parse("name'\\' || :a").names()).as("the e of a word").containsExactly("a");
        assertThat(parse("E'\\' :x' || :a").names()).containsExactly("a");
    }

    @Test
    void unknownNameIsRefusedWithTheKnownNames() {
        assertThatThrownBy(() -> parse("VALUES (:a, :taskId)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The statement names the field ':taskId', which events do not have. Fields are a, b, "
                        + "queueName. If the colon does not start the name of a field, write a space after "
                        + "it.");
        assertThatThrownBy(() -> parse(":A")).hasMessageContaining("':A'");
    }

    @Test
    void questionMarksAreRefused() {
        assertThatThrownBy(() -> parse("VALUES (?)"))
                .hasMessage("The statement has a ? at character 9, which is not bound to a field. Name a field, as in "
                        + ":queueName, or write the operator ? as ??.");
    }

    @Test
    void unclosedQuotesAndCommentsAreRefused() {
        assertThatThrownBy(() -> parse("a 'b''"))
                .hasMessage("The statement opens the quote ' at character 3 and does not close it. Close it.");
        assertThatThrownBy(() -> parse("E'b\\' :a"))
                .hasMessage("The statement opens the quote ' at character 2 and does not close it. Close it.");
        for (String open : List.of("\"a", "'a''", "`", "/* /* */", "/*/", "$$ $", "$a$ $b$")) {
            assertThatThrownBy(() -> parse("a " + open))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(" at character 3 and does not close it. Close it.");
        }
    }

    @Test
    void emptyStatementIsRefused() {
        assertThatThrownBy(() -> parse(" \n"))
                .hasMessage("The statement is empty. Write one, as in INSERT INTO task_log (queue, id, kind) VALUES "
                        + "(:queueName, :taskSequenceId, :kind).");
    }

    /** A piece of a statement has the same meaning alone and among others. */
    @Property
    void piecesHaveTheSameMeaningInAnyOrder(@ForAll("pieces") List<String> pieces) {
        String statement = String.join(" ", pieces);
        NamedStatement parsed = NamedStatement.parse("x " + statement, KNOWN);
        assertThat(parsed.names())
                .isEqualTo(pieces.stream()
                        .filter(piece -> piece.startsWith(":") && KNOWN.contains(piece.substring(1)))
                        .map(piece -> piece.substring(1))
                        .toList());
        assertThat(parsed.sql())
                .isEqualTo("x "
                        + pieces.stream()
                                .map(piece -> piece.startsWith(":") && KNOWN.contains(piece.substring(1)) ? "?" : piece)
                                .collect(Collectors.joining(" ")));
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.of(
                        ":a",
                        ":b",
                        ":queueName",
                        "':a'",
                        "'it''s'",
                        "E'\\':a'",
                        "\":a\"",
                        "-- :a '\n",
                        "/* :a */",
                        "$$:a$$",
                        "$q$ ' $$ :a$q$",
                        "x::y",
                        "e",
                        "(",
                        ",",
                        "$1",
                        "??",
                        ":",
                        "-",
                        "/")
                .list()
                .ofMaxSize(12);
    }

    /** The parser ends for any text, and removes nothing but the names. */
    @Property
    void anyTextIsParsedOrRefused(@ForAll("texts") String text) {
        NamedStatement parsed;
        try {
            parsed = NamedStatement.parse(text, KNOWN);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).startsWith("The statement ");
            return;
        }
        String sql = parsed.sql();
        assertThat(text)
                .hasSize(sql.length()
                        + parsed.names().stream().mapToInt(String::length).sum());
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars(":ab'\"`$-/*\\eE?\n 1_").ofMaxLength(24);
    }
}
