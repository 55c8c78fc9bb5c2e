package io.taskqueue.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.ReplayView;
import io.taskqueue.console.model.SinkInstanceView;
import io.taskqueue.console.model.SinkLimit;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.TaskEffect;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names, errors and payloads may be any text, and the page shows them as text, in every view. */
@ExtendWith(ChromiumExtension.class)
class ConsoleHostileTextTest {

    private static final String HTML =
            "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
    private static final String RIGHT_TO_LEFT = "invoice\u202egpj.exe";
    private static final List<String> VIEWS = List.of("queues", "queue", "task", "sinks", "sink", "parked", "replay");

    private final Instant now = Instant.now();

    static List<String> texts() {
        return List.of(
                HTML + "</script><style>*{display:none}</style>{{1+1}}${7*7}",
                RIGHT_TO_LEFT,
                "\u05e9\u05dc\u05d5\u05dd/\u0645\u0631\u062d\u0628\u0627",
                "a \"b\" 'c' `d` \\ e&amp;f=g?h#i%2F;j,k/l//m..",
                "💣👩‍👩‍👧‍👦 e\u0301 \u0000\u0007\u001b[31m\u007f\u200b\ufeff",
                "__proto__",
                "x".repeat(1_024),
                "👾".repeat(256));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void everyViewShowsItAsTextAndLinksLeadToExactlyThisName(String text, Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster(text)).start()) {
            for (String view : VIEWS) {
                open.go(address(view, text));
                assertThat(open.find(".skeleton, .failure")).hasCount(0);
                assertThat(open.page.content())
                        .as(view)
                        .doesNotContain("undefined")
                        .doesNotContain("[object ");
                // nothing of it became an element, and nothing of it ran
                assertThat(open.find("main img, main script, main style, main iframe, main b b"))
                        .hasCount(0);
                assertThat(open.page.title()).as(view).isNotEqualTo("run").endsWith("Task queue console");
                assertThat(width(open)).as("%s: no horizontal scroll", view).isLessThanOrEqualTo(1280);
            }
            open.go("queues").find("tbody th a").first().click();
            assertThat(open.find("dl[aria-label='This queue']")).hasCount(1);
            open.find("table[aria-label=Tasks] tbody th a").first().click();
            assertThat(open.find("ol.life > li")).hasCount(2);
            // the address can be shared
            open.page.reload();
            assertThat(open.find("ol.life > li")).hasCount(2);
        }
    }

    @Test
    void charactersThatChangeTheDirectionOfTextAreShownByTheirCode(Browser browser) {
        try (OpenPage open =
                OpenPage.of(browser, cluster(RIGHT_TO_LEFT)).start().go("queues")) {
            Locator name = open.find("tbody th a").first();
            assertThat(name).hasText("invoiceU+202Egpj.exe");
            assertThat(name.locator(".code-point")).hasAttribute("title", "The invisible character U+202E");
        }
    }

    @Test
    void eventsOfTheLiveTailAreShownAsText(Browser browser) {
        FakeCluster cluster = cluster(HTML);
        try (OpenPage open = OpenPage.of(browser, cluster).start().go(address("queue", HTML))) {
            assertThat(open.find(".currency")).hasText("live");
            cluster.emit(event(HTML, "Failed", 7));
            assertThat(open.find("table[aria-label='Live events'] tbody tr")).containsText("<img src=x");
            assertThat(open.find("main img")).hasCount(0);
        }
    }

    private static int width(OpenPage open) {
        return (int) open.page.evaluate("document.documentElement.scrollWidth");
    }

    private static String address(String view, String text) {
        return switch (view) {
            case "queue", "sink" -> view + "?name=" + OpenPage.encoded(text);
            case "task" -> "task?id=" + OpenPage.encoded(text + "/7/42");
            case "parked", "replay" -> view + "?sink=" + OpenPage.encoded(text);
            default -> view;
        };
    }

    /** A cluster in which everything that may be any text is this one. */
    private FakeCluster cluster(String text) {
        FakeCluster cluster = new FakeCluster(now);
        cluster.put(new QueueView(
                text,
                0,
                7,
                42,
                now,
                new QueueView.Depth(1, 0, 0, 0),
                new QueueView.Totals(1, 0, 0, 0, 0, 0, 1),
                new QueueView.Rates(1, 1, 0),
                now,
                null,
                3));
        cluster.put(text, new QueueOwner(text, 7, now));
        cluster.put(text, List.of(sample(20), sample(10)));
        cluster.put(text, new Badge(Badge.Kind.PARKED, text));
        cluster.put(new SinkPosition(text, text, 7, 41, 0, 1L, 1L, 2.0, 0, CatchUp.UNKNOWN, text));
        cluster.put(new SinkView(
                text,
                text,
                List.of(new SinkInstanceView(
                        text,
                        text,
                        now,
                        now,
                        1,
                        List.of(text),
                        new SinkInstanceView.Latency(List.of(1.0), List.of(1L, 2L)),
                        Map.of(text, new SinkInstanceView.Latency(List.of(1.0), List.of(1L, 2L))))),
                new SinkView.Effects(1, 2, 3, 4, 5),
                1L,
                1L,
                1L,
                1L,
                1L,
                1L,
                2.0,
                CatchUp.UNKNOWN,
                new SinkLimit(1.0, null, 2, text),
                List.of(new Badge(Badge.Kind.DIVERGED, text))));
        cluster.put(new ReplayView(text, 0, text, text, 0, 10, now, null, Map.of("run", 1L, text, 2L)));
        TaskView task = new TaskView(text, text + "/7/42", "delayed", 2, now, now, null, now, text, text, "normal");
        cluster.put(
                new TaskLife(task, List.of(event(text, "LeaseGranted", 41), event(text, "Failed", 42)), 1),
                new TaskEffect(text, 7, 42, text, text, 1, now, text, text));
        cluster.put(new ParkedView(
                text, text, text + "/7/42", "parked", text, 7, 42, 0, 1_000, now, 2, 5, text, text, 1, text));
        return cluster;
    }

    private QueueSample sample(long secondsAgo) {
        return new QueueSample(
                now.minusSeconds(secondsAgo), new QueueView.Depth(1, 0, 0, 0), new QueueView.Rates(1, 1, 0));
    }

    private EventView event(String text, String kind, long sequence) {
        return new EventView(
                text,
                text + "/7/42",
                kind,
                7,
                sequence,
                0,
                1_000 + sequence,
                now,
                1,
                text,
                null,
                null,
                kind.equals("Failed") ? text : null,
                text);
    }
}
