package io.taskqueue.streams.results;

import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs recorded failures, which are never attempted again by themselves: the first one at once, and then at most one a minute, with the
 * number of those in between. For the stream thread only.
 */
public final class FailureLog {

    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final Ticker ticker;
    private long notLogged;
    private long nextAt;
    private boolean begun;

    public FailureLog(Ticker ticker) {
        this.ticker = ticker;
    }

    /** An effect has its result. */
    public void recorded(EffectKey key, EffectResult result) {
        if (!(result instanceof EffectResult.Failed failed)) {
            return;
        }
        long now = ticker.nanos();
        if (begun && now - nextAt < 0) {
            notLogged++;
            return;
        }
        LogFields.ofSink(key.sink())
                .event(key.queueName(), key.position())
                .during(() -> LOG.warn(
                        "Effect {} failed permanently, which is recorded and not attempted again ({} more failed since the line before): {}. "
                                + "List recorded failures with `taskqueue results --failed`; run them again with `taskqueue replay --mode "
                                + "rerun --select result=failed`",
                        key,
                        notLogged,
                        failed.error().message().replaceFirst("\\.$", "")));
        begun = true;
        notLogged = 0;
        nextAt = now + INTERVAL.toNanos();
    }
}
