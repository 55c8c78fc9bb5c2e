package com.example.orders.dispatcher;

/** An order as clients send it: the payload of a task, as JSON. Its workers read id and cents; the customer is for whoever reads the topic. */
public record Order(String id, String customer, long cents) {}
