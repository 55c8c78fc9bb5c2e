package io.taskqueue.sink.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An SQL statement with named parameters, as in {@code VALUES (:queueName, :kind)}, parsed to the same statement with question
 * marks. {@code docs/decisions/0020-sql-parameters-are-parsed-by-our-own-scanner.md} states why no library does this.
 *
 * @param sql the statement for a JDBC driver
 * @param names the name of each parameter, in the order of the question marks
 */
record NamedStatement(String sql, List<String> names) {

    /** The tokens of a statement; of several that match at one position, the first one counts. */
    private static final Pattern TOKEN = Pattern.compile(
            """
              (?<! PART) [eE] ' (?: [^'\\\\]++ | \\\\. | '' )*+ '      # E'escape\\'d'
            | (?<! (?<! PART) [eE] ) ' (?: [^']++ | '' )*+ '    # 'text'
            | " (?: [^"]++ | "" )*+ "                           # "name"
            | ` (?: [^`]++ | `` )*+ `                           # `name`
            | (?<quote> \\$ (?: NAME )? \\$ ) .*? \\k<quote>    # $$text$$, $tag$text$tag$
            | --[^\\n\\r]*+                                     # comment
            | (?<comment> /\\* )                                # may contain comments, see endOfComment
            | ::                                                # cast
            | : (?<parameter> NAME )
            | \\?\\?                                            # the operator ?, for a JDBC driver
            | (?<positional> \\? )
            | (?<unclosed> ['"`] | \\$ (?: NAME )? \\$ )
            | START (?: PART )*+                                # a word may contain $
            | .
            """
                    .replace("NAME", "START [\\p{javaLetterOrDigit}_]*+")
                    .replace("START", "[\\p{javaLetter}_]")
                    .replace("PART", "[\\p{javaLetterOrDigit}_$]"),
            Pattern.COMMENTS | Pattern.DOTALL);

    private static final Pattern COMMENT_DELIMITER = Pattern.compile("/\\*|\\*/");

    NamedStatement {
        names = List.copyOf(names);
    }

    /** @throws IllegalArgumentException if the statement is empty, cannot be parsed, or names an unknown parameter */
    static NamedStatement parse(String statement, Set<String> known) {
        if (statement.isBlank()) {
            throw new IllegalArgumentException("The statement is empty. Write one, as in INSERT INTO task_log (queue, "
                    + "id, kind) VALUES (:queueName, :taskSequenceId, :kind).");
        }
        StringBuilder sql = new StringBuilder();
        List<String> names = new ArrayList<>();
        Matcher token = TOKEN.matcher(statement);
        for (int at = 0; at < statement.length() && token.find(at); ) {
            int end = token.end();
            if (token.group("positional") != null) {
                throw new IllegalArgumentException("The statement has a ? at character " + (at + 1)
                        + ", which is not bound to a field. Name a field, as in :queueName, or write the "
                        + "operator ? as ??.");
            }
            if (token.group("unclosed") != null) {
                throw unclosed("quote " + token.group(), at);
            }
            if (token.group("comment") != null) {
                end = endOfComment(statement, at);
            }
            String name = token.group("parameter");
            if (name == null) {
                sql.append(statement, at, end);
            } else {
                sql.append('?');
                names.add(requireKnown(name, known));
            }
            at = end;
        }
        return new NamedStatement(sql.toString(), names);
    }

    /** Comments may be nested. */
    private static int endOfComment(String statement, int start) {
        Matcher delimiter = COMMENT_DELIMITER.matcher(statement).region(start, statement.length());
        for (int depth = 0; delimiter.find(); ) {
            depth += delimiter.group().equals("/*") ? 1 : -1;
            if (depth == 0) {
                return delimiter.end();
            }
        }
        throw unclosed("comment /*", start);
    }

    private static String requireKnown(String name, Set<String> known) {
        if (!known.contains(name)) {
            throw new IllegalArgumentException("The statement names the field ':" + name
                    + "', which events do not have. Fields are " + String.join(", ", new TreeSet<>(known))
                    + ". If the colon does not start the name of a field, write a space after it.");
        }
        return name;
    }

    private static IllegalArgumentException unclosed(String opening, int at) {
        return new IllegalArgumentException("The statement opens the " + opening + " at character " + (at + 1)
                + " and does not close it. Close it.");
    }
}
