package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Producers that would wait for an hour, for a broker that does not exist. */
class ViewClientsTest {

    private final ViewClients clients = new ViewClients();
    private final Producer<byte[], byte[]> producer = clients.getProducer(Map.of(
            "bootstrap.servers",
            "127.0.0.1:1",
            "transactional.id",
            "view",
            "max.block.ms",
            Duration.ofHours(1).toMillis(),
            "reconnect.backoff.ms",
            1_000));

    @Test
    void aCallThatWaitsFailsAtOnceAndLeavesItsThreadUninterrupted() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                producer.initTransactions();
            } catch (RuntimeException e) {
                thrown.complete(e);
            }
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        thread.start();
        Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);

        clients.abandon();

        assertThat(thrown.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptException.class);
        assertThat(interrupted.get(30, TimeUnit.SECONDS)).isFalse();
        producer.close();
    }

    @Test
    void aLaterCallIsRefusedAndAProducerIsClosedWithoutWaiting() {
        clients.abandon();

        assertThatThrownBy(producer::initTransactions)
                .isInstanceOf(KafkaException.class)
                .hasMessage("This run of the console's view ends: what it has not committed is abandoned.");
        producer.close();
    }
}
