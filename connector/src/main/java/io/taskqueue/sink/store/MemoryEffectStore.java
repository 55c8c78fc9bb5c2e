package io.taskqueue.sink.store;

import io.taskqueue.sink.EffectKey;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results in memory, lost when the process ends: for tests, and for targets whose state is lost as well. Thread-safe.
 *
 * <p>Holds a number of results at most: beyond it, the one that was recorded first is forgotten, so that a replay counts its effect as
 * missing, and the effect would run again if its event were applied again. Intents are never forgotten, because an operator may have
 * to decide about them; beyond the same number, a further one is refused.
 */
public final class MemoryEffectStore implements EffectStore {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryEffectStore.class);

    /** The number of results that a store holds unless another one is set. */
    public static final int DEFAULT_MAX_RESULTS = 100_000;

    private final Map<EffectKey, EffectResult> results = new LinkedHashMap<>();
    private final Set<EffectKey> intents = new HashSet<>();
    private final int maxResults;
    private boolean forgot;

    /** A store of {@value #DEFAULT_MAX_RESULTS} results. */
    public MemoryEffectStore() {
        this(DEFAULT_MAX_RESULTS);
    }

    /**
     * @param maxResults the number of results that it holds at most, and of intents
     * @throws IllegalArgumentException if it is below 1
     */
    public MemoryEffectStore(int maxResults) {
        if (maxResults < 1) {
            throw new IllegalArgumentException("A store must hold at least 1 result, but " + maxResults
                    + " was set. Use " + DEFAULT_MAX_RESULTS + ", the default, if unsure.");
        }
        this.maxResults = maxResults;
    }

    @Override
    public synchronized Optional<EffectResult> find(EffectKey key) {
        return Optional.ofNullable(results.get(key));
    }

    @Override
    public synchronized EffectResult record(EffectKey key, EffectResult result) {
        EffectResult before = results.putIfAbsent(key, Objects.requireNonNull(result, "result"));
        intents.remove(key);
        if (results.size() > maxResults) {
            forgetOldest();
        }
        return before == null ? result : before;
    }

    @Override
    public synchronized boolean intend(EffectKey key) {
        if (intents.size() >= maxResults && !intents.contains(key)) {
            throw new SinkStoreException(
                    "The intent of effect " + key + " cannot be recorded: this store in memory holds "
                            + maxResults
                            + " intents, its limit. Decide about the events that they belong to, or create the store with a "
                            + "higher limit.");
        }
        return intents.add(key);
    }

    @Override
    public synchronized void withdraw(EffectKey key) {
        intents.remove(key);
    }

    /** The number of recorded results. */
    public synchronized int size() {
        return results.size();
    }

    private void forgetOldest() {
        EffectKey oldest = results.keySet().iterator().next();
        results.remove(oldest);
        if (!forgot) {
            forgot = true;
            LOG.warn(
                    "A store of effects in memory holds {} results, its limit, and forgets the oldest ones from now on, first that of "
                            + "effect {}. Create it with a higher limit, or use JdbcEffectStore, if replays need them",
                    maxResults,
                    oldest);
        }
    }
}
