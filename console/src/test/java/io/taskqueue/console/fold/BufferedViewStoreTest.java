package io.taskqueue.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.fold.ViewStore.Entries;
import io.taskqueue.console.fold.ViewStore.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BufferedViewStoreTest {

    /** What is done with a key: it is put with a value, deleted where the value is empty, or, before that, all changes are passed on. */
    record Step(String key, String value, boolean flush) {}

    @Property(tries = 500)
    void readsAsIfEachChangeWerePassedOnAtOnce(@ForAll("steps") List<Step> steps) {
        MemoryViewStore behind = new MemoryViewStore();
        BufferedViewStore store = new BufferedViewStore(behind);
        NavigableMap<String, String> model = new TreeMap<>();
        for (Step step : steps) {
            if (step.flush()) {
                store.flush();
                assertThat(ascending(behind, "a", "z")).isEqualTo(entries(model));
            }
            if (step.value().isEmpty()) {
                store.delete(bytes(step.key()));
                model.remove(step.key());
            } else {
                store.put(bytes(step.key()), bytes(step.value()));
                model.put(step.key(), step.value());
            }
            assertThat(ascending(store, "a", "z")).isEqualTo(entries(model));
            assertThat(descending(store, "a", "z")).isEqualTo(entries(model.descendingMap()));
            assertThat(ascending(store, "c", step.key()))
                    .isEqualTo(
                            "c".compareTo(step.key()) > 0
                                    ? List.of()
                                    : entries(model.subMap("c", true, step.key(), false)));
            byte[] value = store.get(bytes(step.key()));
            assertThat(value == null ? "" : text(value)).isEqualTo(step.value());
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<String> keys = Arbitraries.of("a", "b", "c", "d", "e", "f");
        Arbitrary<String> values = Arbitraries.of("", "1", "2");
        Arbitrary<Boolean> flushes = Arbitraries.of(false, false, false, true);
        return Combinators.combine(keys, values, flushes).as(Step::new).list().ofMaxSize(40);
    }

    @Example
    void aKeyThatChangesOftenIsPassedOnOnce() {
        MemoryViewStore behind = new MemoryViewStore();
        BufferedViewStore store = new BufferedViewStore(behind);

        store.put(bytes("a"), bytes("1"));
        store.put(bytes("a"), bytes("2"));
        store.put(bytes("b"), bytes("1"));
        store.delete(bytes("b"));

        assertThat(behind.size()).isZero();
        store.flush();
        assertThat(ascending(behind, "a", "z")).containsExactly("a=2");
    }

    @Example
    void changesBeyondTheBoundArePassedOnWithoutACommit() {
        MemoryViewStore behind = new MemoryViewStore();
        BufferedViewStore store = new BufferedViewStore(behind);
        byte[] large = new byte[BufferedViewStore.MAX_BYTES / 4];

        for (String key : List.of("a", "b", "c", "a", "b", "c")) {
            store.put(bytes(key), large);
        }
        assertThat(behind.size()).as("three values").isZero();

        store.put(bytes("d"), large);

        assertThat(behind.size()).isEqualTo(4);
    }

    private static List<String> ascending(ViewStore store, String from, String to) {
        return read(store.ascending(bytes(from), bytes(to)));
    }

    private static List<String> descending(ViewStore store, String from, String to) {
        return read(store.descending(bytes(from), bytes(to)));
    }

    private static List<String> read(Entries entries) {
        List<String> read = new ArrayList<>();
        try (entries) {
            while (entries.hasNext()) {
                Entry entry = entries.next();
                read.add(text(entry.key()) + "=" + text(entry.value()));
            }
        }
        return read;
    }

    private static List<String> entries(NavigableMap<String, String> model) {
        return model.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
