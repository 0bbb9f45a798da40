package dev.cinnabar.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the server shows and asks for in a TLS handshake, as the {@code tls-…} directives say, or a context of the
 * application's: makes an engine for each connection. Immutable; a change of the configuration makes another one, for the
 * connections from then on.
 */
public final class ServerTls {

    private static final List<String> PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");
    private static final Set<String> TOO_OLD = Set.of("tlsv1", "tlsv1.1");

    private final KeyManager[] keys;
    private final TrustManager[] trust;
    private final @Nullable SSLParameters parameters;

    /** Null where sessions are not to be resumed: then each connection has a context of its own, which knows none. */
    private final @Nullable SSLContext shared;

    private ServerTls(Configuration configuration) throws TlsException, GeneralSecurityException {
        X509Certificate[] chain = certificates(configuration);
        keys = new KeyManager[] {new ServerKey(key(configuration, chain[0].getPublicKey()), chain)};
        String clients = configuration.get(Directives.TLS_AUTH_CLIENTS);
        trust = trust(configuration, !clients.equals("no"));
        SSLContext context = context();
        SSLParameters asked = parameters(configuration, context);
        asked.setNeedClientAuth(clients.equals("yes"));
        if (clients.equals("optional")) {
            asked.setWantClientAuth(true);
        }
        parameters = asked;
        if (configuration.get(Directives.TLS_SESSION_CACHING)) {
            SSLSessionContext sessions = context.getServerSessionContext();
            sessions.setSessionCacheSize((int) configuration.get(Directives.TLS_SESSION_CACHE_SIZE));
            sessions.setSessionTimeout((int) configuration.get(Directives.TLS_SESSION_CACHE_TIMEOUT));
            shared = context;
        } else {
            shared = null;
        }
    }

    /**
     * Reads the files that the configuration names.
     *
     * @throws TlsException if a file or a name is not as it must be
     */
    public static ServerTls of(Configuration configuration) throws TlsException {
        try {
            return new ServerTls(configuration);
        } catch (GeneralSecurityException e) {
            throw new TlsException("Failed to configure TLS: " + e.getMessage(), e);
        }
    }

    private ServerTls(SSLContext context, @Nullable SSLParameters parameters) {
        this.keys = new KeyManager[0];
        this.trust = new TrustManager[0];
        this.parameters = parameters;
        this.shared = context;
    }

    /**
     * Uses a context as it is.
     *
     * @param parameters protocols, ciphers and whether clients are asked for certificates; null: what the context says
     */
    public static ServerTls of(SSLContext context, @Nullable SSLParameters parameters) {
        return new ServerTls(context, parameters);
    }

    /** The server's side of a new connection. */
    public SSLEngine newEngine() {
        try {
            SSLEngine engine = (shared != null ? shared : context()).createSSLEngine();
            engine.setUseClientMode(false);
            if (parameters != null) {
                engine.setSSLParameters(parameters);
            }
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a context like the first could not be made", e);
        }
    }

