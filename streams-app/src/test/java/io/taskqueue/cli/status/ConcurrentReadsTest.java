package io.taskqueue.cli.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class ConcurrentReadsTest {

    @Test
    void readsRunSideBySideAndWhatTheyReadIsInTheOrderOfTheKeys() throws Exception {
        CountDownLatch all = new CountDownLatch(3);

        List<Integer> read = ConcurrentReads.inOrder(List.of(1, 2, 3), key -> {
            all.countDown();
            assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
            return key * 10;
        });

        assertThat(read).containsExactly(10, 20, 30);
        List<Integer> many = IntStream.range(0, 100).boxed().toList();
        assertThat(ConcurrentReads.inOrder(many, key -> key)).isEqualTo(many);
        assertThat(ConcurrentReads.inOrder(List.<Integer>of(), key -> key)).isEmpty();
    }

    @Test
    void whatAReadThrowsIsThrownAndTheOthersAreInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);

        assertThatThrownBy(() -> ConcurrentReads.inOrder(List.of(1, 2), key -> {
                    if (key == 1) {
                        throw new TimeoutException("no leader");
                    }
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                    return key;
                }))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("no leader");
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
