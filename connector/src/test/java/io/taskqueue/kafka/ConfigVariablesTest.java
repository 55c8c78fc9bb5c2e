package io.taskqueue.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.kafka.ClientProperties.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigVariablesTest {

    private static final Map<String, String> DECLARED = Map.of(
            "config.providers",
            "env, file,dir",
            "config.providers.env.class",
            EnvVarConfigProvider.class.getName(),
            "config.providers.file.class",
            FileConfigProvider.class.getName(),
            "config.providers.dir.class",
            DirectoryConfigProvider.class.getName());

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void writeSecrets() throws IOException {
        file = Files.writeString(directory.resolve("secrets.properties"), "password=s3cret\nmore=a${env:PATH}$1\n");
        Files.writeString(directory.resolve("token"), "t0ken");
    }

    @Test
    void variablesAreReplacedForEachClient() {
        assertThat(properties(Map.of(
                                "sasl.jaas.config",
                                "user=\"${env:PATH}\" password=\"${file:" + file + ":password}\";",
                                "linger.ms",
                                5,
                                "consumer.client.id",
                                "${dir:" + directory + ":token}"))
                        .of(Client.CONSUMER))
                .isEqualTo(Map.of(
                        "sasl.jaas.config",
                        "user=\"" + System.getenv("PATH") + "\" password=\"s3cret\";",
                        "linger.ms",
                        5,
                        "client.id",
                        "t0ken"));
    }

    @Test
    void whatAVariableStandsForIsNotReplacedAgain() {
        assertThat(properties(Map.of("a", "${file:" + file + ":more}")).shared())
                .isEqualTo(Map.of("a", "a${env:PATH}$1"));
    }

    @Test
    void replacedFileTakesEffectForTheNextClient() throws IOException {
        ClientProperties properties = properties(Map.of("a", "${file:" + file + ":password}"));
        assertThat(properties.of(Client.PRODUCER)).isEqualTo(Map.of("a", "s3cret"));

        Files.writeString(file, "password=rotated");

        assertThat(properties.of(Client.PRODUCER)).isEqualTo(Map.of("a", "rotated"));
    }

    @Test
    void numbersAreReadThroughVariables() throws IOException {
        Files.writeString(file, "timeout=1234");

        assertThat(properties(Map.of("default.api.timeout.ms", "${file:" + file + ":timeout}"))
                        .apiTimeout())
                .hasMillis(1234);
    }

    @Test
    void prefixedPropertiesKeepTheirPrefix() {
        assertThat(properties(Map.of("producer.a", "${dir:" + directory + ":token}", "b", "c"))
                        .prefixed(Client.PRODUCER))
                .isEqualTo(Map.of("producer.a", "t0ken"));
    }

    @Test
    void variablesOfUndeclaredProvidersStay() {
        assertThat(new ClientProperties(Map.of("a", "${env:PATH}")).shared()).isEqualTo(Map.of("a", "${env:PATH}"));
        assertThat(properties(Map.of("a", "${vault:x} ${} ${b}")).shared())
                .isEqualTo(Map.of("a", "${vault:x} ${} ${b}"));
    }

    @Test
    void providersOfKafkaNeedNoDeclarationWhereTheCallerAddsThem() {
        ConfigVariables variables =
                ConfigVariables.declaredIn(Map.of("client.id", "x")).withProvidersOfKafka();

        assertThat(variables.resolve("--sink-config", Map.of("password", "${dir:" + directory + ":token}")))
                .isEqualTo(Map.of("password", "t0ken"));
        assertThatThrownBy(() -> variables.resolve("--sink-config", Map.of("password", "${env:NO_SUCH_VARIABLE}")))
                .hasMessage("--sink-config password refers to ${env:NO_SUCH_VARIABLE}, but the environment variable "
                        + "'NO_SUCH_VARIABLE' is not set. Set it for this process.");
    }

    @Test
    void variablesWithoutValueAreRefusedWithTheirRemedy() {
        refused(
                "${env:NO_SUCH_VARIABLE}",
                "the environment variable 'NO_SUCH_VARIABLE' is not set. Set it for this process.");
        refused(
                "${file:/nofile:password}",
                "the file '/nofile' cannot be read. Check the path, as in ${file:/etc/secrets.properties:KEY}, and that "
                        + "this process may read the file.");
        refused(
                "${file:password}",
                "the file '' cannot be read. Check the path, as in ${file:/etc/secrets.properties:KEY}, and that this "
                        + "process may read the file.");
        refused("${file:" + file + ":user}", "the file '" + file + "' has no property 'user'. Add it as user=VALUE.");
        refused("${dir:/nodir:token}", "'/nodir' is not a directory. Check the path, as in ${dir:/etc/secrets:FILE}.");
        refused("${dir:" + directory + ":nofile}", "the directory '" + directory + "' has no file 'nofile'. Add it.");
    }

    @Test
    void forbiddenVariablesAreRefusedWithTheSettingThatForbidsThem() {
        Map<String, Object> properties = new HashMap<>(DECLARED);
        properties.put("config.providers.env.param.allowlist.pattern", "TASKQUEUE_.*");
        properties.put("config.providers.file.param.allowed.paths", "/etc");

        assertThatThrownBy(() -> resolve(properties, "${env:PATH}"))
                .hasMessage("The property a refers to ${env:PATH}, but it is not permitted. Correct "
                        + "config.providers.env.param.allowlist.pattern.");
        assertThatThrownBy(() -> resolve(properties, "${file:" + file + ":password}"))
                .hasMessage("The property a refers to ${file:" + file + ":password}, but the file '" + file
                        + "' has no property 'password'. Add it as password=VALUE, and check that "
                        + "config.providers.file.param.allowed.paths permits it.");
    }

    @Test
    void providersThatCannotBeUsedAreRefused() {
        assertThatThrownBy(() -> resolve(Map.of("config.providers", "vault"), "${vault:x}"))
                .hasMessage(
                        "The property a refers to ${vault:x}, but config.providers.vault.class is not set. Set it to "
                                + "the class of the provider vault.");
        Map<String, Object> missing =
                Map.of("config.providers", "vault", "config.providers.vault.class", "com.example.Vault");
        assertThatThrownBy(() -> resolve(missing, "${vault:x}"))
                .hasMessage(
                        "The property a refers to ${vault:x}, but config.providers.vault.class is com.example.Vault, "
                                + "which is not on the class path. Check the name, and add its jar to the class path (--class-path "
                                + "of the commands).");
        assertThatThrownBy(() -> resolve(
                        Map.of("config.providers", "vault", "config.providers.vault.class", String.class.getName()),
                        "${vault:x}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The property a has a variable that cannot be replaced: ")
                .hasMessageEndingWith(". Correct config.providers or the variable.");
    }

    private static void refused(String variable, String reason) {
        assertThatThrownBy(() -> resolve(DECLARED, "x" + variable))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The property a refers to " + variable + ", but " + reason);
    }

    private static Map<String, Object> resolve(Map<String, ?> declared, String value) {
        Map<String, Object> all = new HashMap<>(declared);
        all.put("a", value);
        return new ClientProperties(all).shared();
    }

    private static ClientProperties properties(Map<String, ?> more) {
        Map<String, Object> all = new HashMap<>(DECLARED);
        all.putAll(more);
        return new ClientProperties(all);
    }
}
