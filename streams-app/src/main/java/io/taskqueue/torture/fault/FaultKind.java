package io.taskqueue.torture.fault;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The faults that a run injects. */
public enum FaultKind {
    KILL_DISPATCHER(Area.QUEUE, "kill -9 of a queue's owner; another dispatcher recovers the queue"),
    KILL_DISPATCHER_AT_POINT(
            Area.QUEUE,
            "kill -9 of a dispatcher after its claim and before SourceStarted, during its recovery, or while it works"),
    PAUSE_DISPATCHER(
            Area.QUEUE, "SIGSTOP of a queue's owner while another dispatcher takes the queue over, then SIGCONT"),
    TAKE_OVER(Area.QUEUE, "another dispatcher takes over a queue whose owner works"),
    HAND_OVER(Area.QUEUE, "a planned hand-over of a queue to another dispatcher"),
    CLOCK_STEP(Area.QUEUE, "a step of the clock of a queue's owner, forward or back"),

    KILL_SINK(Area.SINK, "kill -9 of a sink instance"),
    KILL_SINK_AT_POINT(
            Area.SINK, "kill -9 of a sink instance between the action of an effect and the commit of its result"),
    PAUSE_SINK(Area.SINK, "SIGSTOP of a sink instance for longer than the session timeout, then SIGCONT"),
    REBALANCE(Area.SINK, "a sink instance joins, or leaves in order"),
    WIPE_STATE(Area.SINK, "kill -9 of a sink instance, and deletion of its state directory"),
    REPLAY(Area.SINK, "a replay ordered under load: all instances stop, the offsets are moved back, all start"),
    MOVE_OFFSETS(Area.SINK, "the offsets of the stopped group are moved back with Kafka's own means"),
    POISON(Area.SINK, "records on the event topic that are not events"),
    FULL_DISK(Area.SINK, "the disk of a sink instance is full"),

    KILL_BROKER(Area.BROKER, "kill -9 of a broker, which starts again"),
    PAUSE_BROKER(Area.BROKER, "SIGSTOP of a broker for longer than its session timeout, then SIGCONT"),
    CUT_BROKER(Area.BROKER, "the clients' connections to a broker are reset, and new ones as well"),
    SLOW_BROKER(Area.BROKER, "the clients' connections to a broker are slow"),
    HALF_OPEN_BROKER(Area.BROKER, "the clients' connections to a broker are half open"),
    LOSE_BROKER_ANSWERS(Area.BROKER, "requests reach a broker, and its answers do not come back"),

    CUT_TARGET(Area.TARGET, "the connections to the target are reset, and new ones as well"),
    SLOW_TARGET(Area.TARGET, "the connections to the target are slow"),
    HALF_OPEN_TARGET(Area.TARGET, "the connections to the target are half open"),
    LOSE_TARGET_ANSWERS(Area.TARGET, "the target acts, and its answer does not come back"),
    REFUSE_AT_TARGET(Area.TARGET, "the target answers 503 and does not act");

    /** What a fault concerns. The faults of one area (of one queue) follow each other; those of different areas overlap. */
    public enum Area {
        QUEUE(Duration.ofSeconds(2), Duration.ofSeconds(8)),
        SINK(Duration.ofSeconds(2), Duration.ofSeconds(6)),
        BROKER(Duration.ofSeconds(4), Duration.ofSeconds(9)),
        TARGET(Duration.ofSeconds(3), Duration.ofSeconds(8));

        /** How long nothing of the area is injected before the next fault. */
        final Duration shortestGap;

        final Duration longestGap;

        Area(Duration shortestGap, Duration longestGap) {
            this.shortestGap = shortestGap;
            this.longestGap = longestGap;
        }
    }

    private final Area area;
    private final String description;

    FaultKind(Area area, String description) {
        this.area = area;
        this.description = description;
    }

    public Area area() {
        return area;
    }

    /** What happens, as a line of help. */
    public String description() {
        return description;
    }

    /** The name on the command line and in the summary, such as {@code kill-sink}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kinds of an area. */
    public static List<FaultKind> of(Area area) {
        return Arrays.stream(values()).filter(kind -> kind.area == area).toList();
    }

    /** @throws IllegalArgumentException if there is no such kind; the message lists them */
    public static FaultKind parse(String text) {
        return Arrays.stream(values())
                .filter(kind -> kind.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not a fault. Use one of "
                        + Arrays.stream(values()).map(FaultKind::text).collect(Collectors.joining(", ")) + "."));
    }

    /** How long a fault of this kind lasts: at least, and at most. Zero where it is done at once. */
    Duration shortest() {
        return switch (this) {
            case PAUSE_DISPATCHER -> Duration.ofSeconds(3);
            case PAUSE_SINK, PAUSE_BROKER -> Duration.ofSeconds(8);
            case KILL_BROKER, FULL_DISK -> Duration.ofSeconds(1);
            case CUT_BROKER, SLOW_BROKER, HALF_OPEN_BROKER, LOSE_BROKER_ANSWERS -> Duration.ofSeconds(2);
            case CUT_TARGET, SLOW_TARGET, HALF_OPEN_TARGET, LOSE_TARGET_ANSWERS, REFUSE_AT_TARGET -> Duration.ofSeconds(
                    1);
            default -> Duration.ZERO;
        };
    }

    Duration longest() {
        return shortest().multipliedBy(2);
    }
}
