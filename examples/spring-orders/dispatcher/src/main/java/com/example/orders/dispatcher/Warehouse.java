package com.example.orders.dispatcher;

import org.springframework.stereotype.Component;

/** Where orders are packed; in this example, nothing but a refusal of what costs nothing. */
@Component
class Warehouse {

    /** @throws InterruptedException as whatever waits for a person or a machine does */
    void pack(Order order) throws InterruptedException {
        if (order.cents() <= 0) {
            throw new IllegalArgumentException("Order " + order.id() + " costs " + order.cents() + " cents.");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
