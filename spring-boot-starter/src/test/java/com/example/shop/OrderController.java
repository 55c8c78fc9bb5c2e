package com.example.shop;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.ReplicationSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class OrderController {

    private final TaskQueue<Order> queue;
    private final ReplicationSource<Order> source;

    OrderController(TaskQueue<Order> queue, ReplicationSource<Order> source) {
        this.queue = queue;
        this.source = source;
    }

    @PostMapping("/orders")
    CompletableFuture<ResponseEntity<Void>> accept(@RequestBody Order order) throws InterruptedException {
        queue.enqueue(order, order.id()); // the same order again, while its task is live, is the same task
        return source.replicated() // on Kafka, and the queue is still ours
                .orTimeout(5, TimeUnit.SECONDS)
                .thenApply(position -> ResponseEntity.accepted().build());
    }
}
