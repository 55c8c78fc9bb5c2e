package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetUrlTest {

    private static final String EXAMPLE = ". Use one such as http://localhost:8080/events.";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost",
                "HTTPS://localhost:443/x?a=b#c",
                "http://127.0.0.1:1",
                "http://[::1]:65535/",
                "http://a-b.example:8080/x%20y",
                "http://xn--bcher-kva.example/",
                "http://localhost:/x",
                "http://host./"
            })
    void urlThatIsAcceptedCanBeRequested(String url) {
        HttpRequest.newBuilder(TargetUrl.parse(url).uri()).build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "localhost:8080 | is not an absolute http or https URL",
                "/events | is not an absolute http or https URL",
                "ftp://host/x | is not an absolute http or https URL",
                "file:/x | is not an absolute http or https URL",
                "http:///events | names no host",
                "http:/events | names no host",
                "http:events | names no host",
                "http://a b/x | is not a URL: Illegal character in authority",
                "http://host/a b | is not a URL: Illegal character in path",
                "http:// | is not a URL: Expected authority",
                "http://host:0/ | has port 0, which is not from 1 to 65535",
                "http://host:65536/ | has port 65536, which is not from 1 to 65535",
                "http://host:99999999999/ | has an invalid host name 'host'",
                "http://host:abc/x | has a port that is not a number",
                "http://host:-1/x | has a port that is not a number",
                "http://::1/x | contains an IPv6 address without brackets, as in http://[::1]:8080/events, or two ports",
                "http://::1:8080/x | contains an IPv6 address without brackets, as in http://[::1]:8080/events, or two ports",
                "http://host:80:81/x | contains an IPv6 address without brackets, as in http://[::1]:8080/events, or two ports",
                "http://b\u00fccher.example/x | has an invalid host name 'b\u00fccher.example'",
                "http://-host/x | has an invalid host name '-host'",
                "http://a..b/x | has an invalid host name 'a..b'"
            })
    void urlThatCannotBeRequestedIsRefused(String url, String fact) {
        assertThatThrownBy(() -> TargetUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The url '" + url + "' " + fact + EXAMPLE);
    }

    @ParameterizedTest
    @CsvSource({"http://my_host:8080/x, my_host", "https://billing_1.internal, billing_1.internal", "http://_/x, _"})
    void underscoreInAHostNameIsNamedAsTheReason(String url, String host) {
        assertThatThrownBy(() -> TargetUrl.parse(url))
                .hasMessage(
                        "The host name '" + host + "' of the url '" + url
                                + "' contains an underscore, which the HTTP client of the JDK does not accept in a host name. Use "
                                + "another name of the host, such as a network alias without an underscore, or its IP address.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:secret@host/x",
                "http://me:secret@my_host/x",
                "http://secret@[::1]/x",
                "https://:secret@h:1"
            })
    void credentialsInTheUrlAreRefusedAndNotPrinted(String url) {
        assertThatThrownBy(() -> TargetUrl.parse(url))
                .hasMessage("The url '" + url.replaceFirst("//.*@", "//(hidden)@")
                        + "' contains credentials, which are not sent. Remove them from the url, and set basic.user and "
                        + "basic.password.file, or bearer.file.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:secret@a b/x",
                "http://me:secret@host:99999999/x?token=secret",
                "http://host/x y?token=secret",
                "ftp://host/x?token=secret",
                "http://my_host?token=secret",
                "http://host?token=se cret"
            })
    void noMessageContainsASecret(String url) {
        assertThatThrownBy(() -> TargetUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(refused -> assertThat(refused.getMessage())
                        .doesNotContain("secret")
                        .doesNotContain("cret"));
    }

    @Test
    void textOmitsTheQuery() {
        assertThat(TargetUrl.parse("http://localhost:8080/events?token=secret#x"))
                .hasToString("http://localhost:8080/events");
    }
}
