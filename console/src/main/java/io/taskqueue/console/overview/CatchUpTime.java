package io.taskqueue.console.overview;

import io.taskqueue.console.model.CatchUp;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** When something that lags will have caught up, from the rates at which it works and at which work arrives. */
public final class CatchUpTime {

    /** Beyond a year the rates are considered equal. */
    private static final double LONGEST_SECONDS = 366L * 24 * 3600;

    private CatchUpTime() {}

    /**
     * When the lag is 0 if both rates stay as they are.
     *
     * @param lag how much is left; null if it is unknown
     * @param appliedPerSecond how much of it is done a second; empty as long as it is unknown
     * @param producedPerSecond how much is added a second
     */
    public static CatchUp of(@Nullable Long lag, OptionalDouble appliedPerSecond, double producedPerSecond) {
        if (lag != null && lag <= 0) {
            return CatchUp.DONE;
        }
        if (lag == null || appliedPerSecond.isEmpty()) {
            return CatchUp.UNKNOWN;
        }
        double gained = appliedPerSecond.getAsDouble() - producedPerSecond;
        if (!(gained > 0)) {
            return CatchUp.NEVER;
        }
        double seconds = lag / gained;
        return seconds > LONGEST_SECONDS ? CatchUp.NEVER : CatchUp.in(seconds);
    }
}
