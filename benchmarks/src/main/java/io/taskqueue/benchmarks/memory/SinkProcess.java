package io.taskqueue.benchmarks.memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process of a sink used.
 *
 * @param resident its resident set size at the end, in MB
 * @param peak its highest, in MB
 * @param perSecond results each second
 * @param startMillis from its start until it shows the queues of all partitions, if it was only started
 */
public record SinkProcess(long resident, long peak, long perSecond, long startMillis) {

    static final String MEASURED = "MEASURED";

    /**
     * Runs a sink until it has a number of results.
     *
     * @param memory of the state, in bytes; 0 for Kafka Streams' defaults
     */
    public static SinkProcess run(
            String bootstrapServers, String name, FilledTopic topic, Path states, String heap, long memory)
            throws IOException, InterruptedException {
        return run(bootstrapServers, name, topic, topic.events(), states, List.of(heap, String.valueOf(memory)));
    }

    /** Starts a sink that has all its results, and ends it once its state is there. */
    public static SinkProcess start(
            String bootstrapServers, String name, FilledTopic topic, Path states, String heap, long memory)
            throws IOException, InterruptedException {
        return run(bootstrapServers, name, topic, 0, states, List.of(heap, String.valueOf(memory)));
    }

    private static SinkProcess run(
            String bootstrapServers,
            String name,
            FilledTopic topic,
            int results,
            Path states,
            List<String> heapAndMemory)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heapAndMemory.get(0),
                        "-Dlogback.configurationFile=benchmarks-logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MeasuredSink.class.getName(),
                        bootstrapServers,
                        name,
                        topic.name(),
                        states.toString(),
                        String.valueOf(results),
                        heapAndMemory.get(1),
                        String.valueOf(topic.partitions())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "sink-end"));
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(MEASURED)) {
                    String[] figures = line.split(" ", -1);
                    process.waitFor();
                    return new SinkProcess(
                            Long.parseLong(figures[1]) / 1024,
                            Long.parseLong(figures[2]) / 1024,
                            Long.parseLong(figures[3]),
                            Long.parseLong(figures[4]));
                }
            }
        } finally {
            process.destroyForcibly();
        }
        throw new IOException("The process of sink " + name + " ended without a result. Its output is above.");
    }
}
