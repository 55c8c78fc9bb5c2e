package io.taskqueue.spring.reloaded;

import io.taskqueue.event.EventKind;
import io.taskqueue.sink.ReplicationSink;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application with a sink that keeps the payloads it gets. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class ReloadedApplication {

    @Bean
    public CopyOnWriteArrayList<Object> applied() {
        return new CopyOnWriteArrayList<>();
    }

    @Bean
    public ReplicationSink<ReloadedPayload> reloaded(CopyOnWriteArrayList<Object> applied) {
        return (event, effects) -> {
            if (event.kind() == EventKind.ENQUEUED) {
                applied.add(event.payload());
            }
        };
    }
}
