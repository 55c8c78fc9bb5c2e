package com.example.orders.billing;

/** What an invoice needs of an order. Services share the JSON of a payload, not its class: what else the dispatcher adds to it is ignored. */
public record Order(String id, String customer, long cents) {}
