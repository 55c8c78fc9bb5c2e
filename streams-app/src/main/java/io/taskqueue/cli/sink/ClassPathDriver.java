package io.taskqueue.cli.sink;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.logging.Logger;

/**
 * A JDBC driver of the class path that the user added. {@link DriverManager} gives a driver only to callers that can load its class
 * themselves, which a connection pool on the class path of this application cannot; so this class, which they can load, stands for it.
 */
final class ClassPathDriver implements Driver {

    private final Driver driver;

    private ClassPathDriver(Driver driver) {
        this.driver = driver;
    }

    /**
     * Registers the drivers that only this class loader has.
     *
     * @throws IllegalArgumentException if one of them cannot be created
     */
    static void registerAll(ClassLoader loader) {
        try {
            for (Driver driver : ServiceLoader.load(Driver.class, loader)) {
                if (driver.getClass().getClassLoader() == loader) {
                    DriverManager.registerDriver(new ClassPathDriver(driver));
                }
            }
        } catch (ServiceConfigurationError | SQLException broken) {
            throw new IllegalArgumentException(
                    "A JDBC driver cannot be used: " + broken.getMessage() + ". Check the jars of --class-path.",
                    broken);
        }
    }

    @Override
    public Connection connect(String url, Properties properties) throws SQLException {
        return driver.connect(url, properties);
    }

    @Override
    public boolean acceptsURL(String url) throws SQLException {
        return driver.acceptsURL(url);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) throws SQLException {
        return driver.getPropertyInfo(url, properties);
    }

    @Override
    public int getMajorVersion() {
        return driver.getMajorVersion();
    }

    @Override
    public int getMinorVersion() {
        return driver.getMinorVersion();
    }

    @Override
    public boolean jdbcCompliant() {
        return driver.jdbcCompliant();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return driver.getParentLogger();
    }
}
