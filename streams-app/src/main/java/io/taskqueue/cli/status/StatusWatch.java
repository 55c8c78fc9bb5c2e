package io.taskqueue.cli.status;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.console.sinks.TopicSinkIndex;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Shows queues and sinks again and again, until the process is asked to end: in place on a terminal, otherwise as blocks of text, or as one JSON
 * object a line. It follows the topics, so a round costs what was written since the last one.
 *
 * @param request which cluster, topics and sink
 * @param interval the time between two rounds
 * @param count how many rounds; 0 for no limit
 */
record StatusWatch(Request request, Duration interval, int count, Output output, Clock clock, Ticker ticker) {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(5);

    /** How long a round waits for Kafka before it shows that there is no answer. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

    /**
     * What is shown.
     *
     * @param kafka the properties of the cluster
     * @param sink the only sink; null for all
     */
    record Request(Map<String, Object> kafka, String topic, String registryTopic, @Nullable String sink) {}

    void run() throws InterruptedException, IOException {
        NewestQueueEvents events = new NewestQueueEvents(request.topic(), ticker);
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY);
                Terminal terminal = terminal();
                TopicReader reader = TopicReader.open(request.kafka(), IsolationLevel.READ_UNCOMMITTED, READ_TIMEOUT);
                TopicSinkIndex index = TopicSinkIndex.builder(request.kafka(), events)
                        .topic(request.topic())
                        .registryTopic(request.registryTopic())
                        .requestTimeout(READ_TIMEOUT)
                        .interval(interval)
                        .clock(clock)
                        .ticker(ticker)
                        .start()) {
            int shown = 0;
            boolean end = false;
            while (!end) {
                // of a topic that was deleted, nothing would answer to the reading for as long as a request may take
                String unread = index.progress().state() == State.STARTING ? null : read(events, reader);
                ViewProgress progress = index.progress();
                String problem = progress.problem() == null ? unread : progress.problem();
                if (problem != null || progress.state() == State.CURRENT) {
                    show(WatchedState.of(index, events, request.sink(), problem, clock.instant()), terminal);
                    shown++;
                }
                end = (count > 0 && shown >= count) || shutdown.await(interval);
            }
            shutdown.exitWith(0);
        }
    }

    /** Reads on; returns why it cannot. */
    private @Nullable String read(NewestQueueEvents events, TopicReader reader) {
        try {
            events.read(reader);
            return null;
        } catch (KafkaException e) {
            return KafkaFailure.of(e, new ClientProperties(request.kafka()).of(Client.CONSUMER))
                    .text();
        }
    }

    private void show(WatchedState state, @Nullable Terminal terminal) {
        List<String> lines = WatchedText.lines(state);
        if (terminal == null) {
            output.result(String.join(System.lineSeparator(), lines) + System.lineSeparator(), state);
        } else {
            output.screen(WatchedText.screen(lines, terminal.getWidth(), terminal.getHeight()));
        }
    }

    /** The terminal, if text is shown on one that can be refreshed in place. */
    @SuppressWarnings("SystemConsoleNull") // without a console there is no terminal
    private @Nullable Terminal terminal() throws IOException {
        if (!output.isText() || System.console() == null || System.getenv("TERM") == null) {
            return null;
        }
        Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build();
        if (terminal.getType().startsWith(Terminal.TYPE_DUMB) || terminal.getHeight() <= 0) {
            terminal.close();
            return null;
        }
        return terminal;
    }
}
