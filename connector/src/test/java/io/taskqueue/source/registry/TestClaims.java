package io.taskqueue.source.registry;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Claims of new sources, for tests. */
public final class TestClaims {

    private TestClaims() {}

    public static Claim claim(String queue, long epoch, String peer) {
        return new Claim(
                queue,
                epoch,
                UUID.randomUUID(),
                peer,
                Instant.parse("2026-11-23T12:00:00Z"),
                Optional.of(new Claim.Home("events", 12)));
    }
}
