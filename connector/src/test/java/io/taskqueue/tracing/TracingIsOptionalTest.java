package io.taskqueue.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.local.LocalSinkRunner;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** In an application without OpenTelemetry, queues and sinks work, and nothing tries to load a class of it. */
class TracingIsOptionalTest {

    @Test
    void queuesAndSinksNeedNoOpenTelemetry() throws Exception {
        try (Application application = Application.withoutOpenTelemetry()) {
            assertThat(application.call(Works.class)).isEqualTo("x");
            assertThat(application.missed).isEmpty();
        }
    }

    @Test
    void whoChoosesItNeedsIt() throws Exception {
        try (Application application = Application.withoutOpenTelemetry()) {
            assertThatThrownBy(() -> application.call(ChoosesOpenTelemetry.class))
                    .isInstanceOf(NoClassDefFoundError.class);
            assertThat(application.missed).isNotEmpty();
        }
    }

    /** The class path without OpenTelemetry, and the classes of it that were missed. */
    private static final class Application extends URLClassLoader {

        private final List<String> missed = new ArrayList<>();

        private Application(URL[] classPath) {
            super(classPath, ClassLoader.getPlatformClassLoader());
        }

        static Application withoutOpenTelemetry() throws MalformedURLException {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                if (!Path.of(entry).getFileName().toString().startsWith("opentelemetry-")) {
                    urls.add(Path.of(entry).toUri().toURL());
                }
            }
            return new Application(urls.toArray(URL[]::new));
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("io.opentelemetry.")) {
                missed.add(name);
            }
            return super.findClass(name);
        }

        Object call(Class<? extends Callable<?>> type) throws Exception {
            Class<?> loaded = loadClass(type.getName());
            assertThat(loaded).isNotSameAs(type);
            return ((Callable<?>) loaded.getDeclaredConstructor().newInstance()).call();
        }
    }

    /** Enqueues, leases and applies. */
    public static final class Works implements Callable<Object> {
        @Override
        public Object call() throws Exception {
            LocalSinkRunner.<String>builder("billing", (event, effects) -> effects.run("charge", key -> {}))
                    .build()
                    .run(Events.sequence("orders", 2));
            try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build()) {
                queue.enqueue("x");
                var lease = queue.lease();
                lease.makeCurrent().close();
                lease.complete();
                return lease.payload();
            }
        }
    }

    /** Uses what is missing. */
    public static final class ChoosesOpenTelemetry implements Callable<Object> {
        @Override
        public Object call() {
            return OpenTelemetryTracing.ofGlobal();
        }
    }
}
