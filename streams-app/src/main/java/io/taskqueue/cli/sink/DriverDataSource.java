package io.taskqueue.cli.sink;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Opens connections with a driver that need not be on the class path of this class, which {@link DriverManager} requires. No
 * message contains the url or the properties, which may contain a password: also no message of the driver, which for example takes what
 * is before an @ for the name of a host.
 */
final class DriverDataSource implements DataSource {

    private static final String POSTGRESQL = "jdbc:postgresql:";

    /** What may be secret in a url: user and password before its host, and parameters with such a name. */
    private static final Pattern SECRET = Pattern.compile(
            "^jdbc:[^:/?;]+:(?:thin:)?(?://)?([^/?;]+/?[^/?;]*)@|(?i)[?;&][^=?;&]*(?:password|secret|token|key)=([^;&]+)");

    private final Driver driver;
    private final String url;
    private final Properties properties;

    private DriverDataSource(Driver driver, String url, Properties properties) {
        this.driver = driver;
        this.url = url;
        this.properties = properties;
    }

    /**
     * @param properties passed to the driver with the url, for example user and password
     * @param drivers the class loader that drivers are looked up in
     * @throws IllegalArgumentException if no driver accepts the url
     */
    static DriverDataSource of(String url, Properties properties, ClassLoader drivers) {
        try {
            for (Driver driver : ServiceLoader.load(Driver.class, drivers)) {
                if (driver.acceptsURL(url)) {
                    return new DriverDataSource(driver, url, withDefaults(url, properties));
                }
            }
        } catch (ServiceConfigurationError | SQLException broken) {
            throw new IllegalArgumentException(
                    "A JDBC driver cannot be used: " + broken.getMessage() + ". Check the jars of --class-path.",
                    broken);
        }
        throw new IllegalArgumentException("No JDBC driver accepts the url, which begins with " + prefix(url)
                + ". Check it against the documentation of the driver, and pass the driver's jar with --class-path; only "
                + "PostgreSQL's driver is included.");
    }

    private static Properties withDefaults(String url, Properties properties) {
        Properties all = new Properties();
        if (url.startsWith(POSTGRESQL)) {
            all.setProperty("ApplicationName", "taskqueue sink");
            // detects a host that went down without closing the connection
            all.setProperty("tcpKeepAlive", "true");
            // the details of an error contain the row, and with it the payload
            all.setProperty("logServerErrorDetail", "false");
        }
        all.putAll(properties);
        return all;
    }

    /** The part of the url that names the kind of database; the rest may contain a password. */
    private static String prefix(String url) {
        boolean jdbc = url.startsWith("jdbc:");
        int end = url.indexOf(':', jdbc ? "jdbc:".length() : 0);
        return end >= 0 ? "'" + url.substring(0, end + 1) + "'" : jdbc ? "'jdbc:'" : "no kind of database";
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection;
        try {
            connection = driver.connect(url, properties);
        } catch (SQLException failure) {
            throw withoutSecrets(failure);
        }
        if (connection == null) {
            throw new SQLException("The driver " + driver.getClass().getName()
                    + " accepted the url before, but does not accept it now.");
        }
        return connection;
    }

    /** The failure itself, or one without its causes where a message has a secret. */
    private SQLException withoutSecrets(SQLException failure) {
        List<String> secrets = secrets();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (secrets.stream().anyMatch(String.valueOf(cause.getMessage())::contains)) {
                String message = String.valueOf(failure.getMessage());
                for (String secret : secrets) {
                    message = message.replace(secret, "(hidden)");
                }
                return new SQLException(message, failure.getSQLState(), failure.getErrorCode());
            }
        }
        return failure;
    }

    private List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        Matcher found = SECRET.matcher(url);
        while (found.find()) {
            secrets.add(found.group(1) == null ? found.group(2) : found.group(1));
        }
        String password = properties.getProperty("password", "");
        if (!password.isEmpty()) {
            secrets.add(password);
        }
        return secrets;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("The user cannot be changed.");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException("Drivers write logs of their own.");
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {
        // the pool has a timeout of its own; a driver takes its timeout from the url
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return driver.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("This data source is not a " + type.getName() + ".");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
