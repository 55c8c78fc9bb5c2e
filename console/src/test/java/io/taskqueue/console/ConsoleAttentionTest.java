package io.taskqueue.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.model.SinkInstanceView;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an operator concludes from the page: what needs attention, when it is over, and what a word or a box means. */
@ExtendWith(ChromiumExtension.class)
class ConsoleAttentionTest {

    private final Instant now = Instant.now();
    private FakeCluster cluster;

    @BeforeEach
    void fill() {
        cluster = ExampleCluster.asOf(now);
    }

    @Test
    void deadTasksQueuesThatGrowAndSinksThatDoNotConsumeNeedAttention(Browser browser) {
        cluster.put("payments", new Badge(Badge.Kind.DEAD_TASKS, "7 tasks of this queue are dead."));
        cluster.put("orders", new Badge(Badge.Kind.GROWING, "The queue has only grown for 5 minutes."));
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            Locator attention = open.find(".attention");
            assertThat(attention).containsText("Dead tasks7 tasks in 1 queue");
            assertThat(attention).containsText("Only grows1 queue");
            assertThat(attention).containsText("Sink stopped1 sink");
            attention
                    .locator("button")
                    .filter(new Locator.FilterOptions().setHasText("Dead tasks"))
                    .click();
            assertThat(open.find("tbody tr th")).hasCount(1);
            attention
                    .locator("a")
                    .filter(new Locator.FilterOptions().setHasText("Sink stopped"))
                    .click();
            assertThat(open.find("h1")).hasText("Sinks");

            open.go("queue?name=payments");
            assertThat(open.find(".command code").first())
                    .hasText("taskqueue dead retry --bootstrap-server kafka:9092 --queue payments --all");
        }
    }

    @Test
    void parkedIsCountedInEvents(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            assertThat(open.find("header nav a .count")).hasText("3");
            assertThat(open.find(".attention")).containsText("Parked3 events in 1 queue");
        }
    }

    @Test
    void anEstimateIsATimeNeverOrUnknownYet(Browser browser) {
        eta("billing", CatchUp.in(96));
        eta("mailer", CatchUp.UNKNOWN);
        eta("search", CatchUp.NEVER);
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queue?name=orders")) {
            assertThat(open.row("billing").locator("td[data-label=ETA]")).hasText("1 min 36 s");
            assertThat(open.row("mailer").locator("td[data-label=ETA]")).hasText("unknown yet");
            assertThat(open.row("search").locator("td[data-label=ETA]")).hasText("never at this rate");
        }
    }

    private void eta(String sink, CatchUp catchUp) {
        cluster.put(new SinkPosition(sink, "orders", 7, 100, 0, 0L, 50L, 3.0, 5, catchUp, null));
    }

    @Test
    void tileLegendTabAndListOfAQueueAgreeWhileItChanges(Browser browser) {
        try (OpenPage open =
                OpenPage.of(browser, cluster).size(1280, 900).start().go("queue?name=orders")) {
            for (long pending : new long[] {1_111, 2_222}) {
                cluster.put(FakeClusters.withPending(cluster.queue("orders").orElseThrow(), pending));
                String text = String.format("%,d", pending);
                assertThat(open.find("dl[aria-label='This queue'] .figure").first())
                        .hasText("Pending" + text);
                assertThat(open.find("section[aria-label=Depth] .legend-item").first())
                        .hasText("Pending" + text);
                assertThat(open.find(".tab").filter(new Locator.FilterOptions().setHasText("pending")))
                        .hasText("pending " + text);
            }
        }
    }

    @Test
    void theStateBarHasALegendOfEveryStateAndALeaseThatEndedIsNotShownAsHeld(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("task?id=" + ExampleCluster.FAILED_TASK)) {
            assertThat(open.find(".course-frame .legend-item"))
                    .hasText(new String[] {"pending2.7 s", "leased52 s", "delayed10 s"});
            Locator requeued = open.find(".life > li")
                    .filter(new Locator.FilterOptions().setHasText("Requeued"))
                    .first();
            assertThat(requeued).containsText("lease that ended: L-8810 worker-3");
            assertThat(open.find(".life > li").nth(1)).containsText("lease L-8810 worker-3");
        }
    }

    @Test
    void aResultThatIsNothingOrAStatusIsStatedInWords(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, ExampleCluster.withPlainResults(now))
                .start()
                .go("task?id=" + ExampleCluster.FAILED_TASK)) {
            assertThat(open.find(".effects li").nth(0)).containsText("Done; the action returns no result.");
            assertThat(open.find(".effects li").nth(1))
                    .containsText("Result 204, as an HTTP status: done, without a content");
        }
    }

    @Test
    void aReplayHasNoSinkUntilOneIsChosen(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("replay")) {
            assertThat(open.find("#sink")).hasValue("");
            open.button("Show the plan").click();
            assertThat(open.find("#sink:invalid")).hasCount(1);
            open.find("#sink").selectOption("mailer");
            open.button("Show the plan").click();
            assertThat(open.find("dl[aria-label='The plan']")).containsText("2,160");
        }
    }

    @Test
    void theSinkOfACanaryShowsHowLongItsProbesTook(Browser browser) {
        SinkView billing = cluster.sinks().get(0);
        SinkInstanceView.Latency took = new SinkInstanceView.Latency(List.of(10.0, 100.0), List.of(0L, 7L, 0L));
        cluster.put(new SinkView(
                "canary",
                "Stable",
                List.of(new SinkInstanceView(
                        "canary-1",
                        "host-1",
                        now,
                        now,
                        0,
                        List.of(),
                        took,
                        Map.of("durable", took, "leased", took, "completed", took, "effect", took))),
                billing.effects(),
                0L,
                0L,
                0L,
                0L,
                0L,
                0L,
                0.0,
                CatchUp.DONE,
                null,
                List.of()));
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("sink?name=canary")) {
            Locator probes = open.find("section[aria-label='Probes of the canary, from enqueue on'] section");
            assertThat(probes).hasCount(4);
            assertThat(probes.first()).containsText("Until the task is confirmed");
            assertThat(probes.first()).containsText("half ≤ 100 ms");
            open.go("sink?name=billing");
            assertThat(open.find("section[aria-label='Probes of the canary, from enqueue on']"))
                    .hasCount(0);
        }
    }

    @Test
    void theStateOfAConsumerGroupIsLabelledAsThatOfTheGroup(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("sinks")) {
            assertThat(open.row("search").locator("td[data-label=Group]")).hasText("empty");
            open.go("sink?name=billing");
            assertThat(open.find(".facts")).containsText("Consumer group is stable");
        }
    }
}
