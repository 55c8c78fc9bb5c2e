package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GenericPayloadsTest {

    record Order(String id, Optional<String> note) {}

    record Batch<T>(String name, List<T> items) {}

    record Parcel(String trackingNumber, long weight) {}

    @Test
    void aTypeWithTypeArgumentsIsReadBackAsItWas() {
        PayloadCodec<List<Order>> orders = PayloadCodec.json(new GenericType<>() {});
        List<Order> payload = List.of(new Order("a", Optional.of("now")), new Order("b", Optional.empty()));

        byte[] json = orders.encode(payload);

        assertThat(new String(json, UTF_8)).isEqualTo("[{\"id\":\"a\",\"note\":\"now\"},{\"id\":\"b\",\"note\":null}]");
        assertThat(orders.decode(json)).isEqualTo(payload);
        PayloadCodec<Batch<Map<String, Order>>> batches = PayloadCodec.json(new GenericType<>() {});
        var batch = new Batch<>("first", List.of(Map.of("x", payload.get(0))));
        assertThat(batches.decode(batches.encode(batch))).isEqualTo(batch);
    }

    @Test
    void aMissingOptionalIsEmpty() {
        PayloadCodec<Order> orders = PayloadCodec.json(Order.class);

        assertThat(orders.decode("{\"id\":\"a\"}".getBytes(UTF_8))).isEqualTo(new Order("a", Optional.empty()));
    }

    @Test
    void anOptionalIsAPayloadUnlessItIsEmpty() {
        PayloadCodec<Optional<Order>> orders = PayloadCodec.json(new GenericType<>() {});
        Optional<Order> payload = Optional.of(new Order("a", Optional.empty()));

        assertThat(orders.decode(orders.encode(payload))).isEqualTo(payload);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> orders.encode(Optional.empty()))
                .withMessage(
                        "A payload must not be JSON null, but this one is. Enqueue a value that describes the task.");
    }

    @Test
    void optionsApplyToGenericTypes() {
        PayloadCodec<List<Order>> strict =
                PayloadCodec.json(new GenericType<>() {}, JsonOptions.DEFAULT.with(JsonOptions.Unknown.REFUSE));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> strict.decode("[{\"id\":\"a\",\"more\":1}]".getBytes(UTF_8)))
                .withMessageStartingWith(
                        "The payload cannot be read as java.util.List<" + Order.class.getName() + ">: ");
    }

    @Test
    void aMapperOfTheApplicationWritesAndReadsPayloads() {
        JsonMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .addModule(new SimpleModule().addSerializer(long.class, ToStringSerializer.instance))
                .build();
        PayloadCodec<Parcel> parcels = ReplicationJson.payloads(mapper, Parcel.class);
        Parcel payload = new Parcel("t-1", 7);

        byte[] json = parcels.encode(payload);

        assertThat(new String(json, UTF_8)).isEqualTo("{\"tracking_number\":\"t-1\",\"weight\":\"7\"}");
        assertThat(parcels.decode(json)).isEqualTo(payload);
        PayloadCodec<List<Parcel>> lists = ReplicationJson.payloads(mapper, new GenericType<>() {});
        assertThat(lists.decode(lists.encode(List.of(payload)))).containsExactly(payload);
    }

    @Test
    void aPayloadThatTheMapperCannotReadBackIsRefusedAtTheEnqueue() {
        JsonMapper mapper = JsonMapper.builder()
                .addModule(new SimpleModule().addSerializer(Parcel.class, ToStringSerializer.instance))
                .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReplicationJson.payloads(mapper, Parcel.class).encode(new Parcel("t-1", 7)))
                .withMessageContaining("is written as JSON that no sink can read");
    }

    @Test
    void aTypeThatIsNotKnownAtRunTimeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(GenericPayloadsTest::<Order>ofVariable)
                .withMessage(
                        "The type java.util.List<T> contains a type variable, whose value is not known at run time. Pass"
                                + " a GenericType from where the type is known.");
        assertThatIllegalArgumentException()
                .isThrownBy(Raw::new)
                .withMessage(
                        Raw.class.getName()
                                + " does not state its type. Write new GenericType<List<Order>>() {}, with the type that is meant.");
    }

    private static <T> GenericType<List<T>> ofVariable() {
        return new GenericType<>() {};
    }

    @SuppressWarnings("rawtypes")
    private static final class Raw extends GenericType {}

    @Test
    void equalTypesAreEqual() {
        assertThat(new GenericType<List<Order>>() {}).isEqualTo(new GenericType<List<Order>>() {});
        assertThat(new GenericType<List<Order>>() {}).isNotEqualTo(new GenericType<List<String>>() {});
        assertThat(GenericType.of(Order.class))
                .isEqualTo(new GenericType<Order>() {})
                .hasToString(Order.class.getName());
    }
}
