package com.example.shop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

@Component
class Payments {

    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

    record Receipt(String number) {}

    Receipt charge(Order order, String key) {
        LOG.info("Charged {} with key {}", order, key);
        return new Receipt("R-" + order.id());
    }

    void mail(Receipt receipt, String key) {
        LOG.info("Mailed {} with key {}", receipt, key);
    }
}
