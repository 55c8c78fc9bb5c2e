package io.taskqueue.console;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.console.model.QueueContents;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.ReplayEstimate;
import io.taskqueue.console.model.ReplayRequest;
import io.taskqueue.console.model.ReplayView;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.Sinks;
import io.taskqueue.console.model.TaskAtSinks;
import io.taskqueue.console.model.TaskEffect;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.console.model.UnknownAnswerException;
import io.taskqueue.console.model.ViewProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a cluster that a test sets: queues, tasks and sinks, with paging and filters as the interfaces promise them. Thread-safe.
 *
 * <p>{@link FakeClusters} fills one.
 */
final class FakeCluster implements QueueIndex, SinkIndex {

    private final Map<String, QueueView> queues = new ConcurrentSkipListMap<>();
    private final Map<String, List<QueueSample>> histories = new ConcurrentHashMap<>();
    private final Map<String, TaskView> tasks = new ConcurrentSkipListMap<>();
    private final Map<String, TaskLife> lives = new ConcurrentHashMap<>();
    private final Map<String, List<TaskEffect>> effects = new ConcurrentHashMap<>();
    private final Map<String, SinkView> sinks = new ConcurrentSkipListMap<>();
    private final Map<String, QueueOwner> owners = new ConcurrentHashMap<>();
    private final Map<String, List<Badge>> problems = new ConcurrentHashMap<>();
    private final Map<List<String>, SinkPosition> positions = new ConcurrentHashMap<>();
    private final List<ParkedView> parked = new CopyOnWriteArrayList<>();
    private final List<DecisionView> made = new CopyOnWriteArrayList<>();
    private final List<ReplayView> replays = new CopyOnWriteArrayList<>();
    private final List<Consumer<EventView>> followers = new CopyOnWriteArrayList<>();

    /** The decisions that were made, with the queries that they are about. */
    final Map<ParkedDecision, ParkedQuery> decisions = new ConcurrentHashMap<>();

    private volatile ViewProgress progress;
    private volatile @Nullable String unavailable;
    private volatile @Nullable String unknown;

    FakeCluster(Instant asOf) {
        this.progress = new ViewProgress(ViewProgress.State.CURRENT, asOf, 0, 1, null);
    }

    void put(ViewProgress progress) {
        this.progress = progress;
    }

    /** Whatever asks Kafka fails with this message from now on; null ends that. */
    void unavailable(@Nullable String message) {
        this.unavailable = message;
    }

    /** Whatever asks Kafka is unknown, for this reason, from now on; null ends that. */
    void unknown(@Nullable String reason) {
        this.unknown = reason;
    }

    void put(QueueView queue) {
        queues.put(queue.name(), queue);
    }

    void put(String queue, QueueOwner owner) {
        owners.put(queue, owner);
    }

    void put(String queue, List<QueueSample> history) {
        histories.put(queue, List.copyOf(history));
    }

    void put(String queue, Badge... badges) {
        problems.put(queue, List.of(badges));
    }

    void put(TaskView task) {
        tasks.put(task.taskId(), task);
    }

    void put(TaskLife life, TaskEffect... recorded) {
        put(life.task());
        lives.put(life.task().taskId(), life);
        effects.put(life.task().taskId(), List.of(recorded));
    }

    /** The life of a task that was put. */
    TaskLife life(String taskId) {
        return Objects.requireNonNull(lives.get(taskId));
    }

    void put(SinkView sink) {
        sinks.put(sink.name(), sink);
    }

    void put(SinkPosition position) {
        positions.put(List.of(position.sink(), position.queueName()), position);
    }

    void put(ParkedView task) {
        parked.removeIf(
                known -> known.sink().equals(task.sink()) && known.taskId().equals(task.taskId()));
        parked.add(task);
    }

    void put(DecisionView decision) {
        made.removeIf(known -> known.sink().equals(decision.sink())
                && known.event().equals(decision.event())
                && known.made().equals(decision.made()));
        made.add(0, decision);
    }

    /** All decisions that the sinks have not read have become this. */
    void carryOut(DecisionView.Outcome outcome) {
        made.stream()
                .filter(decision -> decision.outcome().state().open())
                .toList()
                .forEach(decision -> put(new DecisionView(
                        decision.sink(),
                        decision.queueName(),
                        decision.taskId(),
                        decision.event(),
                        decision.made(),
                        outcome,
                        decision.parked())));
        parked.removeIf(task -> task.state().equals("redriven"));
    }

    void put(ReplayView replay) {
        replays.add(replay);
    }

