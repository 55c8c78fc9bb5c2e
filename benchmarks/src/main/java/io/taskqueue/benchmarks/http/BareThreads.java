package io.taskqueue.benchmarks.http;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** The main class of a process of bare threads, which post one after the other: CLIENT URL CALLS THREADS. */
public final class BareThreads {

    private BareThreads() {}

    public static void main(String[] arguments) throws Exception {
        PostingClient client = PostingClient.named(arguments[0], URI.create(arguments[1]));
        int calls = Integer.parseInt(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        byte[] body = SampleEvent.json();
        AtomicInteger next = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(pool.submit(() -> {
                for (int call = next.incrementAndGet(); call <= calls; call = next.incrementAndGet()) {
                    int status = client.post(body, "bare/0/queue-0/1/" + call + "/post");
                    if (status != 204) {
                        throw new IllegalStateException("Call " + call + " was answered " + status + ".");
                    }
                }
                return null;
            }));
        }
        for (Future<?> thread : all) {
            thread.get();
        }
        System.exit(0);
    }
}
