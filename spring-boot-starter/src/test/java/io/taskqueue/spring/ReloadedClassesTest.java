package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.ReplicationSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** As with DevTools: the classes of the application are loaded again for each restart, those of libraries are not. */
@Timeout(180)
class ReloadedClassesTest {

    private static final String RELOADED = "io.taskqueue.spring.reloaded.";

    /** Loads the application's classes itself. */
    static final class RestartLoader extends ClassLoader {

        RestartLoader() {
            super(ReloadedClassesTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null
                        ? loaded
                        : name.startsWith(RELOADED) ? define(name) : super.loadClass(name, resolve);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void anApplicationRestartsWithItsClassesLoadedAgainAndLeavesNoThreadBehind(@TempDir Path directory)
            throws Exception {
        try (SpringTestCluster cluster = SpringTestCluster.start(directory)) {
            RestartLoader first = new RestartLoader();
            RestartLoader second = new RestartLoader();

            assertThat(run(cluster, directory, first)).isSameAs(first);
            assertThat(run(cluster, directory, second)).isSameAs(second);

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                    .filter(thread -> thread.getContextClassLoader() == first
                                            || thread.getContextClassLoader() == second)
                                    .map(Thread::getName)
                                    .toList())
                            .isEmpty());
        }
    }

    /** Runs the application until its sink has applied an event, and returns the class loader of the payload that it got. */
    private static ClassLoader run(SpringTestCluster cluster, Path directory, RestartLoader loader) throws Exception {
        Thread main = Thread.currentThread();
        ClassLoader before = main.getContextClassLoader();
        main.setContextClassLoader(loader);
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(
                        loader.loadClass(RELOADED + "ReloadedApplication"))
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.kafka.bootstrap-servers=" + cluster.servers(),
                        "--taskqueue.state-directory=" + directory.resolve("state"),
                        "--taskqueue.queues.reloaded.payload-type=" + RELOADED + "ReloadedPayload")) {
            @SuppressWarnings("unchecked")
            TaskQueue<Object> queue = context.getBean("reloadedTaskQueue", TaskQueue.class);
            Object payload = loader.loadClass(RELOADED + "ReloadedPayload")
                    .getDeclaredConstructor(String.class)
                    .newInstance("a");
            queue.enqueue(payload);
            assertThat(context.getBean(ReplicationSource.class).health().live()).isTrue();
            @SuppressWarnings("unchecked")
            List<Object> applied = (List<Object>) context.getBean("applied");
            await().atMost(Duration.ofSeconds(60)).until(() -> !applied.isEmpty());
            queue.lease().complete();
            return applied.get(applied.size() - 1).getClass().getClassLoader();
        } finally {
            main.setContextClassLoader(before);
        }
    }
}
