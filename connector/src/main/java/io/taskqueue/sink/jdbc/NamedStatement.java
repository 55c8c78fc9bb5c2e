package io.taskqueue.sink.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * An SQL statement whose parameters have names, as in {@code VALUES (:queueName, :kind)}, and the same with question marks.
 *
 * <pre>
 *   left as it is    'text', E'te\'xt', "name", `name`, $$text$$, $tag$text$tag$, -- comment, /* comment *&#47;,
 *                    ::cast, :=, 1:2, ?? (an operator, for a JDBC driver)
 *   refused          ? alone, :name of no field, whatever is opened and not closed
 * </pre>
 *
 * @param sql what a JDBC driver takes
 * @param names what each question mark stands for
 */
record NamedStatement(String sql, List<String> names) {

    NamedStatement {
        names = List.copyOf(names);
    }

    /** @throws IllegalArgumentException if the statement is empty, cannot be understood, or names what is not known */
    static NamedStatement parse(String statement, Set<String> known) {
        if (statement.isBlank()) {
            throw new IllegalArgumentException("The statement is empty. Write one, as in INSERT INTO task_log (queue, "
                    + "id, kind) VALUES (:queueName, :taskSequenceId, :kind).");
        }
        NamedStatement parsed = new Parser(statement).parse();
        for (String name : parsed.names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("The statement names the field ':" + name
                        + "', which no event has. Fields are " + String.join(", ", new TreeSet<>(known))
                        + ". Where a colon is not to name a field, put a space behind it.");
            }
        }
        return parsed;
    }

    /** Reads a statement once, from left to right. */
    private static final class Parser {

        private final String in;
        private final StringBuilder out = new StringBuilder();
        private final List<String> names = new ArrayList<>();
        private int at;

        Parser(String in) {
            this.in = in;
        }

        NamedStatement parse() {
            while (at < in.length()) {
                copyTo(endOfToken());
            }
            return new NamedStatement(out.toString(), names);
        }

        /** Where what begins here ends; a name is replaced on the way. */
        private int endOfToken() {
            char first = in.charAt(at);
            return switch (first) {
                case '\'' -> endOfQuoted(first, isEscapeString());
                case '"', '`' -> endOfQuoted(first, false);
                case '$' -> endOfDollarQuoted();
                case '-' -> in.startsWith("--", at) ? endOfLine() : at + 1;
                case '/' -> in.startsWith("/*", at) ? endOfComment() : at + 1;
                case '?' -> endOfOperator();
                case ':' -> endOfColon();
                default -> isWordStart(first) ? endOfWord(at) : at + 1;
            };
        }

        private void copyTo(int end) {
            out.append(in, at, end);
            at = end;
        }

        private int endOfColon() {
            if (in.startsWith("::", at)) {
                return at + 2;
            }
            if (at + 1 == in.length() || !isWordStart(in.charAt(at + 1))) {
                return at + 1;
            }
            int end = endOfName(at + 1);
            names.add(in.substring(at + 1, end));
            out.append('?');
            at = end;
            return end;
        }

        private int endOfOperator() {
            if (in.startsWith("??", at)) {
                return at + 2;
            }
            throw new IllegalArgumentException("The statement has a ? at character " + (at + 1)
                    + ", which stands for nothing. Name a field, as in :queueName; the operator ? is written ??.");
        }

        private int endOfQuoted(char quote, boolean backslashes) {
            for (int end = at + 1; end < in.length(); end++) {
                char next = in.charAt(end);
                boolean doubled = next == quote && in.startsWith(String.valueOf(quote), end + 1);
                if (doubled || (backslashes && next == '\\')) {
                    end++;
                } else if (next == quote) {
                    return end + 1;
                }
            }
            throw unclosed("quote " + quote);
        }

        /** Whether the quote here belongs to PostgreSQL's E'…'. The E is a word of its own, copied just before. */
        private boolean isEscapeString() {
            return at > 0
                    && Character.toUpperCase(in.charAt(at - 1)) == 'E'
                    && (at == 1 || !isWordPart(in.charAt(at - 2)));
        }

        private int endOfDollarQuoted() {
            int tagEnd = at + 1;
            if (tagEnd < in.length() && isWordStart(in.charAt(tagEnd))) {
                tagEnd = endOfName(tagEnd);
            }
            if (tagEnd >= in.length() || in.charAt(tagEnd) != '$') {
                return at + 1;
            }
            String quote = in.substring(at, tagEnd + 1);
            int end = in.indexOf(quote, tagEnd + 1);
            if (end < 0) {
                throw unclosed("quote " + quote);
            }
            return end + quote.length();
        }

        private int endOfLine() {
            int end = at;
            while (end < in.length() && in.charAt(end) != '\n' && in.charAt(end) != '\r') {
                end++;
            }
            return end;
        }

        /** Comments may hold comments. */
        private int endOfComment() {
            int depth = 0;
            int end = at;
            do {
                if (in.startsWith("/*", end)) {
                    depth++;
                    end += 2;
                } else if (in.startsWith("*/", end)) {
                    depth--;
                    end += 2;
                } else {
                    end++;
                }
            } while (depth > 0 && end < in.length());
            if (depth > 0) {
                throw unclosed("comment /*");
            }
            return end;
        }

        /** The end of a keyword, an identifier or a number, which may hold dollar signs. */
        private int endOfWord(int start) {
            int end = start;
            while (end < in.length() && isWordPart(in.charAt(end))) {
                end++;
            }
            return end;
        }

        private int endOfName(int start) {
            int end = start;
            while (end < in.length() && in.charAt(end) != '$' && isWordPart(in.charAt(end))) {
                end++;
            }
            return end;
        }

        private static boolean isWordStart(char next) {
            return Character.isLetter(next) || next == '_';
        }

        private static boolean isWordPart(char next) {
            return Character.isLetterOrDigit(next) || next == '_' || next == '$';
        }

        private IllegalArgumentException unclosed(String what) {
            return new IllegalArgumentException("The statement opens the " + what + " at character " + (at + 1)
                    + " and does not close it. Close it.");
        }
    }
}
