package io.taskqueue.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.taskqueue.console.api.ConsoleSettings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The page of a console in a browser of its own profile. Closing it asserts that the page logged no error, and that the browser refused
 * nothing because of the Content-Security-Policy.
 */
final class OpenPage implements AutoCloseable {

    /** Collects what the policy refuses, before the page's own code runs. */
    private static final String COLLECT_VIOLATIONS = "window.refused = [];"
            + "addEventListener('securitypolicyviolation', event => window.refused.push(event.violatedDirective + ' ' + event.blockedURI));";

    /** What the browser logs when the server does not answer, or refuses: the page shows it. */
    private static final String REFUSED_RESOURCE = "Failed to load resource";

    private final BrowserContext context;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final FakeCluster cluster;
    private final ConsoleSettings settings;
    private final @Nullable String token;
    private ConsoleServer server;
    final Page page;

    /** How the page is opened. Not thread-safe. */
    static final class Opening {
        private final Browser browser;
        private final FakeCluster cluster;
        private int width = 1280;
        private int height = 800;
        private ColorScheme scheme = ColorScheme.LIGHT;
        private boolean allowWrites = true;
        private boolean showPayloads = true;
        private @Nullable String token;

        private Opening(Browser browser, FakeCluster cluster) {
            this.browser = browser;
            this.cluster = cluster;
        }

        Opening size(int width, int height) {
            this.width = width;
            this.height = height;
            return this;
        }

        Opening scheme(ColorScheme scheme) {
            this.scheme = scheme;
            return this;
        }

        Opening readOnly() {
            this.allowWrites = false;
            return this;
        }

        Opening hidePayloads() {
            this.showPayloads = false;
            return this;
        }

        Opening token(String token) {
            this.token = token;
            return this;
        }

        OpenPage start() {
            return new OpenPage(this);
        }
    }

    static Opening of(Browser browser, FakeCluster cluster) {
        return new Opening(browser, cluster);
    }

    private OpenPage(Opening opening) {
        this.cluster = opening.cluster;
        this.token = opening.token;
        this.settings = new ConsoleSettings(
                opening.allowWrites, opening.showPayloads, "0.1.0", "taskqueue.events", "kafka:9092", 1_000);
        this.server = serve(0);
        this.context = opening.browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(opening.width, opening.height)
                .setColorScheme(opening.scheme)
                .setTimezoneId("UTC")
                .setPermissions(List.of("clipboard-read", "clipboard-write")));
        context.setDefaultTimeout(10_000);
        context.addInitScript(COLLECT_VIOLATIONS);
        this.page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().startsWith(REFUSED_RESOURCE)) {
                errors.add(message.text());
            }
        });
        page.onPageError(errors::add);
    }

    private ConsoleServer serve(int port) {
        ConsoleServer.Builder builder =
                ConsoleServer.builder(cluster, cluster).view(settings).port(port);
        if (token != null) {
            builder.token(token);
        }
        return builder.start();
    }

    /** Goes to a view, for example {@code queue?name=orders}, and waits until it is drawn. */
    OpenPage go(String view) {
        page.navigate("http://127.0.0.1:" + server.port() + "/#/" + view);
        page.waitForSelector("main h1");
        return this;
    }

    /** A parameter in the address of a view. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    Locator find(String selector) {
        return page.locator(selector);
    }

    /** The row of a table, found by the text of its first cell. */
    Locator row(String subject) {
        return page.locator(
                "tbody tr",
                new Page.LocatorOptions()
                        .setHas(page.locator("th").filter(new Locator.FilterOptions().setHasText(subject))));
    }

    Locator button(String name) {
        return page.getByRole(
                com.microsoft.playwright.options.AriaRole.BUTTON,
                new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** Ends the server, with every connection to it. */
    void stopServer() {
        server.close();
    }

    /** Starts a server at the same address again. */
    void startServer() {
        server = serve(server.port());
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        try {
            List<String> found = new ArrayList<>(errors);
            if (page.url().startsWith("http")) {
                for (Object refused : (List<?>) page.evaluate("window.refused")) {
                    found.add("refused by the policy: " + refused);
                }
            }
            assertThat(found).as("errors of the page").isEmpty();
        } finally {
            context.close();
            server.close();
        }
    }
}