    /** Passes an event on to those who follow. */
    void emit(EventView event) {
        followers.forEach(follower -> follower.accept(event));
    }

    int followers() {
        return followers.size();
    }

    @Override
    public ViewProgress progress() {
        return progress;
    }

    @Override
    public List<QueueView> queues() {
        return List.copyOf(queues.values());
    }

    @Override
    public Optional<QueueView> queue(String name) {
        return Optional.ofNullable(queues.get(name));
    }

    @Override
    public List<QueueSample> history(String queue) {
        return histories.getOrDefault(queue, List.of());
    }

    @Override
    public Page<TaskView> tasks(TaskQuery query) {
        Predicate<TaskView> wanted = task -> task.queueName().equals(query.queueName())
                && task.failedAttempts() >= query.minFailed()
                && (query.phase() == null || task.phase().equals(query.phase()))
                && (query.text() == null
                        || task.taskId().contains(query.text())
                        || contains(task.key(), query.text())
                        || contains(task.lastError(), query.text()));
        List<TaskView> found = tasks.values().stream()
                .filter(wanted)
                .sorted(Comparator.comparing(TaskView::changedAt).reversed())
                .toList();
        return page(found, query.limit(), query.after());
    }

    @Override
    public Optional<QueueContents> contents(TaskQuery query) {
        return queue(query.queueName()).map(queue -> {
            List<QueueSample> history = new ArrayList<>(history(queue.name()));
            history.add(new QueueSample(Instant.now(), queue.depth(), queue.rates()));
            return new QueueContents(queue, history, tasks(query));
        });
    }

    @Override
    public Optional<TaskLife> life(String taskId, boolean showPayload) throws TimeoutException {
        askKafka();
        return Optional.ofNullable(lives.get(taskId)).map(life -> showPayload ? life : hidden(life));
    }

    private static TaskLife hidden(TaskLife life) {
        return new TaskLife(
                life.task(),
                life.events().stream().map(EventView::withoutPayload).toList(),
                life.missing());
    }

    @Override
    public AutoCloseable follow(Consumer<EventView> consumer) {
        followers.add(consumer);
        return () -> followers.remove(consumer);
    }

    @Override
    public List<SinkView> sinks() {
        return List.copyOf(sinks.values());
    }

    @Override
    public List<SinkPosition> positions(@Nullable String sink, @Nullable String queueName) {
        return positions.values().stream()
                .filter(position -> sink == null || position.sink().equals(sink))
                .filter(position -> queueName == null || position.queueName().equals(queueName))
                .sorted(Comparator.comparing(SinkPosition::queueName).thenComparing(SinkPosition::sink))
                .toList();
    }

    @Override
    public Optional<QueueOwner> owner(String queueName) {
        return Optional.ofNullable(owners.get(queueName));
    }

    @Override
    public List<Badge> problems(QueueView queue) {
        return problems.getOrDefault(queue.name(), List.of());
    }

    @Override
    public Page<ParkedView> parked(ParkedQuery query, boolean showPayloads) {
        return page(
                selected(query).stream()
                        .map(task -> showPayloads ? task : hidden(task))
                        .toList(),
                query.limit(),
                query.after());
    }

    private List<ParkedView> selected(ParkedQuery query) {
        return parked.stream()
                .filter(task -> task.sink().equals(query.sink()))
                .filter(task -> query.queueName() == null || task.queueName().equals(query.queueName()))
                .filter(task -> query.taskId() == null || task.taskId().equals(query.taskId()))
                .filter(task -> query.text() == null
                        || task.taskId().contains(query.text())
                        || task.error().contains(query.text()))
                .filter(task -> query.state() == null
                        ? List.of("parked", "ambiguous").contains(task.state())
                        : task.state().equals(query.state()))
                .toList();
    }

    private static ParkedView hidden(ParkedView task) {
        return withState(task, task.state(), null);
    }

    private static ParkedView withState(ParkedView task, String state, @Nullable String payload) {
        return new ParkedView(
                task.sink(),
                task.queueName(),
                task.taskId(),
                state,
                task.kind(),
                task.epoch(),
                task.sequence(),
                task.partition(),
                task.offset(),
                task.since(),
                task.round(),
                task.attempts(),
                task.effect(),
                task.error(),
                task.following(),
                payload);
    }

    @Override
    public TaskAtSinks atSinks(TaskLife task, boolean show) throws TimeoutException {
        askKafka();
        String id = task.task().taskId();
        return new TaskAtSinks(
                effects.getOrDefault(id, List.of()).stream()
                        .map(effect -> show ? effect : hidden(effect))
                        .toList(),
                parked.stream()
                        .filter(each ->
                                each.taskId().equals(id) && !each.state().equals("discarded"))
                        .map(each -> show ? each : hidden(each))
                        .toList(),
                made.stream().filter(each -> each.taskId().equals(id)).toList(),
                List.of());
    }

