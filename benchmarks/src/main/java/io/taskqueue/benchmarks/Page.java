package io.taskqueue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page of the documentation whose tables come from a run. */
final class Page {

    private static final String BEGIN = "<!-- benchmarks/run effects: its tables begin here -->\n";
    private static final String END = "<!-- benchmarks/run effects: its tables end here -->\n";

    private Page() {}

    /** @throws IllegalArgumentException if the page does not say where its tables are */
    static void replaceTables(Path page, String tables) throws IOException {
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    "The page " + page + " does not say where its tables are. Write the lines '" + BEGIN.strip()
                            + "' and '" + END.strip() + "' into it.");
        }
        Files.writeString(page, text.substring(0, begin) + BEGIN + "\n" + tables + "\n" + text.substring(end));
    }
}
