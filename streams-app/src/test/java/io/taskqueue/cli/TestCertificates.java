package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Keys with certificates of an authority of its own, made by the JDK's keytool: each in {@code NAME.p12}; the certificate of the
 * authority in {@code trust.p12} and {@code authority.pem}. Everything has the same password.
 */
final class TestCertificates {

    static final String PASSWORD = "changeit";
    private static final String ALL = "all.p12";
    private static final String AUTHORITY = "authority";

    private final Path directory;

    private TestCertificates(Path directory) {
        this.directory = directory;
    }

    /** Makes the authority. */
    static TestCertificates create(Path directory) throws Exception {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.keytool(AUTHORITY, "-ext", "bc:c");
        KeyStore trusted = certificates.empty();
        trusted.setCertificateEntry(AUTHORITY, certificates.all().getCertificate(AUTHORITY));
        certificates.write(trusted, "trust.p12");
        Files.writeString(
                directory.resolve("authority.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(certificates
                                        .all()
                                        .getCertificate(AUTHORITY)
                                        .getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        return certificates;
    }

    /**
     * A key with a certificate that the authority signed.
     *
     * @param options options of keytool, for example the host names of a server
     */
    TestCertificates signed(String name, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("-signer", AUTHORITY));
        all.addAll(List.of(options));
        return made(name, all);
    }

    /** A key with a certificate that no authority signed. */
    TestCertificates selfSigned(String name) throws Exception {
        return made(name, List.of());
    }

    private TestCertificates made(String name, List<String> options) throws Exception {
        keytool(name, options.toArray(String[]::new));
        KeyStore own = empty();
        KeyStore.ProtectionParameter password = new KeyStore.PasswordProtection(PASSWORD.toCharArray());
        own.setEntry(name, all().getEntry(name, password), password);
        write(own, name + ".p12");
        return this;
    }

    private void keytool(String name, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-storetype",
                "PKCS12",
                "-keystore",
                ALL,
                "-storepass",
                PASSWORD));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private KeyStore all() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve(ALL))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void write(KeyStore store, String file) throws GeneralSecurityException, IOException {
        try (OutputStream out = Files.newOutputStream(directory.resolve(file))) {
            store.store(out, PASSWORD.toCharArray());
        }
    }
}
