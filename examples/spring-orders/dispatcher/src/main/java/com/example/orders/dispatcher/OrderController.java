package com.example.orders.dispatcher;

import io.taskqueue.event.TaskId;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.ReplicationSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Accepts orders. The answer 202 means that the order is on Kafka: it survives this process. */
@RestController
class OrderController {

    private static final Duration WAIT = Duration.ofSeconds(5);

    private final TaskQueue<Order> queue;
    private final ReplicationSource<Order> source;

    OrderController(TaskQueue<Order> queue, ReplicationSource<Order> source) {
        this.queue = queue;
        this.source = source;
    }

    /** A client that got no answer sends its order again: while it is in the queue, the same key is the same task. */
    @PostMapping("/orders")
    CompletableFuture<ResponseEntity<Map<String, String>>> accept(@RequestBody Order order) throws InterruptedException {
        Optional<TaskId> task = queue.enqueue(order, order.id(), WAIT);
        if (task.isEmpty()) {
            return CompletableFuture.completedFuture(unavailable("The queue is full. Try again later."));
        }
        return source.replicated()
                .orTimeout(WAIT.toSeconds(), TimeUnit.SECONDS)
                .thenApply(position ->
                        ResponseEntity.accepted().body(Map.of("task", task.get().toString())))
                .exceptionally(failure -> unavailable("The order may not be safe yet: " + failure + ". Send it again."));
    }

    private static ResponseEntity<Map<String, String>> unavailable(String reason) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(Map.of("error", reason));
    }
}
