/**
 * What an earlier version left on a cluster is understood by this one: a sink continues from its changelogs and committed offsets, and a
 * source recovers its queue.
 *
 * <p>{@code StoredTopics} writes the topics of a cluster to a file and from a file; {@code StoredScenario} is what was run to make them, by
 * the version that is named by the directory; {@code StoredStateTest} continues from each of them.
 */
@NullMarked
package io.taskqueue.stored;

import org.jspecify.annotations.NullMarked;
