package com.example.orders.dispatcher;

/** An order: the payload of a task. */
public record Order(String id, String customer, long cents) {}