    private SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return context;
    }

    // Protocols and ciphers.

    private static SSLParameters parameters(Configuration configuration, SSLContext context) throws TlsException {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(protocols(configuration.get(Directives.TLS_PROTOCOLS)));
        parameters.setUseCipherSuitesOrder(configuration.get(Directives.TLS_PREFER_SERVER_CIPHERS));
        String[] available = context.getSupportedSSLParameters().getCipherSuites();
        String[] defaults = parameters.getCipherSuites();
        List<String> suites = new ArrayList<>();
        suites.addAll(modern(configuration.get(Directives.TLS_CIPHERSUITES), available, defaults));
        suites.addAll(classic(configuration.get(Directives.TLS_CIPHERS), available, defaults));
        parameters.setCipherSuites(suites.toArray(String[]::new));
        return parameters;
    }

    private static String[] protocols(String text) throws TlsException {
        if (text.isBlank()) {
            return PROTOCOLS.toArray(String[]::new);
        }
        Set<String> chosen = new LinkedHashSet<>();
        for (String word : text.strip().split("\\s+", -1)) {
            String lower = word.toLowerCase(Locale.ROOT);
            if (TOO_OLD.contains(lower)) {
                throw new TlsException("tls-protocols: " + word + " is not secure any more, and this server does not"
                        + " speak it. Use 'TLSv1.2' and 'TLSv1.3'.");
            }
            chosen.add(PROTOCOLS.stream()
                    .filter(name -> name.equalsIgnoreCase(word))
                    .findFirst()
                    .orElseThrow(() -> new TlsException("Invalid tls-protocols specified. Use a combination of"
                            + " 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.")));
        }
        return chosen.toArray(String[]::new);
    }

    /** The suites of TLS 1.3, whose names are the JDK's too. */
    private static List<String> modern(String text, String[] available, String[] defaults) throws TlsException {
        if (text.isEmpty()) {
            return List.of(defaults).stream()
                    .filter(suite -> !suite.contains("_WITH_"))
                    .toList();
        }
        List<String> suites = List.of(text.split(":", -1));
        for (String suite : suites) {
            if (suite.contains("_WITH_") || !List.of(available).contains(suite)) {
                throw new TlsException("Failed to configure ciphersuites: " + text);
            }
        }
        return suites;
    }

    /** The suites of TLS 1.2. */
    private static List<String> classic(String text, String[] available, String[] defaults) throws TlsException {
        List<String> suites = CipherList.choose(text.isEmpty() ? "DEFAULT" : text, available, defaults);
        if (suites.isEmpty()) {
            throw new TlsException("Failed to configure ciphers: " + text);
        }
        return suites;
    }

    // Files.

    private static X509Certificate[] certificates(Configuration configuration) throws TlsException {
        String file = configuration.get(Directives.TLS_CERT_FILE);
        if (file.isEmpty()) {
            throw new TlsException("No tls-cert-file configured!");
        }
        if (configuration.get(Directives.TLS_KEY_FILE).isEmpty()) {
            throw new TlsException("No tls-key-file configured!");
        }
        try {
            List<X509Certificate> chain = certificates(configuration.path(Directives.TLS_CERT_FILE));
            if (chain.isEmpty()) {
                throw new IOException("no certificate in it");
            }
            return chain.toArray(X509Certificate[]::new);
        } catch (IOException e) {
            throw new TlsException("Failed to load certificate: " + shown(file) + ": " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Configuration configuration, PublicKey publicKey) throws TlsException {
        String pass = shown(configuration.get(Directives.TLS_KEY_FILE_PASS));
        try {
            PrivateKey key = PrivateKeys.find(Pem.read(configuration.path(Directives.TLS_KEY_FILE)), pass);
            if (!belongTogether(key, publicKey)) {
                throw new IOException("it is not the key of the certificate");
            }
            return key;
        } catch (IOException e) {
            throw new TlsException(
                    "Failed to load private key: " + shown(configuration.get(Directives.TLS_KEY_FILE)) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** Whether what one signs the other verifies. */
    private static boolean belongTogether(PrivateKey key, PublicKey publicKey) throws IOException {
        String algorithm = key.getAlgorithm();
        if (!algorithm.equals(publicKey.getAlgorithm())) {
            return false;
        }
        if (key instanceof RSAKey one && publicKey instanceof RSAKey other) {
            return one.getModulus().equals(other.getModulus());
        }
        try {
            Signature signature = Signature.getInstance(key instanceof ECKey ? "SHA256withECDSA" : algorithm);
            byte[] text = new byte[32];
            new SecureRandom().nextBytes(text);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Configuration configuration, boolean needed)
            throws TlsException, GeneralSecurityException {
        String file = configuration.get(Directives.TLS_CA_CERT_FILE);
        String directory = configuration.get(Directives.TLS_CA_CERT_DIR);
        if (file.isEmpty() && directory.isEmpty()) {
            if (needed) {
                throw new TlsException("Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster,"
                        + " tls-replication or tls-auth-clients are enabled!");
            }
            return new TrustManager[0];
        }
        Set<X509Certificate> trusted = new LinkedHashSet<>();
        try {
            if (!file.isEmpty()) {
                trusted.addAll(certificates(configuration.path(Directives.TLS_CA_CERT_FILE)));
                if (trusted.isEmpty()) {
                    throw new IOException(shown(file) + ": no certificate in it");
                }
            }
            if (!directory.isEmpty()) {
                readDirectory(configuration.path(Directives.TLS_CA_CERT_DIR), trusted);
            }
        } catch (IOException e) {
            throw new TlsException("Failed to configure CA certificate(s) file/directory: " + e.getMessage(), e);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty store could not be made", e);
        }
        int number = 0;
        for (X509Certificate certificate : trusted) {
            store.setCertificateEntry("ca" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** All certificates of the files of a directory. Where OpenSSL asks for files named by a hash, any name does here. */
    private static void readDirectory(Path directory, Set<X509Certificate> into) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, Files::isRegularFile)) {
            for (Path file : files) {
                into.addAll(certificates(file));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            throw new IOException(directory + ": no such directory", e);
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Pem.Block block : Pem.read(file)) {
                if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                    Certificate read = factory.generateCertificate(new ByteArrayInputStream(block.der()));
                    if (read instanceof X509Certificate certificate) {
                        found.add(certificate);
                    }
                }
            }
        } catch (CertificateException e) {
            throw new IOException(e.getMessage(), e);
        }
        return found;
    }

    /** The text that the bytes of a directive are. */
    private static String shown(String text) {
        return new String(text.getBytes(ISO_8859_1), UTF_8);
    }
}
