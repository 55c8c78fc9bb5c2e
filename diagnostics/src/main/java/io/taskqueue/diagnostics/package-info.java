/**
 * What a dispatcher or a sink service shows of itself over HTTP: live events, health, meters.
 *
 * <p>{@link io.taskqueue.diagnostics.DiagnosticsServer} is the server; a {@link io.taskqueue.diagnostics.DiagnosticsFeed} is
 * where its events come from, {@link io.taskqueue.diagnostics.HealthCheck} what decides whether it is ready. Whoever feeds it
 * never waits for whoever watches it.
 */
@NullMarked
package io.taskqueue.diagnostics;

import org.jspecify.annotations.NullMarked;
