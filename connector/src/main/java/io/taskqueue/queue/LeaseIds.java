package io.taskqueue.queue;

import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes random (version 4) lease ids from a generator that is seeded once: a secure one for each lease would be the slowest
 * part of granting it, and an id must be unique, not secret. Guarded by the queue's lock.
 */
final class LeaseIds {

    private final RandomGenerator random;

    LeaseIds(RandomGenerator random) {
        this.random = random;
    }

    static LeaseIds seededAtRandom() {
        return new LeaseIds(new SplittableRandom(new SecureRandom().nextLong()));
    }

    UUID next() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & ~(0b11L << 62)) | (0b10L << 62);
        return new UUID(high, low);
    }
}
