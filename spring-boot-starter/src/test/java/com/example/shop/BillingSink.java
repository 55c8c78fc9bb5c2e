package com.example.shop;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import org.springframework.stereotype.Component;

@Component("billing") // the name of the sink
class BillingSink implements ReplicationSink<Order> {

    private final Payments payments;

    BillingSink(Payments payments) {
        this.payments = payments;
    }

    @Override
    public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
        if (event.kind() != EventKind.COMPLETED) {
            return;
        }
        Payments.Receipt receipt = effects.capture(
                "charge", Payments.Receipt.class, key -> payments.charge(event.payload(), key.toString()));
        effects.run("mail", key -> payments.mail(receipt, key.toString()));
    }
}
