package io.taskqueue.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Writes the images of the documentation: {@code mvn test -pl console -am -Dtest=ConsoleScreenshotsTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dtaskqueue.browser=required -Dtaskqueue.screenshots=$PWD/docs/images}.
 */
@ExtendWith(ChromiumExtension.class)
@EnabledIfSystemProperty(
        named = ConsoleScreenshotsTest.DIRECTORY,
        matches = ".+",
        disabledReason = "writes files; give the directory with -Dtaskqueue.screenshots")
class ConsoleScreenshotsTest {

    static final String DIRECTORY = "taskqueue.screenshots";

    private final Instant now = Instant.now();
    private final FakeCluster cluster = ExampleCluster.asOf(now);
    private final Path directory = Path.of(System.getProperty(DIRECTORY, "target"));

    @Test
    void imagesOfTheDocumentation(Browser browser) throws Exception {
        try (OpenPage open = OpenPage.of(browser, cluster).start()) {
            shoot(open, "queues", "console-queues");
            shoot(open, "sink?name=billing", "console-sink");
            shoot(open, "parked?sink=billing", "console-parked");
            shoot(open, "task?id=" + ExampleCluster.FAILED_TASK, "console-task");
            open.go("replay?sink=billing&mode=fill-gaps&select=queue%3Dorders");
            open.button("Show the plan").click();
            assertThat(open.find(".command")).isVisible();
            shoot(open, "console-replay");
        }
        try (OpenPage open =
                OpenPage.of(browser, cluster).scheme(ColorScheme.DARK).start()) {
            shoot(open, "queue?name=orders", "console-queue");
        }
        try (OpenPage open = OpenPage.of(browser, cluster)
                .size(380, 800)
                .scheme(ColorScheme.DARK)
                .start()) {
            shoot(open, "queues", "console-narrow");
        }
        try (var images = Files.list(directory)) {
            assertThat(images.filter(image -> image.getFileName().toString().startsWith("console-")))
                    .hasSize(7);
        }
    }

    private void shoot(OpenPage open, String view, String name) {
        open.go(view);
        shoot(open, name);
    }

    private void shoot(OpenPage open, String name) {
        assertThat(open.find(".currency")).hasText("live");
        assertThat(open.find(".skeleton")).hasCount(0);
        open.page.screenshot(new Page.ScreenshotOptions().setPath(directory.resolve(name + ".png")));
    }
}
