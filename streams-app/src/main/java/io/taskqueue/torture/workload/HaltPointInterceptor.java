package io.taskqueue.torture.workload;

import io.taskqueue.event.EventKind;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Kills a dispatcher at a point of its work, which shows in what its producers send. An interceptor of Kafka's, so that the source
 * itself needs nothing for it.
 */
public final class HaltPointInterceptor implements ProducerInterceptor<byte[], byte[]> {

    /** The name of the {@link HaltPoint}. */
    static final String POINT = "torture.kill.point";

    /** At which time of passing it the process is killed, from 1. */
    static final String PASS = "torture.kill.pass";

    private HaltPoint point = HaltPoint.CLAIMED;
    private final AtomicLong left = new AtomicLong();

    @Override
    public void configure(Map<String, ?> settings) {
        point = HaltPoint.valueOf(String.valueOf(settings.get(POINT)));
        left.set(Long.parseLong(String.valueOf(settings.get(PASS))));
    }

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> sent) {
        Header type = sent.headers().lastHeader("ce_type");
        if (type != null && isAtPoint(new String(type.value(), StandardCharsets.UTF_8))) {
            pass();
        }
        return sent;
    }

    private boolean isAtPoint(String type) {
        return switch (point) {
            case CLAIMED -> isOf(type, EventKind.SOURCE_STARTED);
            case RECOVERING -> isOf(type, EventKind.RESTORED);
            case COMPLETING -> isOf(type, EventKind.COMPLETED);
            case HANDING_OVER -> isOf(type, EventKind.DRAINED);
            case ACKNOWLEDGED, ACTION_ENDED -> false;
        };
    }

    private static boolean isOf(String type, EventKind kind) {
        return type.endsWith("." + kind.wireName());
    }

    @Override
    public void onAcknowledgement(@Nullable RecordMetadata acknowledged, @Nullable Exception failure) {
        if (point == HaltPoint.ACKNOWLEDGED && failure == null) {
            pass();
        }
    }

    private void pass() {
        if (left.decrementAndGet() == 0) {
            HaltPoint.kill();
        }
    }

    @Override
    public void close() {}
}
