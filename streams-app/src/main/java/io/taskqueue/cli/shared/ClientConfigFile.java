package io.taskqueue.cli.shared;

import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.text.TextFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The file of client properties that {@code --command-config} names. */
record ClientConfigFile(Path path) {

    private static final List<String> STREAMS_PREFIXES =
            List.of("main.consumer.", "restore.consumer.", "global.consumer.", "topic.");

    /** @throws CommandFailedException if it cannot be read, or misspells the name of a property of Kafka's clients */
    Map<String, String> read() {
        Properties file = new Properties();
        try {
            file.load(new StringReader(TextFile.read(path)));
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--command-config " + Output.escape(path.toString()) + " cannot be used: " + e.getMessage()
                            + ". Name a file of properties, one NAME=VALUE a line.",
                    e);
        }
        Map<String, String> properties = new LinkedHashMap<>();
        for (String name : new TreeSet<>(file.stringPropertyNames())) {
            requireNotMisspelt(name);
            properties.put(name, file.getProperty(name));
        }
        return properties;
    }

    /** Other unknown names are properties of classes that the user adds, which Kafka passes to them. */
    private void requireNotMisspelt(String name) {
        String bare = withoutPrefix(name);
        if (knownNames().anyMatch(bare::equals)) {
            return;
        }
        Optional<String> similar =
                knownNames().filter(known -> similar(bare, known)).findFirst();
        if (similar.isPresent()) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--command-config " + Output.escape(path.toString()) + " sets '" + Output.escape(name)
                            + "', which no client of Kafka knows. Did you mean '"
                            + name.substring(0, name.length() - bare.length()) + similar.get() + "'?");
        }
    }

    private static String withoutPrefix(String name) {
        String bare = name;
        for (Client client : Client.values()) {
            String prefix = client.name().toLowerCase(Locale.ROOT) + ".";
            bare = bare.startsWith(prefix) ? bare.substring(prefix.length()) : bare;
        }
        for (String prefix : STREAMS_PREFIXES) {
            bare = bare.startsWith(prefix) ? bare.substring(prefix.length()) : bare;
        }
        return bare;
    }

    private static Stream<String> knownNames() {
        return Stream.of(AdminClientConfig.configNames(), ProducerConfig.configNames(), ConsumerConfig.configNames())
                .flatMap(names -> names.stream());
    }

    private static boolean similar(String name, String known) {
        int lengths = Math.abs(name.length() - known.length());
        return name.length() >= 6 && lengths <= 2 && Spelling.distance(name, known) <= 2;
    }
}
