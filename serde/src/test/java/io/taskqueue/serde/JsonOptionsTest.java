package io.taskqueue.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.taskqueue.serde.JsonOptions.Missing;
import io.taskqueue.serde.JsonOptions.Unknown;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JsonOptionsTest {

    record Invoice(String number, @Nullable String customer, long cents) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Lenient(@Nullable String name) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Sparse(@Nullable String name) {}

    record Renamed(@JsonProperty("order-id") @JsonAlias("orderId") String id) {}

    record Ping() {}

    record Line(int count) {}

    record Cart(String id, Line line) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({@JsonSubTypes.Type(value = Circle.class, name = "circle")})
    interface Shape {}

    record Circle(int radius) implements Shape {}

    record Inner(String street) {}

    static final class Outer {
        @JsonUnwrapped
        public @Nullable Inner inner;
    }

    static final class Open {
        private final Map<String, Object> all = new HashMap<>();

        @JsonAnySetter
        void put(String name, Object value) {
            all.put(name, value);
        }
    }

    record Wrapper(String text) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Wrapper of(Map<String, Object> any) {
            return new Wrapper(any.toString());
        }
    }

    static final class WithoutSetters {
        public String getName() {
            return "a name";
        }
    }

    static final class WithoutConstructor {
        private final String name;

        WithoutConstructor(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }
    }

    @Test
    void aPropertyThatALaterVersionAddsIsIgnoredUnlessRefused() {
        String json = "{\"number\":\"i-1\",\"customer\":\"c\",\"cents\":1,\"currency\":\"EUR\"}";

        assertThat(read(Invoice.class, JsonOptions.DEFAULT, json)).isEqualTo(new Invoice("i-1", "c", 1));
        refused(
                Invoice.class,
                JsonOptions.DEFAULT.with(Unknown.REFUSE),
                json,
                "The payload cannot be read as " + Invoice.class.getName() + ": UnrecognizedPropertyException at "
                        + Invoice.class.getName() + "[\"currency\"]");
    }

    @Test
    void aMissingReferenceIsNullUnlessRefused() {
        String json = "{\"number\":\"i-1\",\"cents\":1}";

        assertThat(read(Invoice.class, JsonOptions.DEFAULT, json)).isEqualTo(new Invoice("i-1", null, 1));
        refused(
                Invoice.class,
                JsonOptions.DEFAULT.with(Missing.REFUSE),
                json,
                "The payload cannot be read as " + Invoice.class.getName() + ": MismatchedInputException at "
                        + Invoice.class.getName() + "[\"customer\"]");
        refused(
                Invoice.class,
                JsonOptions.DEFAULT.with(Missing.REFUSE),
                "{\"number\":\"i-1\",\"customer\":null,\"cents\":1}",
                "The payload cannot be read as " + Invoice.class.getName() + ": MismatchedInputException at "
                        + Invoice.class.getName() + "[\"customer\"]");
    }

    @Test
    void aMissingPrimitiveIsRefusedUnlessAllowed() {
        for (String json : new String[] {
            "{\"number\":\"i-1\",\"customer\":\"c\"}", "{\"number\":\"i-1\",\"customer\":\"c\",\"cents\":null}"
        }) {
            refused(
                    Invoice.class,
                    JsonOptions.DEFAULT,
                    json,
                    "The payload cannot be read as " + Invoice.class.getName() + ": MismatchedInputException at "
                            + Invoice.class.getName() + "[\"cents\"]");
            assertThat(read(Invoice.class, JsonOptions.DEFAULT.with(Missing.ALLOW), json))
                    .isEqualTo(new Invoice("i-1", "c", 0));
        }
    }

    @Test
    void aMissingPrimitiveWithinThePayloadIsRefused() {
        refused(
                Cart.class,
                JsonOptions.DEFAULT,
                "{\"id\":\"c\",\"line\":{}}",
                "The payload cannot be read as " + Cart.class.getName() + ": MismatchedInputException at "
                        + Cart.class.getName() + "[\"line\"]->" + Line.class.getName() + "[\"count\"]");
    }

    @ParameterizedTest
    @EnumSource(Missing.class)
    void aPayloadOfAnotherClassIsRefused(Missing missing) {
        JsonOptions options = JsonOptions.DEFAULT.with(missing);

        refused(
                Lenient.class,
                options,
                "{\"sku\":\"a-1\",\"count\":2}",
                "The payload is not one of " + Lenient.class.getName()
                        + ": it has the property sku, and none that can be read into this class");
        refused(
                Sparse.class,
                options,
                "{\"sku\":{\"name\":\"nested\"}}",
                "The payload is not one of " + Sparse.class.getName()
                        + ": it has the property sku, and none that can be read into this class");
    }

    @Test
    void objectsThatMayHaveAnyPropertyAreRead() {
        assertThat(read(Sparse.class, JsonOptions.DEFAULT, "{}")).isEqualTo(new Sparse(null));
        assertThat(read(Ping.class, JsonOptions.DEFAULT, "{}")).isEqualTo(new Ping());
        assertThat(read(Ping.class, JsonOptions.DEFAULT, "{\"a\":1}")).isEqualTo(new Ping());
        assertThat(read(Renamed.class, JsonOptions.DEFAULT, "{\"orderId\":\"o-1\"}"))
                .isEqualTo(new Renamed("o-1"));
        assertThat(read(Renamed.class, JsonOptions.DEFAULT, "{\"order-id\":\"o-1\"}"))
                .isEqualTo(new Renamed("o-1"));
        assertThat(read(Shape.class, JsonOptions.DEFAULT, "{\"@type\":\"circle\",\"radius\":2}"))
                .isEqualTo(new Circle(2));
        assertThat(read(Open.class, JsonOptions.DEFAULT, "{\"a\":1}").all).containsEntry("a", 1);
        assertThat(read(Wrapper.class, JsonOptions.DEFAULT, "{\"a\":1}")).isEqualTo(new Wrapper("{a=1}"));
        assertThat(read(Outer.class, JsonOptions.DEFAULT, "{\"street\":\"s\"}").inner)
                .isEqualTo(new Inner("s"));
        assertThat((Object) read(Map.class, JsonOptions.DEFAULT, "{\"a\":1}")).isEqualTo(Map.of("a", 1));
        assertThat(read(String.class, JsonOptions.DEFAULT, "\"a\"")).isEqualTo("a");
    }

    @Test
    void aPayloadThatCannotBeReadBackIsRefusedWhenItIsEncoded() {
        String remedy =
                ". Use a record, or give the class a constructor or setters for all that it writes, or use another"
                        + " codec";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.json(WithoutConstructor.class).encode(new WithoutConstructor("a")))
                .withMessage("A " + WithoutConstructor.class.getName()
                        + " is written as JSON that no sink can read: The payload cannot be read as "
                        + WithoutConstructor.class.getName() + ": MismatchedInputException" + remedy);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.json(WithoutSetters.class).encode(new WithoutSetters()))
                .withMessage("A " + WithoutSetters.class.getName()
                        + " is written as JSON that no sink can read: The payload is not one of "
                        + WithoutSetters.class.getName()
                        + ": it has the property name, and none that can be read into this class" + remedy);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PayloadCodec.json(Invoice.class, JsonOptions.DEFAULT.with(Missing.REFUSE))
                        .encode(new Invoice("i-1", null, 1)))
                .withMessage("A " + Invoice.class.getName()
                        + " is written as JSON that no sink can read: The payload cannot be read as "
                        + Invoice.class.getName() + ": MismatchedInputException at " + Invoice.class.getName()
                        + "[\"customer\"]" + remedy);
    }

    @Test
    void onlyTheFirstPayloadOfAClassIsReadBack() {
        PayloadCodec<Invoice> codec = PayloadCodec.json(Invoice.class, JsonOptions.DEFAULT.with(Missing.REFUSE));
        codec.encode(new Invoice("i-1", "c", 1));

        assertThat(new String(codec.encode(new Invoice("i-2", null, 2)), UTF_8))
                .isEqualTo("{\"number\":\"i-2\",\"customer\":null,\"cents\":2}");
    }

    private static <T> T read(Class<T> type, JsonOptions options, String json) {
        return PayloadCodec.json(type, options).decode(json.getBytes(UTF_8));
    }

    private static void refused(Class<?> type, JsonOptions options, String json, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(type, options, json))
                .withMessage(message);
    }
}
