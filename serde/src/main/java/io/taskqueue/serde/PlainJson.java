package io.taskqueue.serde;

/**
 * Recognizes the usual JSON of payloads without allocating anything, so that each enqueue need not create a parser.
 *
 * <p>It accepts a part of what Jackson accepts within {@link RecordLimits}. What it does not accept may be valid, too: {@link PayloadJson} has Jackson
 * decide, which also explains what is wrong. Not accepted are {@code null} alone, Unicode escapes, and what is deeper or longer than usual.
 */
final class PlainJson {

    /** One bit of a {@code long} for each level. */
    private static final int DEEPEST = Long.SIZE;

    private static final int LONGEST_NAME = 1_000;
    private static final int LONGEST_NUMBER = 100;
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final int NO = -1;

    private PlainJson() {}

    /**
     * Whether the bytes are one value that is surely valid.
     *
     * @param json well-formed UTF-8
     */
    static boolean isValue(byte[] json) {
        long objects = 0; // a bit for each level: whether it is an object
        int depth = 0;
        int at = skipSpace(json, 0);
        while (true) {
            // a value begins here
            int first = byteAt(json, at);
            if (first == '{' || first == '[') {
                if (depth == DEEPEST) {
                    return false;
                }
                objects = objects << 1 | (first == '{' ? 1 : 0);
                depth++;
                at = skipSpace(json, at + 1);
                if (byteAt(json, at) != closing(objects)) {
                    at = isObject(objects) ? name(json, at) : at;
                    if (at == NO) {
                        return false;
                    }
                    continue;
                }
            } else {
                at = scalar(json, at, depth);
                if (at == NO) {
                    return false;
                }
                at = skipSpace(json, at);
            }
            // a value has ended before here, or an empty object or array ends here
            while (depth > 0 && byteAt(json, at) == closing(objects)) {
                objects >>>= 1;
                depth--;
                at = skipSpace(json, at + 1);
            }
            if (depth == 0) {
                return at == json.length;
            }
            if (byteAt(json, at) != ',') {
                return false;
            }
            at = skipSpace(json, at + 1);
            at = isObject(objects) ? name(json, at) : at;
            if (at == NO) {
                return false;
            }
        }
    }

    private static boolean isObject(long objects) {
        return (objects & 1) == 1;
    }

    private static int closing(long objects) {
        return isObject(objects) ? '}' : ']';
    }

    private static int byteAt(byte[] json, int at) {
        return at < json.length ? json[at] : NO;
    }

    private static int skipSpace(byte[] json, int from) {
        int at = from;
        while (at < json.length && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** Returns where the value of a name begins. */
    private static int name(byte[] json, int at) {
        int end = string(json, at);
        if (end == NO || end - at > LONGEST_NAME) {
            return NO;
        }
        int colon = skipSpace(json, end);
        return byteAt(json, colon) == ':' ? skipSpace(json, colon + 1) : NO;
    }

    /** Returns what follows a string, a number or a literal. */
    private static int scalar(byte[] json, int at, int depth) {
        return switch (byteAt(json, at)) {
            case '"' -> string(json, at);
            case 't' -> literal(json, at, TRUE);
            case 'f' -> literal(json, at, FALSE);
            case 'n' -> depth == 0 ? NO : literal(json, at, NULL);
            default -> number(json, at);
        };
    }

    private static int string(byte[] json, int from) {
        if (byteAt(json, from) != '"') {
            return NO;
        }
        for (int at = from + 1; at < json.length; at++) {
            byte character = json[at];
            if (character == '"') {
                return at + 1;
            }
            if (character == '\\') {
                at++;
                if (!isPlainEscape(byteAt(json, at))) {
                    return NO;
                }
            } else if (character >= 0 && character < ' ') {
                return NO;
            }
        }
        return NO;
    }

    private static boolean isPlainEscape(int character) {
        return switch (character) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> true;
            default -> false;
        };
    }

    private static int literal(byte[] json, int from, byte[] literal) {
        int end = from + literal.length;
        if (end > json.length) {
            return NO;
        }
        for (int at = 0; at < literal.length; at++) {
            if (json[from + at] != literal[at]) {
                return NO;
            }
        }
        return end;
    }

    private static int number(byte[] json, int from) {
        int at = byteAt(json, from) == '-' ? from + 1 : from;
        int end = byteAt(json, at) == '0' ? at + 1 : digits(json, at);
        if (end != NO && byteAt(json, end) == '.') {
            end = digits(json, end + 1);
        }
        if (end != NO && (byteAt(json, end) | 0x20) == 'e') {
            int sign = byteAt(json, end + 1);
            end = digits(json, sign == '+' || sign == '-' ? end + 2 : end + 1);
        }
        return end == NO || end - from > LONGEST_NUMBER ? NO : end;
    }

    /** Returns what follows at least one digit. */
    private static int digits(byte[] json, int from) {
        int at = from;
        while (at < json.length && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        return at == from ? NO : at;
    }
}
