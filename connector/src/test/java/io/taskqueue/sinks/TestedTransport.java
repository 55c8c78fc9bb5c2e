package io.taskqueue.sinks;

import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The HTTP clients that each test of the sink runs with. */
enum TestedTransport implements HttpTransport.Factory {
    JDK {
        @Override
        public HttpTransport create(@Nullable SSLContext tls) {
            return HttpTransport.jdk(tls);
        }
    },
    APACHE {
        @Override
        public HttpTransport create(@Nullable SSLContext tls) {
            return new ApacheHttpTransport(tls);
        }
    }
}
