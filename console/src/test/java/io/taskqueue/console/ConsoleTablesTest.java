package io.taskqueue.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tables of the page: every header sorts, explains itself, and no column is blank. */
@ExtendWith(ChromiumExtension.class)
class ConsoleTablesTest {

    private final Instant now = Instant.now();
    private FakeCluster cluster;

    @BeforeEach
    void fill() {
        cluster = ExampleCluster.asOf(now);
    }

    @Test
    void everyHeaderOfQueuesSinksAndPositionsSortsByClickAndByKeyboard(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).size(1700, 900).start()) {
            for (String view : List.of("queues", "sinks", "sink?name=billing", "queue?name=orders")) {
                open.go(view);
                Locator table = view.equals("queues") || view.equals("sinks")
                        ? open.find("table").first()
                        : open.find("table[aria-label^='Positions']");
                assertThat(table.locator("thead th").filter(new Locator.FilterOptions().setHasNot(open.find("button"))))
                        .hasCount(0);
                for (Locator header : table.locator("thead th").all()) {
                    header.locator("button").click();
                    assertThat(header).hasAttribute("aria-sort", Pattern.compile("ascending|descending"));
                    String before = header.getAttribute("aria-sort");
                    header.locator("button").focus();
                    open.page.keyboard().press("Enter");
                    assertThat(header)
                            .hasAttribute("aria-sort", before.equals("ascending") ? "descending" : "ascending");
                    assertThat(header.locator("button")).isFocused();
                }
            }
        }
    }

    @Test
    void queuesAreSortedByLagAndByHowFarBehindTheyAre(Browser browser) {
        try (OpenPage open =
                OpenPage.of(browser, cluster).size(1500, 900).start().go("queues")) {
            open.button("Lag").click();
            assertThat(open.find("tbody tr th").first()).containsText("search-index");
            assertThat(open.find("tbody tr th").nth(1)).containsText("orders");

            open.button("Behind").click();
            assertThat(open.find("th[aria-sort=descending]")).containsText("Behind");
            assertThat(open.find("tbody tr th").first()).containsText("search-index");
            open.button("Behind").press("Enter");
            assertThat(open.find("tbody tr th").last()).containsText("search-index");
            open.page.reload();
            assertThat(open.find("tbody tr th").last()).containsText("search-index");
        }
    }

    @Test
    void sinksAreSortedOnThePage(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("sinks")) {
            assertThat(open.find("tbody tr th").first()).containsText("billing");
            open.button("Lag").click();
            assertThat(open.find("tbody tr th").first()).containsText("search");
            open.page.reload();
            assertThat(open.find("tbody tr th").first()).containsText("search");
        }
    }

    @Test
    void aColumnThatWouldBeBlankIsLeftOut(Browser browser) {
        try (OpenPage open =
                OpenPage.of(browser, cluster).size(1500, 900).start().go("queue?name=orders&phase=completed")) {
            Locator headers = open.find("table[aria-label=Tasks] thead th");
            assertThat(headers.filter(new Locator.FilterOptions().setHasText("Key")))
                    .hasCount(1);
            assertThat(headers.filter(new Locator.FilterOptions().setHasText("Until")))
                    .hasCount(0);
            assertThat(open.find("table[aria-label='Positions of the sinks'] thead th")
                            .filter(new Locator.FilterOptions().setHasText("Missing")))
                    .hasCount(0);
            assertThat(open.find("td .cell:empty")).hasCount(0);
            open.go("queues");
            assertThat(open.find("td .cell:empty")).hasCount(0);
        }
    }

    @Test
    void wordsAndHeadersAreExplainedToTheKeyboardAsWell(Browser browser) {
        try (OpenPage open =
                OpenPage.of(browser, cluster).size(1700, 900).start().go("queues")) {
            Locator tip = open.find("[role=tooltip]");
            open.button("Epoch").focus();
            assertThat(tip).containsText("Which claim of the queue wrote an event.");
            assertThat(open.button("Epoch")).hasAttribute("aria-describedby", "tip");
            open.page.keyboard().press("Escape");
            assertThat(tip).isHidden();

            open.go("queue?name=orders");
            for (String phase : List.of("drained", "handed-over")) {
                open.find(".tab")
                        .filter(new Locator.FilterOptions().setHasText(phase))
                        .focus();
                assertThat(tip).containsText("Taken out of the queue");
            }
            open.go("sink?name=billing");
            open.find(".shares .term")
                    .filter(new Locator.FilterOptions().setHasText("Reused"))
                    .focus();
            assertThat(tip).containsText("Answered from a recorded result");
            Locator group = open.find(".facts .term").filter(new Locator.FilterOptions().setHasText("Consumer group"));
            group.focus();
            assertThat(tip).containsText("The state of its consumer group, as Kafka names it");
            group.hover();
            assertThat(tip).isVisible();
            open.find(".facts .term")
                    .filter(new Locator.FilterOptions().setHasText("Rate limit"))
                    .focus();
            assertThat(tip).containsText("How many calls its instances make in a second at most");
        }
    }

    @Test
    void tasksWithFailedAttemptsAreFiltered(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queue?name=orders")) {
            open.find("select[aria-label='Failed attempts, at least']").selectOption("2");
            assertThat(open.find("table[aria-label=Tasks] tbody tr")).hasCount(1);
            assertThat(open.find("table[aria-label=Tasks] tbody tr")).containsText("7/4183");
            assertThat(open.find("table[aria-label=Tasks] tbody td[data-label=Failed]"))
                    .hasText("2");
            assertThat(open.find("table[aria-label=Tasks] tbody td[data-label=Priority]"))
                    .hasText("high");

            open.page.reload();
            assertThat(open.find("table[aria-label=Tasks] tbody tr")).hasCount(1);
        }
    }
}
