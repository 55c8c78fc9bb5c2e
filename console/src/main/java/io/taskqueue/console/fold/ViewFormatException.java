package io.taskqueue.console.fold;

/** Something stored was not written by this version, or not by the console at all: the view must be built again from the events. */
public final class ViewFormatException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param found what was found */
    ViewFormatException(String found) {
        super("The stored view contains " + found + ", which this version of the console cannot read.");
    }
}
