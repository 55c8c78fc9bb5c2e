package io.taskqueue.benchmarks;

import java.time.Duration;

/**
 * What a contender has to do in a round: one call for each event of a topic.
 *
 * @param topic of one partition, whose record at offset n is the event with sequence n, from SourceStarted at 0 to the end
 * @param events how many follow SourceStarted
 * @param call what each call takes; zero does nothing
 */
record Work(String topic, int events, Duration call) {

    /** Events applied side by side, by whichever contender. */
    static final int AT_ONCE = 64;
}
