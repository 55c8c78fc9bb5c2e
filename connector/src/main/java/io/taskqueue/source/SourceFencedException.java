package io.taskqueue.source;

import io.taskqueue.source.registry.Claim;

/** Another source has claimed the queue; every sink ignores what this one writes after that claim. */
public final class SourceFencedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final transient Claim newOwner;

    SourceFencedException(String queueName, long epoch, Claim newOwner) {
        super("The source of queue " + queueName + " at epoch " + epoch + " is fenced: peer " + newOwner.sourcePeerId()
                + " claimed the queue at " + newOwner.claimedAt() + " with epoch " + newOwner.epoch() + " (instance "
                + newOwner.instanceId() + "). Its tasks belong to that peer now; send new work to it.");
        this.newOwner = newOwner;
    }

    /** The claim of the new owner: its peer, instance and epoch. */
    public Claim newOwner() {
        return newOwner;
    }
}
