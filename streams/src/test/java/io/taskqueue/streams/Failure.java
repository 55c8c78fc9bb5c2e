package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.status.SinkState;
import org.awaitility.Awaitility;

/** Waits until a service has failed. */
final class Failure {

    private Failure() {}

    /** The message of the failure, which is the same wherever it is reported. */
    static String of(SinkService service) throws Exception {
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> service.status().state() == SinkState.FAILED);
        assertThat(service.ready()).isFalse();
        SinkStoppedException thrown = catchThrowableOfType(SinkStoppedException.class, service::awaitTermination);
        assertThat(service.status().failure()).hasValue(thrown.getMessage());
        return thrown.getMessage();
    }
}
