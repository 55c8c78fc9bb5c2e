package io.taskqueue.torture.check;

/**
 * The check of one invariant. A pure function of the history: it reads as often as it needs, one entry at a time, and holds a few bytes an event
 * and about 200 a task of the one queue.
 */
interface InvariantCheck {

    void check(QueueCheck queue);
}
