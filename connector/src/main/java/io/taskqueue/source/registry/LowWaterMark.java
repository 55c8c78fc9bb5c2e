package io.taskqueue.source.registry;

import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * The low-water mark of a queue: the lowest offset from which its partition must be read to find every live task, because each event
 * shows its task whole. Published by the queue's source in the registry, beside its claim.
 *
 * <p>A record of the registry topic. Key: {@link RegistryKey#mark}; value: a JSON object
 *
 * <pre>
 *   {"queueName":…, "epoch":…, "topic":…, "topicId":…, "partition":…, "offset":…, "position":"epoch/sequence",
 *    "live":…, "upTo":"epoch/sequence", "lastKey":…, "at":…}
 * </pre>
 *
 * <p>A mark is true of the events up to {@code upTo}, all of which were confirmed: acknowledged, and before the fence of any newer owner. So
 * it stays true whatever is written later, also if its source writes it after another one has claimed the queue; an older mark is only
 * lower. {@code lastKey} is absent if the task that was enqueued last has no key. Fields are only ever added; a reader ignores those it does
 * not know.
 *
 * @param queueName the queue
 * @param epoch the epoch of the source that published it
 * @param place the partition that it is about
 * @param offset the latest event of every live task is at this offset or behind it
 * @param position the position of the event there; events behind the offset with a lower position are duplicates, or stale
 * @param live the live tasks after the event {@code upTo}
 * @param at when it was published, by the source's clock
 */
public record LowWaterMark(
        String queueName, long epoch, Place place, long offset, Position position, Live live, Instant at) {

    /**
     * A partition of a topic, which has another id when it was deleted and created again.
     */
    public record Place(String topic, Uuid topicId, int partition) {

        public Place {
            Objects.requireNonNull(topic, "topic");
            Objects.requireNonNull(topicId, "topicId");
        }
    }

    /**
     * What was live.
     *
     * @param tasks how many tasks, those that the source did not recover included
     * @param upTo after which event
     * @param lastKey the caller's key of the task that was enqueued last, if it had one
     */
    public record Live(long tasks, Position upTo, Optional<String> lastKey) {

        public Live {
            Objects.requireNonNull(upTo, "upTo");
            Objects.requireNonNull(lastKey, "lastKey");
        }
    }

    /** @throws IllegalArgumentException if the queue's name is not legal, or a number is negative */
    public LowWaterMark {
        QueueName.require(queueName);
        Objects.requireNonNull(place, "place");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(live, "live");
        Objects.requireNonNull(at, "at");
        if (epoch < 0 || offset < 0 || live.tasks() < 0) {
            throw new IllegalArgumentException("A low-water mark has numbers of at least 0, but the one of queue "
                    + queueName + " has epoch " + epoch + ", offset " + offset + ", " + live.tasks() + " live tasks.");
        }
    }
}
