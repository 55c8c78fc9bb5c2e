package io.taskqueue.cli;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.SinkResults;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue results}: what a sink has on record, a rerun's results beside the ones before. */
@Command(
        name = "results",
        header = "Show what a sink has on record: the results of its effects, by generation.",
        description = {
            "Reads the topic behind the sink's store of results, as far as it is committed, whether the sink runs or not. Changes "
                    + "nothing.",
            "Generation 0 is the first run of an effect; a rerun's generation is the number of its replay. --reruns shows only "
                    + "effects that have more than one, to compare them."
        },
        footer = {
            "",
            "Example: taskqueue results --bootstrap-server localhost:9092 --name billing --queue orders --reruns"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ResultsCommand implements Callable<Integer> {

    private static final Pattern POSITION = Pattern.compile("(\\d{1,18})/(\\d{1,18})");

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--name", required = true, paramLabel = "APP", description = "The sink's name.")
    private String name = "";

    @Option(names = "--queue", paramLabel = "NAME", description = "Only effects of this queue's events.")
    private @Nullable String queue;

    @Option(
            names = "--event",
            paramLabel = "EPOCH/SEQUENCE",
            description = "Only effects of the event at this position.")
    private @Nullable String event;

    @Option(names = "--reruns", description = "Only effects that are on record under more than one generation.")
    private boolean reruns;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "The most effects that are printed. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Mixin
    private Output output = new Output();

    /** What the command printed, as JSON. */
    record Result(String name, List<ResultLines.Effect> effects, long notShown) {}

    @Override
    public Integer call() {
        Predicate<EffectKey> wanted = wanted();
        kafka.requireReachable();
        SinkResults results = new SinkResults(kafka.properties(), name);
        if (reruns) {
            Set<EffectKey> again = new HashSet<>();
            results.find(wanted.and(key -> key.generation() > 0))
                    .forEach(found -> again.add(ResultLines.first(found.key())));
            wanted = wanted.and(key -> again.contains(ResultLines.first(key)));
        }
        List<ResultLines.Effect> effects = ResultLines.of(results.find(wanted)).stream()
                .filter(effect -> !reruns || effect.results().size() > 1)
                .toList();
        List<ResultLines.Effect> shown = effects.stream().limit(limit).toList();
        Result result = new Result(name, shown, effects.size() - shown.size());
        output.result(text(result), result);
        return ExitCode.OK;
    }

    private Predicate<EffectKey> wanted() {
        Position position = event == null ? null : position(event);
        return key -> (queue == null || key.queueName().equals(queue))
                && (position == null || key.position().equals(position));
    }

    private static Position position(String text) {
        Matcher position = POSITION.matcher(text);
        if (!position.matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--event " + text + " is no position. Write it as EPOCH/SEQUENCE, as in 7/20.");
        }
        return new Position(Long.parseLong(position.group(1)), Long.parseLong(position.group(2)));
    }

    /** What the effects were chosen by, in words; empty where all were asked for. */
    private String asked() {
        List<String> asked = new ArrayList<>();
        if (queue != null) {
            asked.add("of queue " + Printable.line(queue));
        }
        if (event != null) {
            asked.add("of event " + event);
        }
        if (reruns) {
            asked.add("more than one generation");
        }
        return String.join(", ", asked);
    }

    private String text(Result result) {
        StringBuilder text = new StringBuilder();
        result.effects().forEach(effect -> text.append(effect.text()).append(System.lineSeparator()));
        text.append(String.format(
                Locale.ROOT,
                "Sink %s: %,d effects %s",
                name,
                result.effects().size() + result.notShown(),
                asked().isEmpty() ? "on record" : "found (" + asked() + ")"));
        if (result.notShown() > 0) {
            text.append(String.format(
                    Locale.ROOT, ", of which %,d are not shown; see --queue, --event and --limit", result.notShown()));
        }
        return text.append('.').toString();
    }
}
