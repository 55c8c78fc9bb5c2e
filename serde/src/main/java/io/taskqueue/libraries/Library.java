package io.taskqueue.libraries;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A library of the application, by the file in its jar that has its version.
 *
 * <p>Versions are compared by major and minor number. A version that is not known, as in a jar of many libraries without these files,
 * counts as supported.
 */
enum Library {
    KAFKA_CLIENTS("org.apache.kafka:kafka-clients", "kafka/kafka-version.properties", "version", "3.9", "4.4"),
    KAFKA_STREAMS("org.apache.kafka:kafka-streams", "kafka/kafka-streams-version.properties", "version", "3.9", "4.4"),
    JACKSON(
            "com.fasterxml.jackson.core:jackson-databind",
            "META-INF/maven/com.fasterxml.jackson.core/jackson-databind/pom.properties",
            "version",
            "2.18",
            "2.x"),
    MICROMETER(
            "io.micrometer:micrometer-core",
            "META-INF/micrometer-core.properties",
            "Implementation-Version",
            "1.13",
            "1.x");

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");

    final String artifact;
    private final String file;
    private final String property;
    private final String oldest;
    private final String newest;

    Library(String artifact, String file, String property, String oldest, String newest) {
        this.artifact = artifact;
        this.file = file;
        this.property = property;
        this.oldest = oldest;
        this.newest = newest;
    }

    /** Its version on the class path, if known. */
    Optional<String> version(ClassLoader classPath) {
        try (InputStream in = classPath.getResourceAsStream(file)) {
            if (in == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(in);
            return Optional.ofNullable(properties.getProperty(property))
                    .filter(version -> NUMBERS.matcher(version).matches());
        } catch (IOException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /** @throws UnsupportedLibraryException if the version on the class path is not supported */
    void require(ClassLoader classPath) {
        version(classPath).filter(version -> !supports(version)).ifPresent(version -> {
            throw new UnsupportedLibraryException("Task queue replication works with " + artifact + " " + needed()
                    + ", but found " + version
                    + ": set a version in this range in the application's build.");
        });
    }

    private String needed() {
        return anyMinor() ? oldest + " or a later " + newest : oldest + " to " + newest;
    }

    private boolean supports(String version) {
        if (compare(version, oldest) < 0) {
            return false;
        }
        return anyMinor() ? major(version) == major(newest) : compare(version, newest) <= 0;
    }

    /** Whether every later version with the same major number is supported. */
    private boolean anyMinor() {
        return newest.endsWith(".x");
    }

    /** Its major and minor number, such as 4.3. */
    static String minor(String version) {
        return major(version) + "." + number(version, 2);
    }

    private static int compare(String version, String other) {
        int byMajor = Integer.compare(major(version), major(other));
        return byMajor != 0 ? byMajor : Integer.compare(number(version, 2), number(other, 2));
    }

    private static int major(String version) {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    private static int number(String version, int group) {
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.matches()) {
            throw new IllegalArgumentException("The version " + version + " has no minor number. This is a defect.");
        }
        return Integer.parseInt(numbers.group(group));
    }
}
