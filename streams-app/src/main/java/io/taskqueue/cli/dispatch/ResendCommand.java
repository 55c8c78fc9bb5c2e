package io.taskqueue.cli.dispatch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.source.EventResend;
import io.taskqueue.source.ResendRefusedException;
import io.taskqueue.source.unreplicated.EventOrigin;
import io.taskqueue.source.unreplicated.UnreplicatedFile;
import io.taskqueue.source.unreplicated.UnreplicatedFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code taskqueue resend}: publishes the events that a dispatcher could not. */
@Command(
        name = "resend",
        header = "Publish the events that a dispatcher left in a file because Kafka did not acknowledge them.",
        description = {
            "The events keep their positions, so sinks receive the history of the queue without a gap; those that Kafka holds "
                    + "already are written again, and sinks drop them as duplicates. Refused as soon as another dispatcher "
                    + "has claimed the queue, because sinks would drop the events as stale: resend before it starts.",
            "Without --execute, it checks the file and the claim, and publishes nothing."
        },
        footer = {"", "Example: taskqueue resend --bootstrap-server localhost:9092 unreplicated-mirror.ndjson --execute"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ResendCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Parameters(paramLabel = "FILE", description = "The file that the dispatcher named: its --unreplicated-to.")
    private Path file = Path.of("");

    @Option(names = "--execute", description = "Publish the events. Without it, nothing is written.")
    private boolean execute;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws InterruptedException {
        try {
            UnreplicatedFile events = UnreplicatedFile.open(file);
            kafka.requireReachable();
            EventResend resend = new EventResend(kafka.properties());
            resend.requirePossible(events);
            if (execute) {
                publish(resend, events);
            }
            report(events);
            return events.missing() == 0 ? ExitCode.OK : ExitCode.FAILED;
        } catch (UnreplicatedFileException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (ResendRefusedException e) {
            throw new CommandFailedException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    private void publish(EventResend resend, UnreplicatedFile events) throws InterruptedException {
        try (Progress progress = Progress.start("publishing events", output)) {
            resend.publish(events, done -> progress.update(done, events.count()));
        } catch (KafkaException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The events in " + file + " were not all published: " + e.getMessage()
                            + ". Run the command again; what is published already does no harm.",
                    e);
        }
    }

    private void report(UnreplicatedFile events) {
        EventOrigin origin = events.origin();
        ObjectNode json = BoundedJson.object()
                .put("queue", origin.queueName())
                .put("topic", origin.topic())
                .put("partition", origin.partition())
                .put("first", events.first().toString())
                .put("last", events.last().toString())
                .put("events", events.count())
                .put("missing", events.missing())
                .put("executed", execute);
        String text = String.format(
                Locale.ROOT,
                "%,d events of queue %s, from %s to %s, for partition %d of topic %s.%s%n%s",
                events.count(),
                Output.escape(origin.queueName()),
                events.first(),
                events.last(),
                origin.partition(),
                origin.topic(),
                events.missing() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%nThe file is incomplete: its writer did not reach the last %,d events, which are lost.",
                                events.missing()),
                execute
                        ? "They are published. You can delete the file."
                        : "The queue still belongs to the dispatcher that wrote them. Nothing was published; add --execute to"
                                + " publish them.");
        output.result(text, json);
    }
}
