package io.taskqueue.cli.status;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.streams.admin.SinkResults.RecordedFailure;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue results}: the recorded results of a sink, those of a rerun next to the earlier ones. */
@Command(
        name = "results",
        header = "Show the recorded results of a sink's effects, by generation.",
        description = {
            "Reads the committed records of the changelog topic of the sink's results; the sink may be running or stopped. Changes "
                    + "nothing.",
            "Generation 0 is the first run of an effect; the generation of a rerun is the number of its replay. --reruns shows only "
                    + "effects that have results of more than one generation, to compare them.",
            "--failed shows only recorded failures: effects that the target refused permanently, and that no retry attempts again. Run "
                    + "them again with `taskqueue replay --mode rerun --select result=failed`."
        },
        footer = {
            "",
            "Example: taskqueue results --bootstrap-server localhost:9092 --name billing --queue orders --reruns",
            "         taskqueue results --bootstrap-server localhost:9092 --name billing --failed --limit 100"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ResultsCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            converter = OptionValue.Sink.class,
            required = true,
            paramLabel = "APP",
            description = "The name of the sink.")
    private String name = "";

    @Option(
            names = "--queue",
            converter = OptionValue.Queue.class,
            paramLabel = "NAME",
            description = "Only effects of events of this queue.")
    private @Nullable String queue;

    @Option(
            names = "--event",
            paramLabel = "EPOCH/SEQUENCE",
            description = "Only effects of the event at this position.")
    private @Nullable String event;

    @Option(names = "--reruns", description = "Only effects with results of more than one generation.")
    private boolean reruns;

    @Option(
            names = "--failed",
            description = "Only effects whose newest result is a recorded failure, which is not attempted again.")
    private boolean failed;

    @Option(
            names = "--skip",
            converter = OptionValue.CountOrZero.class,
            paramLabel = "N",
            defaultValue = "0",
            description = "Skip this many effects first, to print the next page. Default: ${DEFAULT-VALUE}.")
    private int skip;

    @Option(
            names = "--limit",
            converter = OptionValue.Count.class,
            paramLabel = "N",
            defaultValue = "1000",
            description = "The maximum number of effects to print. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Mixin
    private Output output = new Output();

    /** The result of the command, as JSON. */
    record Result(String name, List<EffectListing.Effect> effects, long notShown) {}

    @Override
    public Integer call() throws InterruptedException {
        Predicate<EffectKey> selected = selected();
        kafka.requireReachable();
        requireSink();
        SinkResults results = new SinkResults(kafka.properties(), name);
        if (reruns) {
            Set<EffectKey> rerun = new HashSet<>();
            results.find(selected.and(key -> key.generation() > 0))
                    .forEach(found -> rerun.add(EffectListing.firstGeneration(found.key())));
            selected = selected.and(key -> rerun.contains(EffectListing.firstGeneration(key)));
        }
        Result result = failed ? failures(results, selected) : effects(results, selected);
        output.result(text(result), result);
        return ExitCode.OK;
    }

    private Result effects(SinkResults results, Predicate<EffectKey> selected) {
        List<EffectListing.Effect> effects = EffectListing.of(results.find(selected)).stream()
                .filter(effect -> !reruns || effect.results().size() > 1)
                .toList();
        List<EffectListing.Effect> shown =
                effects.stream().skip(skip).limit(limit).toList();
        return new Result(name, shown, effects.size() - shown.size());
    }

    /** What was recorded is read for the page only, because there may be very many failures. */
    private Result failures(SinkResults results, Predicate<EffectKey> selected) {
        List<EffectKey> failures = results.failures().stream()
                .map(RecordedFailure::key)
                .filter(selected)
                .map(EffectListing::firstGeneration)
                .toList();
        Set<EffectKey> page = failures.stream().skip(skip).limit(limit).collect(Collectors.toSet());
        List<EffectListing.Effect> shown = page.isEmpty()
                ? List.of()
                : EffectListing.of(results.find(key -> page.contains(EffectListing.firstGeneration(key))));
        return new Result(name, shown, failures.size() - shown.size());
    }

    private void requireSink() throws InterruptedException {
        String changelog = TopicNames.changelog(name, StoreNames.RESULTS);
        try (TopicAdmin topics = new TopicAdmin(kafka.admin(), KafkaOptions.REQUEST_TIMEOUT)) {
            if (topics.describe(changelog).isEmpty()) {
                throw new CommandFailedException(
                        ExitCode.REFUSED,
                        "There is no sink " + name + " on this cluster: it has no topic " + changelog
                                + ". Check --name; `taskqueue status` lists the sinks.");
            }
        }
    }

    private Predicate<EffectKey> selected() {
        Position position = event == null ? null : position(event);
        return key -> (queue == null || key.queueName().equals(queue))
                && (position == null || key.position().equals(position));
    }

    private static Position position(String text) {
        return Position.parse(text)
                .orElseThrow(() -> new CommandFailedException(
                        ExitCode.USAGE,
                        "--event " + text + " is not a position. Write it as EPOCH/SEQUENCE, for example 7/20."));
    }

    /** The options that select effects, as text; empty if all are selected. */
    private String selectionText() {
        List<String> selection = new ArrayList<>();
        if (queue != null) {
            selection.add("of queue " + Output.escape(queue));
        }
        if (event != null) {
            selection.add("of event " + event);
        }
        if (reruns) {
            selection.add("more than one generation");
        }
        if (failed) {
            selection.add("failed");
        }
        return String.join(", ", selection);
    }

    private String text(Result result) {
        StringBuilder text = new StringBuilder();
        result.effects().forEach(effect -> text.append(effect.text()).append(System.lineSeparator()));
        text.append(String.format(
                Locale.ROOT,
                "Sink %s: %,d effects %s",
                name,
                result.effects().size() + result.notShown(),
                selectionText().isEmpty() ? "recorded" : "found (" + selectionText() + ")"));
        if (result.notShown() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    ", of which %,d are not shown; see --queue, --event, --skip and --limit",
                    result.notShown()));
        }
        return text.append('.').toString();
    }
}
