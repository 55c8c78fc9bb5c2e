package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** The first application of docs/spring-boot.md is compiled and tested here, and does what the page shows. */
@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class SpringBootPageTest {

    private static final Path PAGE = Path.of("..", "docs", "spring-boot.md");
    private static final Path SHOP = Path.of("src", "test", "java", "com", "example", "shop");
    private static final Pattern JAVA = Pattern.compile("(?s)```java\n(.*?\n)```");
    private static final Pattern NAME = Pattern.compile("(?m)^(?:public )?(?:class|record) (\\w+)");
    private static final Pattern SETTINGS =
            Pattern.compile("(?s)`src/main/resources/application.yaml`:\n\n```yaml\n(.*?\n)```");
    private static final Pattern LOG = Pattern.compile("(?s)    HTTP/1.1 202\n\n(.*?\n)\n\\S");

    @Test
    void everyJavaBlockIsAFileThatIsCompiled() throws IOException {
        Map<String, String> shown = new TreeMap<>();
        JAVA.matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .forEach(block -> shown.put(find(NAME, block) + ".java", block));

        Map<String, String> compiled = new TreeMap<>();
        try (Stream<Path> files = Files.list(SHOP)) {
            for (Path file :
                    files.filter(file -> !file.endsWith("package-info.java")).toList()) {
                compiled.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        assertThat(shown).hasSizeGreaterThan(5).isEqualTo(compiled);
    }

    /** The class beside those of the page. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ComponentScan("com.example.shop")
    static class ShopApplication {}

    @Test
    void theFirstApplicationLogsWhatThePageShows(@TempDir Path directory, CapturedOutput output) throws Exception {
        String page = Files.readString(PAGE);
        Path settings = Files.writeString(directory.resolve("application.yaml"), find(SETTINGS, page));
        List<String> lines = find(LOG, page).lines().map(String::strip).toList();
        assertThat(lines).hasSize(5);

        try (SpringTestCluster cluster = SpringTestCluster.start(directory);
                ConfigurableApplicationContext shop = new SpringApplicationBuilder(ShopApplication.class)
                        .web(WebApplicationType.NONE)
                        .run(
                                "--spring.config.location=" + settings.toUri(),
                                "--spring.kafka.bootstrap-servers=" + cluster.servers(),
                                "--taskqueue.state-directory=" + directory.resolve("state"))) {
            com.example.shop.Order order = new com.example.shop.Order("A-1", 4_200);
            SpringTestCluster.<com.example.shop.Order>queue(shop, "orders").enqueue(order);

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(output.getOut()).contains(lines));
        }
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as("what " + pattern + " finds").isTrue();
        MatchResult found = matcher.toMatchResult();
        return found.group(1);
    }
}
