package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.cli.AddedJar;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathDriverTest {

    private static final String DRIVER =
            """
            package added;

            import java.sql.*;
            import java.util.Properties;

            public class AddedDriver implements Driver {
                public Connection connect(String url, Properties properties) throws SQLException {
                    if (acceptsURL(url)) {
                        throw new SQLException("reached " + url);
                    }
                    return null;
                }
                public boolean acceptsURL(String url) { return url.startsWith("jdbc:added:"); }
                public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) { return new DriverPropertyInfo[0]; }
                public int getMajorVersion() { return 1; }
                public int getMinorVersion() { return 0; }
                public boolean jdbcCompliant() { return false; }
                public java.util.logging.Logger getParentLogger() { return null; }
            }
            """;

    @TempDir
    Path directory;

    @Test
    void driverOfTheClassPathIsFoundByDriverManager() throws Exception {
        Path jar = AddedJar.build(
                directory, Map.of("AddedDriver", DRIVER), Map.of("java.sql.Driver", "added.AddedDriver"));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
            assertThatThrownBy(() -> DriverManager.getConnection("jdbc:added:db"))
                    .hasMessageContaining("No suitable driver");

            ClassPathDriver.registerAll(loader);

            assertThatThrownBy(() -> DriverManager.getConnection("jdbc:added:db"))
                    .isInstanceOf(SQLException.class)
                    .hasMessage("reached jdbc:added:db");
            assertThat(DriverDataSource.of("jdbc:added:db", new Properties(), loader))
                    .isNotNull();
            DriverManager.deregisterDriver(DriverManager.getDriver("jdbc:added:db"));
        }
    }

    @Test
    void driverThatCannotBeCreatedIsReported() throws Exception {
        Path jar = AddedJar.build(directory, Map.of(), Map.of("java.sql.Driver", "added.NoDriver"));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
            assertThatThrownBy(() -> ClassPathDriver.registerAll(loader))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "A JDBC driver cannot be used: java.sql.Driver: Provider added.NoDriver not found. Check the "
                                    + "jars of --class-path.");
        }
    }
}
