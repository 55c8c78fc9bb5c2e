package io.taskqueue.torture.workload;

import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.cluster.ParentInput;
import java.time.Clock;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dispatcher in a process of its own. It waits for its arguments, and then owns one queue until it hands it over, is fenced, or is killed.
 *
 * <pre>
 *   command       answer
 *   quiet                     enqueues nothing more, and ends every attempt with success
 *   live          LIVE n      the number of its live tasks
 *   look          SEEN        writes the queue's own snapshot to the history
 *   step PT1H                 sets its clock
 *   hand-over                 hands its queue over, and ends
 *   stop                      closes its source, and ends
 * </pre>
 */
public final class DispatcherMain {

    private static final Logger LOG = LoggerFactory.getLogger(DispatcherMain.class);

    private DispatcherMain() {}

    public static void main(String[] arguments) {
        BlockingQueue<String> commands = new LinkedBlockingQueue<>();
        ParentInput.listen(commands::add);
        int exitCode;
        try {
            WarmUp.clients();
            ChildArguments parsed = ChildArguments.parse(ParentInput.awaitArguments(commands));
            exitCode = TortureDispatcher.run(
                    parsed,
                    commands,
                    new SteppedClock(Clock.systemUTC()),
                    Ticker.system(),
                    new SplittableRandom(parsed.number("seed")));
        } catch (Exception e) {
            LOG.error("The dispatcher failed", e);
            exitCode = DispatcherExit.FAILED;
        }
        // nothing that still runs may delay the end
        Runtime.getRuntime().halt(exitCode);
    }
}
