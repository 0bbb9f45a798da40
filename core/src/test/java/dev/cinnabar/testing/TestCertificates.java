package dev.cinnabar.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Keys and certificates for tests, each signed by itself, made by the JDK's {@code keytool} once in a JVM. Immutable.
 */
public final class TestCertificates {

    private static final char[] PASSWORD = "password".toCharArray();
    private static final String SERVER = "server";
    private static final String OTHER_SERVER = "other-server";
    private static final String ALICE = "alice";
    private static final String STRANGER = "stranger";
    private static final List<String> NAMES = List.of(SERVER, OTHER_SERVER, ALICE, STRANGER);

    private final KeyStore store;

    private TestCertificates(KeyStore store) {
        this.store = store;
    }

    private static final class Once {
        static final TestCertificates MADE = make();
    }

    /** The certificates of this JVM. */
    public static TestCertificates get() {
        return Once.MADE;
    }

    private static TestCertificates make() {
        try {
            Path directory = Files.createTempDirectory("cinnabar-keys");
            Path file = directory.resolve("keys.p12");
            for (String name : NAMES) {
                String algorithm = name.equals(SERVER) ? "RSA" : "EC";
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-J-XX:TieredStopAtLevel=1",
                                "-genkeypair",
                                "-alias",
                                name,
                                "-keyalg",
                                algorithm,
                                "-dname",
                                "CN=" + name + ", O=Cinnabar",
                                "-ext",
                                "san=dns:localhost,ip:127.0.0.1",
                                "-validity",
                                "3650",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                new String(PASSWORD))
                        .redirectErrorStream(true)
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IllegalStateException("keytool: " + output);
                }
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(Files.readAllBytes(file)), PASSWORD);
            Files.delete(file);
            Files.delete(directory);
            return new TestCertificates(store);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Writes {@code NAME.crt} and {@code NAME.key} for server, other-server, alice and stranger. */
    public void write(Path directory) throws Exception {
        for (String name : NAMES) {
            Files.writeString(
                    directory.resolve(name + ".crt"),
                    pem("CERTIFICATE", store.getCertificate(name).getEncoded()));
            Files.writeString(
                    directory.resolve(name + ".key"),
                    pem("PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded()));
        }
    }

    private static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    /**
     * What a client uses that trusts both servers.
     *
     * @param name whose certificate it shows; null: none
     */
    public SSLContext client(@Nullable String name) throws Exception {
        KeyStore trusted = empty();
        trusted.setCertificateEntry("1", store.getCertificate(SERVER));
        trusted.setCertificateEntry("2", store.getCertificate(OTHER_SERVER));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        KeyManager[] keys = null;
        if (name != null) {
            keys = new KeyManager[] {
                new Shown((PrivateKey) store.getKey(name, PASSWORD), (X509Certificate) store.getCertificate(name))
            };
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    /** What a server uses that shows the first one's certificate and trusts the second one's. */
    public SSLContext server(String name, String trusted) throws Exception {
        KeyStore keys = empty();
        keys.setKeyEntry(name, store.getKey(name, PASSWORD), PASSWORD, new Certificate[] {store.getCertificate(name)});
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(keys, PASSWORD);
        KeyStore authorities = empty();
        authorities.setCertificateEntry("1", store.getCertificate(trusted));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(authorities);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** Shows its certificate whoever the server says that it trusts. */
    private static final class Shown extends X509ExtendedKeyManager {
        private final PrivateKey key;
        private final X509Certificate certificate;

        Shown(PrivateKey key, X509Certificate certificate) {
            this.key = key;
            this.certificate = certificate;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load((InputStream) null, null);
        return store;
    }
}
