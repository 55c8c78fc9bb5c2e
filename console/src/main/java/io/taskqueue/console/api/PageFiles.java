package io.taskqueue.console.api;

import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of the page from the class path: {@code /} is {@code index.html}, {@code /page/uplot/…} is the webjar of uPlot. A browser
 * may keep a file, and asks each time whether it is still the same. Thread-safe.
 */
final class PageFiles {

    private static final String ROOT = "/io/taskqueue/console/page/";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/";
    private static final String UPLOT_POM = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";

    /** Names of files without `.` and `..`, and with an extension that is served. */
    private static final Pattern PATH =
            Pattern.compile("(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.([a-z0-9]+)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "ico", "image/x-icon",
            "woff2", "font/woff2",
            "json", "application/json");

    /** Files that exist, by path. */
    private final Map<String, PageFile> files = new ConcurrentHashMap<>();

    private final String uplot = UPLOT + uplotVersion() + "/dist/";

    private static final class PageFile {
        private final byte[] content;
        private final String type;
        private final String tag;

        PageFile(byte[] content, String type) {
            this.content = content;
            this.type = type;
            this.tag = tag(content);
        }
    }

    void index(Context context) {
        send(context, "index.html");
    }

    void file(Context context) {
        send(context, context.pathParam("path"));
    }

    private void send(Context context, String path) {
        PageFile file = find(path).orElseThrow(NotFoundResponse::new);
        context.header("Cache-Control", "no-cache").header("ETag", file.tag);
        String known = context.header("If-None-Match");
        if (known != null && known.contains(file.tag)) {
            context.status(304);
        } else {
            context.contentType(file.type).result(file.content);
        }
    }

    private Optional<PageFile> find(String path) {
        PageFile known = files.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        Matcher valid = PATH.matcher(path);
        String type = valid.matches() ? TYPES.get(valid.group(1)) : null;
        byte[] content =
                type == null ? null : read(path.startsWith("uplot/") ? uplot + path.substring(6) : ROOT + path);
        if (type == null || content == null) {
            return Optional.empty();
        }
        PageFile file = new PageFile(content, type);
        files.put(path, file);
        return Optional.of(file);
    }

    private static byte @Nullable [] read(String resource) {
        try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String uplotVersion() {
        Properties properties = new Properties();
        try (InputStream in = PageFiles.class.getResourceAsStream(UPLOT_POM)) {
            if (in == null) {
                throw new IllegalStateException(
                        "The charts of the console need the library org.webjars.npm:uplot, but it is not on the "
                                + "class path. Add it, or do not exclude it.");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static String tag(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return "\"" + new BigInteger(1, digest).toString(36) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
