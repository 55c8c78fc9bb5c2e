package io.taskqueue.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class ReplicationEventSerdeTest {

    private final ReplicationEventSerde<String> serde = new ReplicationEventSerde<>(PayloadCodec.jsonText());

    @Test
    void nullStaysNull() {
        assertThat(serde.serializer().serialize("events", null)).isNull();
        assertThat(serde.deserializer().deserialize("events", (byte[]) null)).isNull();
    }

    @Test
    void eventIsReadBackAndHeadersAreUnchanged() {
        ReplicationEvent<String> event = WireFormatTest.sample(EventKind.FAILED);
        RecordHeaders headers = new RecordHeaders();

        byte[] json = serde.serializer().serialize("events", headers, event);

        assertThat(serde.deserializer().deserialize("events", headers, json)).isEqualTo(event);
        assertThat(headers).isEmpty();
    }

    @Test
    void bytesThatAreNotAnEventAreUndecodable() {
        assertThatExceptionOfType(UndecodableEventException.class)
                .isThrownBy(() -> serde.deserializer().deserialize("events", new byte[] {'{'}))
                .withMessageStartingWith("This record is not a replication event: Unexpected end-of-input");
    }
}
