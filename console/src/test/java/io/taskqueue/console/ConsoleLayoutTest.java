package io.taskqueue.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page on every screen, in both colour schemes, by keyboard and for a screen reader, and with ten thousand queues. */
@ExtendWith(ChromiumExtension.class)
class ConsoleLayoutTest {

    private static final List<String> VIEWS = List.of(
            "queues",
            "queue?name=orders",
            "task?id=" + ExampleCluster.FAILED_TASK,
            "sinks",
            "sink?name=billing",
            "parked?sink=billing",
            "replay?sink=billing");

    /** Texts whose contrast with what is behind them is too low, and the contrast. */
    private static final String LOW_CONTRAST =
            """
            () => {
              const parse = text => {
                const numbers = text.match(/[\\d.]+/g).map(Number);
                return {rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1};
              };
              const luminance = rgb => rgb.map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const ground = element => {
                for (let e = element; e; e = e.parentElement) {
                  const {rgb, alpha} = parse(getComputedStyle(e).backgroundColor);
                  if (alpha > 0.5) return rgb;
                }
                return [255, 255, 255];
              };
              const result = [];
              for (const element of document.querySelectorAll('body *')) {
                const own = [...element.childNodes].some(n => n.nodeType === 3 && n.nodeValue.trim());
                if (!own || !element.checkVisibility() || element.closest('.off-screen, :disabled, .phases, svg, option, .skip-link')) continue;
                const a = luminance(parse(getComputedStyle(element).color).rgb), b = luminance(ground(element));
                const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (contrast < 4.5) result.push(element.textContent.trim().slice(0, 30) + ' ' + contrast.toFixed(2));
              }
              return result;
            }""";

    /** What a screen reader could not name, or not navigate. */
    private static final String UNNAMED =
            """
            () => [
              ...[...document.querySelectorAll('input, select, textarea')]
                  .filter(e => !e.labels?.length && !e.getAttribute('aria-label')).map(e => 'no label: ' + e.outerHTML),
              ...[...document.querySelectorAll('button, a')]
                  .filter(e => !e.textContent.trim() && !e.getAttribute('aria-label')).map(e => 'no name: ' + e.outerHTML),
              ...[...document.querySelectorAll('table')]
                  .filter(t => !t.getAttribute('aria-label') || t.querySelectorAll('thead th[scope=col]').length === 0
                      || [...t.querySelectorAll('tbody tr')].some(r => !r.querySelector('th[scope=row]'))).map(t => 'no header: ' + t.outerHTML),
              ...[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i).map(id => 'twice: ' + id),
              ...(document.querySelectorAll('h1').length === 1 ? [] : ['headings: ' + document.querySelectorAll('h1').length]),
              ...(document.documentElement.lang ? [] : ['no language']),
            ]""";

    private final Instant now = Instant.now();
    private final FakeCluster cluster = ExampleCluster.asOf(now);

