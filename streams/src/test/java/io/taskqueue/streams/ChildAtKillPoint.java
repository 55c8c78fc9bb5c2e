package io.taskqueue.streams;

import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/**
 * A sink in a child process that takes one event of each policy up to a point, all together, reports it, and waits there to
 * be killed. It commits only when intents request it, and at the last two points when one more intent does.
 */
final class ChildAtKillPoint {

    private ChildAtKillPoint() {}

    /** @param args name, bootstrap servers, topic, state directory, the ledger's URL, the point */
    public static void main(String[] args) throws Exception {
        KillPoint here = KillPoint.valueOf(args[5]);
        AtomicBoolean armed = new AtomicBoolean();
        try (SinkTopology sink = ChildProcess.sink(args, new Sink(args[4], here, armed))
                .commitInterval(Duration.ofMinutes(5))
                .topology()) {
            KafkaStreams streams = new KafkaStreams(
                    sink.topology(), new StreamsConfig(sink.properties()), new ProducerProbe(sink.clients()) {
                        @Override
                        void committing() {
                            waitForKillIf(here == KillPoint.BEFORE_COMMIT && armed.get());
                        }

                        @Override
                        void committed() {
                            waitForKillIf(here == KillPoint.AFTER_COMMIT && armed.get());
                        }
                    });
            streams.start();
            new CountDownLatch(1).await();
        }
    }

    private static void waitForKillIf(boolean reached) {
        if (reached) {
            System.out.println("at the kill point");
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Sink extends AmbiguousSink {

        private final CyclicBarrier all = new CyclicBarrier(Policy.values().length);
        private final KillPoint here;
        private final AtomicBoolean armed;

        Sink(String ledger, KillPoint here, AtomicBoolean armed) {
            super(ledger);
            this.here = here;
            this.armed = armed;
        }

        @Override
        void at(KillPoint point, Effects effects) throws Exception {
            // together at each point, so that no intent's commit carries another's result
            int last = all.await();
            waitForKillIf(point == here);
            if (point == KillPoint.RESULT_HANDED_OVER && last == 0) {
                armed.set(true);
                effects.run("commit now", OnAmbiguity.probe(key -> Answer.done(null)), key -> {});
            }
        }
    }
}
