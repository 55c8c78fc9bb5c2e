package com.example.orders.billing;

/** What billing reads of an order. Services share the JSON of a payload, not its class. */
public record Order(String id, String customer, long cents) {}
