package io.taskqueue.kafka;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * The variables in a user's configuration, {@code ${PROVIDER:KEY}} and {@code ${PROVIDER:PATH:KEY}}, which Kafka's ConfigProviders
 * replace with secrets that are kept elsewhere:
 *
 * <pre>
 *   sasl.jaas.config=… password="${env:KAFKA_PASSWORD}";
 *   config.providers=env
 *   config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
 * </pre>
 *
 * <p>Kafka replaces them, by its own rules, also those about which providers are allowed. But it leaves a variable that has no value as
 * it is, and a cluster would refuse it as a wrong password. Here that is an error. A variable of a provider that is not declared stays, as
 * with Kafka.
 *
 * <p>Messages contain variables, never values. Reads files at each call, so that a client that is created later uses what is in them
 * then. Immutable.
 */
public final class ConfigVariables {

    private static final String PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG;
    private static final String PREFIX = PROVIDERS + ".";

    /** Kafka's own pattern. */
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}:]*):(?:([^}:]*):)?([^}]*)}");

    private static final Map<String, Class<?>> OF_KAFKA = Map.of(
            "env", EnvVarConfigProvider.class,
            "file", FileConfigProvider.class,
            "dir", DirectoryConfigProvider.class);

    /** A variable, as it is written. */
    private record Variable(String text, String provider, String path, String key) {

        static Variable of(MatchResult found) {
            return new Variable(
                    found.group(), found.group(1), found.group(2) == null ? "" : found.group(2), found.group(3));
        }
    }

    /** The properties that declare providers: {@code config.providers} and those that begin with it. */
    private final Map<String, Object> declarations;

    private ConfigVariables(Map<String, Object> declarations) {
        this.declarations = declarations;
    }

    /** Variables of the providers that properties of a Kafka client declare. */
    public static ConfigVariables declaredIn(Map<String, ?> properties) {
        Map<String, Object> declarations = new LinkedHashMap<>(properties);
        declarations.keySet().removeIf(name -> !isDeclaration(name));
        return new ConfigVariables(declarations);
    }

    /** Whether a property declares providers. */
    static boolean isDeclaration(String name) {
        return name.equals(PROVIDERS) || name.startsWith(PREFIX);
    }

    /** The same, and {@code env}, {@code file} and {@code dir} are Kafka's own providers, unless these names are declared. */
    public ConfigVariables withProvidersOfKafka() {
        Map<String, Object> all = new LinkedHashMap<>(declarations);
        List<String> names = new ArrayList<>(names());
        OF_KAFKA.forEach((name, type) -> {
            if (!names.contains(name)) {
                names.add(name);
                all.put(PREFIX + name + ".class", type.getName());
            }
        });
        all.put(PROVIDERS, String.join(",", names));
        return new ConfigVariables(all);
    }

    /** The properties that declare the providers; a new map. */
    public Map<String, Object> declarations() {
        return new LinkedHashMap<>(declarations);
    }

    /**
     * The values with their variables replaced; a new map. Values that are not text stay.
     *
     * @param kind what a value is to the user, as the beginning of a message: "The property"
     * @throws IllegalArgumentException if a variable has no value, or a provider cannot be used
     */
    public Map<String, Object> resolve(String kind, Map<String, ?> values) {
        Map<String, Object> resolved = new LinkedHashMap<>(values);
        Map<Variable, String> users = users(kind, resolved);
        if (users.isEmpty()) {
            return resolved;
        }
        Map<String, Object> found = lookUp(users);
        resolved.replaceAll((name, value) -> value instanceof String text ? replaced(text, found) : value);
        return resolved;
    }

    /** The variables of declared providers, each with the value that contains it, as the subject of a message. */
    private Map<Variable, String> users(String kind, Map<String, Object> values) {
        List<String> names = names();
        Map<Variable, String> users = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value instanceof String text && text.contains("${")) {
                VARIABLE.matcher(text)
                        .results()
                        .map(Variable::of)
                        .filter(variable -> names.contains(variable.provider))
                        .forEach(variable -> users.putIfAbsent(variable, kind + " " + name));
            }
        });
        return users;
    }

    /** What each variable stands for, by its text. */
    private Map<String, Object> lookUp(Map<Variable, String> users) {
        Map<String, Object> request = new HashMap<>(declarations);
        request.put(
                PROVIDERS,
                String.join(
                        ",",
                        users.keySet().stream()
                                .map(Variable::provider)
                                .distinct()
                                .toList()));
        users.forEach((variable, user) -> {
            requireUsable(variable, user);
            request.put(variable.text, variable.text);
        });
        Map<String, Object> found;
        try {
            found = new AbstractConfig(new ConfigDef(), request, false).originals();
        } catch (RuntimeException e) { // a provider of the user may throw anything
            throw new IllegalArgumentException(
                    users.values().iterator().next() + " has a variable that cannot be replaced: "
                            + KafkaFailure.text(e) + ". Correct " + PROVIDERS + " or the variable.",
                    e);
        }
        users.forEach((variable, user) -> {
            if (variable.text.equals(found.get(variable.text))) {
                throw unresolved(variable, user, withoutValue(variable));
            }
        });
        return found;
    }

    private static String replaced(String text, Map<String, Object> found) {
        return VARIABLE.matcher(text)
                .replaceAll(variable -> Matcher.quoteReplacement(
                        String.valueOf(found.getOrDefault(variable.group(), variable.group()))));
    }

    /** Refuses what Kafka would log with a stack trace, or ignore. */
    private void requireUsable(Variable variable, String user) {
        String setting = PREFIX + variable.provider + ".class";
        String type = type(variable);
        if (type == null) {
            throw unresolved(
                    variable,
                    user,
                    setting + " is not set. Set it to the class of the provider " + variable.provider + ".");
        }
        try {
            Class<?> unused = Utils.loadClass(type, Object.class);
        } catch (ClassNotFoundException e) {
            throw unresolved(
                    variable,
                    user,
                    setting + " is " + type
                            + ", which is not on the class path. Check the name, and add its jar to the "
                            + "class path (--class-path of the commands).");
        }
        if (isOf(variable, FileConfigProvider.class) && !exists(variable, Files::isReadable)) {
            throw unresolved(
                    variable,
                    user,
                    "the file '" + variable.path + "' cannot be read. Check the path, as in ${" + variable.provider
                            + ":/etc/secrets.properties:KEY}, and that this process may read the file.");
        }
    }

    private String withoutValue(Variable variable) {
        String permission = permission(variable);
        if (isOf(variable, EnvVarConfigProvider.class)) {
            return System.getenv(variable.key) == null
                    ? "the environment variable '" + variable.key + "' is not set. Set it for this process."
                    : "it is not permitted. Correct " + permission + ".";
        }
        if (isOf(variable, FileConfigProvider.class)) {
            return "the file '" + variable.path + "' has no property '" + variable.key + "'. Add it as " + variable.key
                    + "=VALUE" + permission + ".";
        }
        if (isOf(variable, DirectoryConfigProvider.class)) {
            return exists(variable, Files::isDirectory)
                    ? "the directory '" + variable.path + "' has no file '" + variable.key + "'. Add it" + permission
                            + "."
                    : "'" + variable.path + "' is not a directory. Check the path, as in ${" + variable.provider
                            + ":/etc/secrets:FILE}.";
        }
        return "the provider " + variable.provider + " has no value for it. Check the path and the key.";
    }

    /** The setting that may forbid a variable of a provider of Kafka. */
    private String permission(Variable variable) {
        String parameter = PREFIX + variable.provider + ".param.";
        if (isOf(variable, EnvVarConfigProvider.class)) {
            return parameter + EnvVarConfigProvider.ALLOWLIST_PATTERN_CONFIG;
        }
        String paths = parameter + "allowed.paths";
        return declarations.containsKey(paths) ? ", and check that " + paths + " permits it" : "";
    }

    private static boolean exists(Variable variable, Predicate<Path> there) {
        try {
            return !variable.path.isEmpty() && there.test(new File(variable.path).toPath());
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private boolean isOf(Variable variable, Class<?> type) {
        return type.getName().equals(type(variable));
    }

    private @Nullable String type(Variable variable) {
        Object type = declarations.get(PREFIX + variable.provider + ".class");
        return type instanceof Class<?> loaded
                ? loaded.getName()
                : type == null ? null : String.valueOf(type).strip();
    }

    private List<String> names() {
        Object names = declarations.get(PROVIDERS);
        String text = names instanceof List<?> several
                ? String.join(",", several.stream().map(String::valueOf).toList())
                : names == null ? "" : String.valueOf(names);
        return Pattern.compile(",")
                .splitAsStream(text)
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static IllegalArgumentException unresolved(Variable variable, String user, String reason) {
        return new IllegalArgumentException(user + " refers to " + variable.text + ", but " + reason);
    }
}
