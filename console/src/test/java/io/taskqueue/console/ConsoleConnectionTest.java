package io.taskqueue.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import io.taskqueue.console.model.ViewProgress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the page shows while the console, or Kafka, cannot answer, and how it asks for its token. */
@ExtendWith(ChromiumExtension.class)
class ConsoleConnectionTest {

    private static final String TOKEN = "correct-horse-battery-staple";
    private static final Pattern STALE = Pattern.compile("\\bstale\\b");

    private final Instant now = Instant.now();
    private final FakeCluster cluster = ExampleCluster.asOf(now);

    @Test
    void aLostConnectionKeepsTheLastDataAndContinuesByItself(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            assertThat(open.find(".currency")).hasText("live");
            open.stopServer();

            assertThat(open.find("#banner")).containsText("Disconnected. No connection to the console since");
            assertThat(open.find("#banner")).containsText("what is shown is from then.");
            assertThat(open.find("body")).hasClass(STALE);
            assertThat(open.find("tbody tr")).hasCount(9);

            cluster.put(FakeClusters.withPending(cluster.queue("invoices").orElseThrow(), 7_777));
            open.startServer();

            assertThat(open.find(".currency")).hasText("live");
            assertThat(open.find("#banner")).isEmpty();
            assertThat(open.find("body")).not().hasClass(STALE);
            assertThat(open.row("invoices").locator("td[data-label=Pending]")).hasText("7,777");
        }
    }

    @Test
    void aNewConnectionContinuesBehindTheLastEvent(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start()) {
            List<String> lastIds = new CopyOnWriteArrayList<>();
            open.page.onRequest(request -> {
                if (request.url().contains("/api/v1/events")) {
                    lastIds.add(String.valueOf(request.headers().get("last-event-id")));
                }
            });
            open.go("queue?name=orders");
            assertThat(open.find(".currency")).hasText("live");
            cluster.emit(ExampleCluster.arriving("orders", "Enqueued", 17, now, null));
            assertThat(open.find("table[aria-label='Live events'] tbody tr")).hasCount(1);

            open.stopServer();
            assertThat(open.find("body")).hasClass(STALE);
            open.startServer();
            // instead of at the end of the delay, unless that was over already
            open.page.evaluate("document.querySelector('#banner button')?.click()");
            assertThat(open.find(".currency")).hasText("live");

            assertThat(lastIds.get(0)).isEqualTo("null");
            assertThat(lastIds.get(lastIds.size() - 1)).isEqualTo("3-400017");
            // the new server does not have the events between, and the page shows that
            assertThat(open.find("section[aria-label='Live events'] .note")).hasCount(1);
        }
    }

    @Test
    void aViewThatCannotBeLoadedShowsTheReasonAndAppearsLater(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            open.stopServer();
            assertThat(open.find("body")).hasClass(STALE);
            open.find("header nav a")
                    .filter(new Locator.FilterOptions().setHasText("Sinks"))
                    .click();
            assertThat(open.find(".failure"))
                    .containsText("No answer from 127.0.0.1:" + open.port() + ". Check that the console runs");
            open.startServer();
            assertThat(open.find("tbody tr")).hasCount(3);
        }
    }

    @Test
    void progressIsShownWhileTheViewIsRestoredAndCatchesUp(Browser browser) {
        cluster.put(new ViewProgress(ViewProgress.State.RESTORING, null, 0, 0.25, null));
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            assertThat(open.find("#banner"))
                    .containsText("reads its own state back from Kafka. Counts are incomplete until then.");
            assertThat(open.find("[role=progressbar]")).hasAttribute("aria-valuenow", "25");

            cluster.put(new ViewProgress(ViewProgress.State.CATCHING_UP, now.minusSeconds(120), 12_034, 0.9, null));
            assertThat(open.find("#banner")).containsText("12,034 records behind, as of 2 min");
            assertThat(open.find(".currency")).hasText("12,034 behind");

            cluster.put(new ViewProgress(ViewProgress.State.CURRENT, now, 0, 1, null));
            assertThat(open.find("#banner")).isEmpty();
            assertThat(open.find(".currency")).hasText("live");
        }
    }

    @Test
    void anUnavailableKafkaIsShownWithItsReason(Browser browser) {
        cluster.put(new ViewProgress(
                ViewProgress.State.DISCONNECTED,
                now.minusSeconds(61),
                0,
                1,
                "No broker answers at localhost:9092. Start Kafka."));
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            assertThat(open.find("#banner"))
                    .containsText("Kafka is unavailable. The view of the queues has not changed for 1 min");
            assertThat(open.find("#banner")).containsText("No broker answers at localhost:9092. Start Kafka.");
            assertThat(open.find("tbody tr")).hasCount(9);

            cluster.unavailable("Kafka did not answer within 10 s. Check the brokers.");
            open.page.navigate("http://127.0.0.1:" + open.port() + "/#/task?id=" + ExampleCluster.FAILED_TASK);
            assertThat(open.find(".failure")).containsText("Kafka did not answer within 10 s. Check the brokers.");
        }
    }

    @Test
    void aWrongTokenIsRefusedAndTheRightOneIsKeptForTheSessionOnly(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).token(TOKEN).start().go("queues")) {
            assertThat(open.find("h1")).hasText("Sign in");
            assertThat(open.find("#token")).isFocused();
            assertThat(open.find("main")).not().containsText("orders");
            open.page.keyboard().type("wrong");
            open.page.keyboard().press("Enter");
            assertThat(open.find("main [role=alert]"))
                    .hasText("The token was refused. Check that it is complete, without spaces.");

            open.find("#token").fill(TOKEN);
            open.page.keyboard().press("Enter");
            assertThat(open.find("tbody tr")).hasCount(9);
            assertThat(open.find(".currency")).hasText("live");

            open.page.reload();
            assertThat(open.find("tbody tr")).hasCount(9);
            assertThat(open.page.url()).doesNotContain(TOKEN);
            assertThat(open.page.evaluate("JSON.stringify({...localStorage}) + document.cookie"))
                    .isEqualTo("{}");
            assertThat(open.page.evaluate("JSON.stringify({...sessionStorage})").toString())
                    .contains(TOKEN);
        }
    }
}