    @Override
    public List<DecisionView> decisions(DecisionQuery query) {
        return made.stream()
                .filter(each -> each.sink().equals(query.sink()))
                .filter(each -> query.queueName() == null || each.queueName().equals(query.queueName()))
                .filter(each -> query.taskId() == null || each.taskId().equals(query.taskId()))
                .filter(each -> query.action() == null || each.made().action().equals(query.action()))
                .filter(each ->
                        query.decision() == null || each.made().decision().equals(query.decision()))
                .filter(each -> query.text() == null || each.toString().contains(query.text()))
                .toList();
    }

    @Override
    public Sinks moment() {
        return this;
    }

    private static TaskEffect hidden(TaskEffect effect) {
        return new TaskEffect(
                effect.sink(),
                effect.epoch(),
                effect.sequence(),
                effect.effect(),
                effect.key(),
                effect.generation(),
                effect.recordedAt(),
                effect.outcome(),
                null);
    }

    @Override
    public List<ReplayView> replays(String sink) {
        return replays.stream().filter(replay -> replay.sink().equals(sink)).toList();
    }

    @Override
    public ReplayEstimate plan(ReplayRequest request) throws TimeoutException {
        askKafka();
        if (!sinks.containsKey(request.sink())) {
            throw new IllegalArgumentException(
                    "No sink is named '" + request.sink() + "'. Use one of " + sinks.keySet() + ".");
        }
        List<ReplayEstimate.Range> ranges =
                List.of(new ReplayEstimate.Range(0, 0, 1_200), new ReplayEstimate.Range(1, 40, 1_000));
        return new ReplayEstimate(
                ranges,
                ranges.stream().mapToLong(range -> range.to() - range.from()).sum(),
                2,
                "taskqueue replay --sink " + request.sink() + " --from " + request.from() + " --mode " + request.mode()
                        + (request.selection() == null ? "" : " --select '" + request.selection() + "'"),
                List.of("Two instances of the sink are running: stop them first."));
    }

    @Override
    public ParkedDecision.Outcome decide(ParkedQuery query, ParkedDecision decision) throws TimeoutException {
        askKafka();
        if (decision.action() == ParkedDecision.Action.DISCARD
                && decision.reason().isEmpty()) {
            throw new IllegalArgumentException(
                    "A discard needs a reason, but none is given. Say why the events are never applied.");
        }
        List<ParkedView> found = selected(query);
        decisions.put(decision, query);
        String id = decision.dryRun() ? "" : "decision-" + decisions.size();
        if (!decision.dryRun()) {
            boolean redrive = decision.action() == ParkedDecision.Action.REDRIVE;
            found.forEach(task -> {
                put(withState(task, redrive ? "redriven" : "discarded", task.payload()));
                put(new DecisionView(
                        task.sink(),
                        task.queueName(),
                        task.taskId(),
                        new DecisionView.DecidedEvent(task.partition(), task.offset(), task.round()),
                        new DecisionView.Made(
                                redrive ? "redrive" : "discard",
                                decision.by(),
                                decision.reason(),
                                decision.following(),
                                Instant.now(),
                                id),
                        new DecisionView.Outcome(
                                DecisionView.Outcome.State.WAITING, "The sink has not read the decision yet."),
                        hidden(task)));
            });
        }
        return new ParkedDecision.Outcome(
                found.stream().map(ParkedView::taskId).toList(),
                found.stream().mapToLong(task -> 1L + task.following()).sum(),
                !decision.dryRun(),
                id);
    }

    private void askKafka() throws TimeoutException {
        String reason = unknown;
        if (reason != null) {
            throw new UnknownAnswerException(reason);
        }
        String message = unavailable;
        if (message != null) {
            throw new TimeoutException(message);
        }
    }

    private static boolean contains(@Nullable String text, String part) {
        return text != null && text.contains(part);
    }

    private static <T> Page<T> page(List<T> all, int limit, @Nullable String after) {
        int from = after == null ? 0 : Math.min(Integer.parseInt(after), all.size());
        List<T> items = new ArrayList<>(all.subList(from, Math.min(from + limit, all.size())));
        int end = from + items.size();
        return new Page<>(items, all.size(), end < all.size() ? Integer.toString(end) : null);
    }

    @Override
    public void close() {
        followers.clear();
    }
}
