package io.taskqueue.cli;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * New connections by a driver that need not be on the class path of this class, which {@link DriverManager} does not hand out.
 * Shows neither the url nor the properties, which may hold a password.
 */
final class DriverDataSource implements DataSource {

    private static final String POSTGRESQL = "jdbc:postgresql:";

    private final Driver driver;
    private final String url;
    private final Properties properties;

    private DriverDataSource(Driver driver, String url, Properties properties) {
        this.driver = driver;
        this.url = url;
        this.properties = properties;
    }

    /**
     * @param properties what the driver is told beside the url, as user and password
     * @param drivers where drivers are looked for
     * @throws IllegalArgumentException if none takes the url
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
        throw new IllegalArgumentException("No JDBC driver takes the url, which begins with " + beginning(url)
                + ". Check it against the documentation of the driver, and pass the driver's jar with --class-path, unless it "
                + "is that of PostgreSQL, which is here.");
    }

    private static Properties withDefaults(String url, Properties properties) {
        Properties all = new Properties();
        if (url.startsWith(POSTGRESQL)) {
            all.setProperty("ApplicationName", "taskqueue sink");
            // a host that went down without a word
            all.setProperty("tcpKeepAlive", "true");
            // the details of an error show the row, and the payload in it
            all.setProperty("logServerErrorDetail", "false");
        }
        all.putAll(properties);
        return all;
    }

    /** Which database it is for; what follows may hold a password. */
    private static String beginning(String url) {
        int end = url.indexOf(':', url.indexOf(':') + 1);
        return end < 0 ? "'" + url.replaceAll("[^A-Za-z:].*", "") + "'" : "'" + url.substring(0, end + 1) + "'";
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = driver.connect(url, properties);
        if (connection == null) {
            throw new SQLException("The driver " + driver.getClass().getName() + " does not take the url any more");
        }
        return connection;
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("The user is fixed");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException("Drivers write their own logs");
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {
        // the pool asks for its own; drivers take theirs from the url
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
        throw new SQLException("This is no " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
