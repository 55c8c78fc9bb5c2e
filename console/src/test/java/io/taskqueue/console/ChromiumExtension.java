package io.taskqueue.console;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Passes the same Chromium to all tests of a JVM. They run only with {@code -Dtaskqueue.browser=required}, because they take minutes and need a
 * browser that is not a part of the build.
 */
final class ChromiumExtension implements BeforeAllCallback, ParameterResolver {

    private static final List<Path> EXECUTABLES = List.of(
            Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"), Path.of("/usr/bin/google-chrome"));

    /** Ends with the JVM's tests. */
    private record Chromium(Playwright playwright, Browser browser) implements AutoCloseable {

        static Chromium start(Path executable) {
            // never the browser that Playwright would download
            Playwright playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            return new Chromium(
                    playwright,
                    playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(executable)));
        }

        @Override
        public void close() {
            playwright.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Optional<Path> executable =
                EXECUTABLES.stream().filter(Files::isExecutable).findFirst();
        assumeTrue(
                "required".equals(System.getProperty("taskqueue.browser")),
                "SKIPPED: the tests of the page run in Chromium with -Dtaskqueue.browser=required");
        if (executable.isEmpty()) {
            throw new IllegalStateException("The tests of the page need a browser, but none of " + EXECUTABLES
                    + " exists. Install one, for example: apt-get install chromium");
        }
        context.getRoot()
                .getStore(Namespace.create(ChromiumExtension.class))
                .computeIfAbsent(Chromium.class, key -> Chromium.start(executable.orElseThrow()), Chromium.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(ChromiumExtension.class))
                .get(Chromium.class, Chromium.class)
                .browser();
    }
}
