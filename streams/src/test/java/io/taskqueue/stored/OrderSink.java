package io.taskqueue.stored;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Charges and announces each new order, and ships each completed one; the payload says what happens. Its calls are kept. */
final class OrderSink implements ReplicationSink<String> {

    static final String REFUSED = "refused";
    static final String BROKEN = "broken";
    static final String DISCARDED = "discarded";
    static final String STUCK = "stuck";

    /** What a charge returns. */
    record Receipt(String order, int cents) {}

    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<String> probes = new CopyOnWriteArrayList<>();
    final CountDownLatch stuck = new CountDownLatch(1);

    private final boolean works;

    /** @param works whether the targets do what they are asked for, whatever the payload */
    OrderSink(boolean works) {
        this.works = works;
    }

    @Override
    public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
        if (event.kind() == EventKind.COMPLETED) {
            effects.run("ship", this::called);
        } else if (event.kind() == EventKind.ENQUEUED) {
            if (event.payload().equals(STUCK)) {
                effects.run("charge", OnAmbiguity.probe(this::probed), this::waiting);
            } else {
                Receipt receipt = effects.capture("charge", Receipt.class, key -> charge(event.payload(), key));
                effects.run("mail", key -> mail(receipt, key));
            }
        }
    }

    private void called(EffectKey key) {
        calls.add(key.toString());
    }

    private Answer<Void> probed(EffectKey key) {
        probes.add(key.toString());
        return Answer.doneIf(true);
    }

    private void waiting(EffectKey key) throws InterruptedException {
        called(key);
        stuck.countDown();
        new CountDownLatch(works ? 0 : 1).await();
    }

    private Receipt charge(String payload, EffectKey key) throws PermanentEffectException {
        called(key);
        if (payload.equals(REFUSED)) {
            throw new PermanentEffectException("the card is refused");
        }
        return new Receipt(payload, 4_200);
    }

    private void mail(Receipt receipt, EffectKey key) throws IOException {
        if (!works && (receipt.order().equals(BROKEN) || receipt.order().equals(DISCARDED))) {
            throw new IOException("no mail for " + receipt.order());
        }
        called(key);
    }
}
