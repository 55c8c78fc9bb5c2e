/**
 * The commands {@code sink} and {@code rate}.
 *
 * <pre>
 *   SinkCommand -> SinkFactoryLoader -> log, http, JdbcSinkFactory -> DriverDataSource, or a class of the user
 *                                    -> ClassPathDriver (makes JDBC drivers of the user visible to all of the JDBC API)
 *               -> SinkServiceOptions (the settings of the service)
 *               -> SinkDiagnostics    (what the service shows over HTTP; threads of the server and of the service)
 *               -> SinkIdleMonitor    (--until-idle)
 *   RateCommand -> io.taskqueue.streams.admin.SinkRates (changes the rate limit of a running sink)
 * </pre>
 *
 * <p>The demo uses the diagnostics and the monitor as well. No message may contain a password or a payload.
 */
@NullMarked
package io.taskqueue.cli.sink;

import org.jspecify.annotations.NullMarked;
