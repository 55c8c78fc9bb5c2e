package io.taskqueue.torture.fault;

import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Injects the faults of a lane at their times; one that is late begins when the one before has ended, or not at all after the last moment. */
public final class FaultLane {

    private static final Logger LOG = LoggerFactory.getLogger(FaultLane.class);
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final FaultInjector injector;
    private final List<Fault> faults;
    private final Ticker ticker;
    private final ShutdownSignal shutdown;
    private final BooleanSupplier ended;

    /** @param ended whether the load must end before its time */
    public FaultLane(
            FaultInjector injector, List<Fault> faults, Ticker ticker, ShutdownSignal shutdown, BooleanSupplier ended) {
        this.injector = injector;
        this.faults = List.copyOf(faults);
        this.ticker = ticker;
        this.shutdown = shutdown;
        this.ended = ended;
    }

    /**
     * Runs until no fault is left and the load ends, or the process is asked to end.
     *
     * @param begin when the run began, by the ticker
     * @param length of the load
     */
    public void run(long begin, Duration length) throws Exception {
        for (Fault fault : faults) {
            if (!awaitTime(begin + fault.at().toNanos())) {
                return;
            }
            if (ticker.nanos() - begin > length.toNanos()) {
                LOG.info("Not injected, because those before took longer: {}", fault.text());
                return;
            }
            LOG.info("Injecting {}", fault.text());
            injector.inject(fault);
        }
        boolean ended = awaitTime(begin + length.toNanos());
        LOG.debug("The lane has ended: {}", ended);
    }

    /** Whether the time has come; false if the process is asked to end before. */
    private boolean awaitTime(long time) throws Exception {
        while (time - ticker.nanos() > 0) {
            injector.keepRunning();
            long left = Math.min(INTERVAL.toNanos(), Math.max(0, time - ticker.nanos()));
            if (ended.getAsBoolean() || shutdown.await(Duration.ofNanos(left))) {
                return false;
            }
        }
        return !shutdown.isReceived();
    }
}
