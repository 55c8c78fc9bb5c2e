package io.taskqueue.console.fold;

/** The stored view is of another event topic of the same name: it was deleted and created again, and the view must be built from it. */
public final class TopicRecreatedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    TopicRecreatedException(String before, String now) {
        super("The event topic was recreated: its id was " + before + " and is " + now + ".");
    }
}
