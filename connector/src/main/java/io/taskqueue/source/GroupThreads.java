package io.taskqueue.source;

/** The threads of a group of sources: daemons, because the application decides when its process ends. */
final class GroupThreads {

    private GroupThreads() {}

    /** A thread that is not started yet. */
    static Thread daemon(String role, Runnable task) {
        Thread thread = new Thread(task, "taskqueue-" + role);
        thread.setDaemon(true);
        return thread;
    }
}
