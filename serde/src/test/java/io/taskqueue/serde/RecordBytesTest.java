package io.taskqueue.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The parts of a record; that whole records are those of Jackson is the subject of {@link RoundTripTest}. */
class RecordBytesTest {

    private final RecordBytes record = new RecordBytes(1);

    private String written() {
        return new String(record.end(), StandardCharsets.UTF_8);
    }

    @Property
    void numbersAreWrittenInDecimalNotation(@ForAll long number) {
        record.begin(new byte[0]);
        record.number(number);
        assertThat(written()).isEqualTo(Long.toString(number));
    }

    @Test
    void theSmallestAndTheLargestNumberAreWritten() {
        record.begin(new byte[0]);
        record.startArray();
        for (long number : new long[] {Long.MIN_VALUE, -1, 0, 9, 10, 999_999_999_999_999_999L, Long.MAX_VALUE}) {
            record.number(number);
        }
        record.endArray();

        assertThat(written()).isEqualTo("[-9223372036854775808,-1,0,9,10,999999999999999999,9223372036854775807]");
    }

    @Property
    void uuidsAreWrittenAsByToString(@ForAll long high, @ForAll long low) {
        UUID uuid = new UUID(high, low);
        record.begin(new byte[0]);
        record.uuid(uuid);
        assertThat(written()).isEqualTo("\"" + uuid + "\"");
    }

    @Test
    void theNextRecordContainsNothingOfTheLast() {
        record.begin("\"a long payload of the first record\"".getBytes(StandardCharsets.UTF_8));
        record.startObject();
        record.name("value");
        record.payload();
        record.endObject();
        assertThat(written()).isEqualTo("{\"value\":\"a long payload of the first record\"}");

        record.begin("1".getBytes(StandardCharsets.UTF_8));
        record.startObject();
        record.name("value");
        record.payload();
        record.name("flags");
        record.startArray();
        record.endArray();
        record.endObject();

        assertThat(written()).isEqualTo("{\"value\":1,\"flags\":[]}");
    }
}
