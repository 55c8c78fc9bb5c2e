/**
 * What the author of a sink uses: the sink itself, its effects, the policies that a runner follows, and the exceptions.
 *
 * <pre>
 *   runner --event, effects--> ReplicationSink --capture(name, action)--> Effects --action(key)--> the target
 *
 *   made by                    SinkFactory, for the commands
 *   what a sink acts on        Interests: kinds of events, and queues by a QueueFilter
 *   of an effect               EffectKey, its idempotency key; ResultType, the type of its result; RecordedAs, where a class is not enough
 *   declared with an effect    OnAmbiguity, EffectProbe
 *   configured for a sink      RetryPolicy, BreakerPolicy, OnPermanent, OnExhausted, OnGap; EffectMode (local only)
 *   thrown by an action        PermanentEffectException, RetryLaterException, NotDoneException, UnknownOutcomeException
 *   thrown to a sink           RecordedFailureException, AmbiguousEffectException, EffectNotRecordedException,
 *                              ResultTooLargeException of sink.store, EffectMisuseException
 *   thrown by a runner         SinkFailedException (local), SinkStoppedException (service); Causes searches exceptions
 * </pre>
 *
 * <p>Two runners call a sink: {@code SinkService} in module streams, on worker threads, and
 * {@link io.taskqueue.sink.local.LocalSinkRunner}, on the calling thread. Both pass events of one task one at a time and in
 * order.
 *
 * <p>The other packages: {@link io.taskqueue.sink.effect} executes and records effects, {@link io.taskqueue.sink.store} holds the
 * stores of results and checkpoints, {@link io.taskqueue.sink.jdbc} implements sinks and stores with JDBC, and
 * {@link io.taskqueue.sinks} has the ready-made sinks. This package depends on none of them.
 */
@NullMarked
package io.taskqueue.sink;

import org.jspecify.annotations.NullMarked;
