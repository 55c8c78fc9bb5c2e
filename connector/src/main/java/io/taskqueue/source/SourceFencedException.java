package io.taskqueue.source;

/** Another source has claimed the queue; what this one writes from then on is ignored by every sink. */
public final class SourceFencedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    private final transient Claim newOwner;

    SourceFencedException(String queueName, long epoch, Claim newOwner) {
        super("The source of queue " + queueName + " at epoch " + epoch + " is fenced: peer " + newOwner.sourcePeerId()
                + " claimed the queue at " + newOwner.claimedAt() + " with epoch " + newOwner.epoch() + " (instance "
                + newOwner.instanceId() + "). Its tasks belong to that peer now; hand new work to it.");
        this.newOwner = newOwner;
    }

    /** The claim that fences: the new owner's peer, instance and epoch. */
    public Claim newOwner() {
        return newOwner;
    }
}
