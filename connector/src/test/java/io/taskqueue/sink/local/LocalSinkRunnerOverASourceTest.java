package io.taskqueue.sink.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.EventKind;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.EventSubscription;
import io.taskqueue.source.ReplicationSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSinkRunnerOverASourceTest {

    @Test
    void eventsOfASourceAreAppliedUntilItCloses(@TempDir Path directory) throws Exception {
        List<String> mails = Collections.synchronizedList(new ArrayList<>());
        LocalSinkRunner<String> runner = LocalSinkRunner.<String>builder("mail", (event, effects) -> {
                    if (event.kind() == EventKind.COMPLETED) {
                        effects.run("mail", key -> mails.add(event.payload()));
                    }
                })
                .build();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory, 0)) {
            Future<RunReceipt> run;
            try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                    ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(Map.of("bootstrap.servers", kafka.bootstrapServers()))
                            .sourcePeer("dispatcher-a")
                            .replicationFactor(1)
                            .start()) {
                EventSubscription<String> events = source.events();
                run = thread.submit(() -> runner.run(events));
                for (String order : List.of("a", "b", "c")) {
                    queue.enqueue(order);
                    Lease<String> lease = queue.lease();
                    lease.complete();
                }
                source.replicated().get(60, TimeUnit.SECONDS);
            }
            RunReceipt receipt = run.get(60, TimeUnit.SECONDS);
            assertThat(receipt).isEqualTo(new RunReceipt(9, 0, 0, new RunReceipt.EffectTotals(3, 0, 0, 0)));
            assertThat(mails).containsExactly("a", "b", "c");
        } finally {
            thread.shutdownNow();
        }
    }
}
