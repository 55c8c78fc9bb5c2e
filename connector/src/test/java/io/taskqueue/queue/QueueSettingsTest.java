package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueueSettingsTest {

    private final TaskQueue.Builder<String> builder = TaskQueue.builder("orders");

    private void refused(String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void capacityIsAtLeastOne() {
        builder.capacity(0);
        refused("capacity must be at least 1, but it is 0. Choose a positive number.");
    }

    @Test
    void maxAttemptsIsAtLeastOne() {
        builder.maxAttempts(-1);
        refused("maxAttempts must be at least 1, but it is -1. Choose a positive number.");
    }

    @Test
    void leaseDurationIsPositive() {
        builder.leaseDuration(Duration.ZERO);
        refused("leaseDuration must be from PT0.000000001S to PT876000H, but it is PT0S. Choose one in that range.");
    }

    @Test
    void heartbeatIntervalIsAtMostHalfTheLease() {
        builder.heartbeatInterval(Duration.ofSeconds(16));
        refused("heartbeatInterval must be from 0 to half the leaseDuration, here PT15S, but it is PT16S. Lower "
                + "heartbeatInterval or raise leaseDuration.");
    }

    @Test
    void heartbeatIntervalFollowsAShortLeaseByDefault() {
        builder.leaseDuration(Duration.ofSeconds(1)).build().close();
    }

    @Test
    void requeueDelayIsNotNegative() {
        builder.requeueDelay(Duration.ofMillis(-1));
        refused("requeueDelay must be from PT0S to PT876000H, but it is PT-0.001S. Choose one in that range.");
    }

    @Test
    void sweepIntervalIsPositive() {
        builder.sweepInterval(Duration.ZERO);
        refused("sweepInterval must be from PT0.000000001S to PT876000H, but it is PT0S. Choose one in that range.");
    }

    @Test
    void queueHasAName() {
        assertThatThrownBy(() -> TaskQueue.builder("").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The queue name is empty. Use a name such as \"orders\".");
    }
}
