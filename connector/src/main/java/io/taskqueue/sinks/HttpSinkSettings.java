package io.taskqueue.sinks;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.EventKind;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/**
 * The settings of an {@link HttpSink}, validated.
 *
 * @param timeout how long one request may take, including its response
 * @param kinds the kinds of events to post
 * @param permanentStatuses the statuses of a response that are a permanent failure of the event
 * @param headers added to each request
 * @param tls the certificates for https
 * @param transport creates the HTTP client
 * @param clock compared with a date in {@code Retry-After}
 */
record HttpSinkSettings(
        TargetUrl url,
        Duration timeout,
        Set<EventKind> kinds,
        Set<Integer> permanentStatuses,
        RequestHeaders headers,
        TlsStores tls,
        HttpTransport.Factory transport,
        Clock clock) {

    private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

    /** @throws IllegalArgumentException if a value is out of range */
    HttpSinkSettings {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("The timeout of a request must be positive, but is "
                    + DurationText.of(timeout) + ". Use a longer one, such as 10s.");
        }
        if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("The timeout of a request must be at most 1h, but is "
                    + DurationText.of(timeout) + ". Use a shorter one, such as 10s.");
        }
        for (int status : permanentStatuses) {
            if (status < 300 || status > 599) {
                throw new IllegalArgumentException("A permanent status must be from 300 to 599, but one is " + status
                        + ". Omit it; 2xx always means that the event was accepted.");
            }
        }
        if (tls.any() && !url.encrypted()) {
            throw new IllegalArgumentException("A trust store or key store is used with https only, but the url is "
                    + url + ". Use https, or omit it.");
        }
        kinds = Set.copyOf(kinds);
        permanentStatuses = Set.copyOf(permanentStatuses);
    }
}