    @ParameterizedTest
    @ValueSource(ints = {380, 768, 1024, 3840})
    void noViewScrollsSideways(int width, Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).size(width, 900).start()) {
            for (String view : VIEWS) {
                open.go(view);
                assertThat(open.find(".skeleton")).hasCount(0);
                assertThat((int) open.page.evaluate("document.documentElement.scrollWidth"))
                        .as(view)
                        .isLessThanOrEqualTo(width);
            }
            open.go("parked?sink=billing");
            open.find(".actions button").first().click();
            open.find("dialog input").first().fill("Robin");
            open.button("Dry run").click();
            assertThat(open.find("dialog .outcome")).hasCount(1);
            assertThat((int) open.page.evaluate("document.querySelector('dialog').scrollWidth"))
                    .isLessThanOrEqualTo(width - 28);
        }
    }

    @Test
    void aNarrowScreenShowsEachRowAsACardThatCanBeSorted(Browser browser) {
        try (OpenPage open =
                OpenPage.of(browser, cluster).size(380, 800).start().go("queues")) {
            Locator card = open.row("payments");
            assertThat(card.locator("td[data-label=Pending]")).isVisible();
            assertThat(card.locator("td[data-label=ETA]")).isVisible();
            open.find(".sort-choice select").selectOption("depth desc");
            assertThat(open.find("tbody tr th").first()).containsText("orders");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LIGHT", "DARK"})
    void textIsReadableInEitherColourScheme(ColorScheme scheme, Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).scheme(scheme).start()) {
            for (String view : VIEWS) {
                open.go(view);
                assertThat(open.find(".skeleton")).hasCount(0);
                assertThat(open.page.evaluate(LOW_CONTRAST)).as(view).isEqualTo(List.of());
            }
            String ground = (String) open.page.evaluate("getComputedStyle(document.body).backgroundColor");
            assertThat(ground).isEqualTo(scheme == ColorScheme.DARK ? "rgb(15, 18, 23)" : "rgb(245, 246, 248)");
        }
    }

    @Test
    void aScreenReaderFindsNamesAndHeadersInEveryView(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start()) {
            for (String view : VIEWS) {
                open.go(view);
                assertThat(open.find(".skeleton")).hasCount(0);
                assertThat(open.page.evaluate(UNNAMED)).as(view).isEqualTo(List.of());
            }
        }
    }

    @Test
    void everythingCanBeReachedByKeyboardAndShowsTheFocus(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("queues")) {
            open.page.keyboard().press("Tab");
            assertThat(open.find(".skip-link")).isFocused();
            assertThat(open.find(".skip-link")).isInViewport();
            open.page.keyboard().press("Enter");
            assertThat(open.find("main")).isFocused();

            open.page.keyboard().press("/");
            assertThat(open.find("[data-filter]")).isFocused();
            open.page.keyboard().press("Escape");
            assertThat(open.find("[data-filter]")).not().isFocused();

            open.find("button.sort").first().focus();
            for (String header : new String[] {"Owner", "Epoch", "Pending"}) {
                open.page.keyboard().press("Tab");
                assertThat(open.button(header)).isFocused();
            }
            assertThat((String) open.page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
                    .isEqualTo("solid");
            open.page.keyboard().press("Enter");
            assertThat(open.find("th[aria-sort=descending]")).containsText("Pending");
            assertThat(open.find("tbody th a").first()).containsText("orders");

            open.find("tbody th a").first().focus();
            open.page.keyboard().press("Enter");
            assertThat(open.find("h1")).containsText("Queue orders");
        }
    }

    @Test
    void aDialogKeepsTheFocusAndReturnsIt(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("parked?sink=billing")) {
            Locator redrive = open.button("Redrive payments/16/40112");
            redrive.focus();
            open.page.keyboard().press("Enter");
            assertThat(open.find("dialog input").first()).isFocused();
            open.page.keyboard().press("Escape");
            assertThat(open.find("dialog")).hasCount(0);
            assertThat(redrive).isFocused();
        }
    }

    @Test
    void relativeTimesFollowTheClockAndTheirTitleIsAbsolute(Browser browser) {
        try (OpenPage open = OpenPage.of(browser, cluster).start().go("task?id=" + ExampleCluster.FAILED_TASK)) {
            Locator time = open.find(".figure")
                    .filter(new Locator.FilterOptions().setHasText("Enqueued"))
                    .locator("time");
            String before = time.textContent();
            assertThat(time).not().hasText(before);
            assertThat(time.getAttribute("title"))
                    .contains("+00:00")
                    .contains(now.minusSeconds(96).toString());
        }
    }

    @Test
    void tenThousandQueuesStayUsable(Browser browser) {
        FakeCluster large = FakeClusters.large(now, 10_000);
        try (OpenPage open = OpenPage.of(browser, large).start()) {
            Instant began = Instant.now();
            open.go("queues");
            assertThat(open.find(".pager")).containsText("1–50 of 10,000 queues");
            assertThat(open.find("tbody tr")).hasCount(50);

            open.button("Next").click();
            assertThat(open.find("tbody tr th").first()).containsText("queue-00050");
            open.button("Previous").click();
            assertThat(open.find("tbody tr th").first()).containsText("queue-00000");

            open.button("Lag").click();
            assertThat(open.find("tbody tr th").first()).containsText("queue-09990");
            open.find("[data-filter]").fill("queue-0777");
            assertThat(open.find(".pager")).containsText("10 queues");
            assertThat(open.find("tbody tr")).hasCount(10);
            // a machine under load included; it takes less than two seconds on an idle one
            assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(15));
        }
    }
}
