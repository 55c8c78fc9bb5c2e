package io.taskqueue.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimeoutFencingProducerTest {

    private final KafkaException unacknowledged = new KafkaException(
            "Cannot execute transactional method because we are in an error state",
            new KafkaException(TimeoutFencingProducer.UNACKNOWLEDGED
                    + " and can no longer retry them. It is safe to abort the transaction and continue."));

    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, new RoundRobinPartitioner(), new ByteArraySerializer(), new ByteArraySerializer());
    private final Producer<byte[], byte[]> fencing = TimeoutFencingProducer.wrap(producer);

    @BeforeEach
    void beginsATransaction() {
        fencing.initTransactions();
        fencing.beginTransaction();
    }

    @Test
    void commitAfterUnacknowledgedRecordsIsFenced() {
        producer.commitTransactionException = unacknowledged;

        assertThatThrownBy(fencing::commitTransaction)
                .isInstanceOf(ProducerFencedException.class)
                .hasMessageContaining("did not answer this sink in time: " + TimeoutFencingProducer.UNACKNOWLEDGED);
    }

    @Test
    void sendAfterUnacknowledgedRecordsIsFenced() {
        producer.sendException = unacknowledged;

        assertThatThrownBy(() -> fencing.send(new ProducerRecord<>("topic", new byte[0])))
                .hasCauseInstanceOf(ProducerFencedException.class);
    }

    @Test
    void otherErrorStatesAreNotFenced() {
        producer.commitTransactionException = new KafkaException("Unexpected error in EndTxnResponse");

        assertThatThrownBy(fencing::commitTransaction).isSameAs(producer.commitTransactionException);
    }

    @Test
    void kafkaStillDescribesTheErrorStateInThisWay() throws IOException {
        String transactions = "internals/TransactionManager.class";
        try (InputStream compiled = KafkaProducer.class.getResourceAsStream(transactions)) {
            String constants = new String(
                    Objects.requireNonNull(compiled, transactions).readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(constants).contains(TimeoutFencingProducer.UNACKNOWLEDGED);
        }
    }
}
