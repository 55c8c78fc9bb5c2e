package io.taskqueue.cli.shared;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds the words that a misspelt word may mean. */
public final class Spelling {

    private static final int MAX_WORDS = 3;

    private Spelling() {}

    /** The words that are most like the given one, the most similar first; empty if none is. */
    public static List<String> closest(String word, Collection<String> words) {
        int limit = word.length() / 3;
        return words.stream()
                .filter(candidate -> distance(word, candidate) <= limit)
                .sorted(Comparator.<String>comparingInt(candidate -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MAX_WORDS)
                .toList();
    }

    /** The number of characters to insert, remove or replace, or of neighbours to swap, to turn one word into the other. */
    static int distance(String one, String other) {
        int[][] distance = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                distance[i][j] = i == 0 || j == 0 ? i + j : step(distance, one, other, i, j);
            }
        }
        return distance[one.length()][other.length()];
    }

    private static int step(int[][] distance, String one, String other, int i, int j) {
        boolean equal = one.charAt(i - 1) == other.charAt(j - 1);
        int least = Math.min(
                distance[i - 1][j - 1] + (equal ? 0 : 1), 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
        boolean swapped =
                i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
        return swapped ? Math.min(least, distance[i - 2][j - 2] + 1) : least;
    }
}
