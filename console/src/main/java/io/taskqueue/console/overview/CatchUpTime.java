package io.taskqueue.console.overview;

import org.jspecify.annotations.Nullable;

/** When something that lags will have caught up, from the rates at which it works and at which work arrives. */
public final class CatchUpTime {

    /** Beyond a year the rates are as good as equal. */
    private static final double LONGEST_SECONDS = 366L * 24 * 3600;

    private CatchUpTime() {}

    /**
     * The seconds until the lag is 0 if both rates stay as they are; 0 if it is; null if never, or if the lag is unknown.
     *
     * @param lag how much is left
     * @param appliedPerSecond how much of it is done a second
     * @param producedPerSecond how much is added a second
     */
    public static @Nullable Double seconds(@Nullable Long lag, double appliedPerSecond, double producedPerSecond) {
        if (lag == null) {
            return null;
        }
        if (lag <= 0) {
            return 0.0;
        }
        double gained = appliedPerSecond - producedPerSecond;
        if (!(gained > 0)) {
            return null;
        }
        double seconds = lag / gained;
        return seconds > LONGEST_SECONDS ? null : seconds;
    }
}
