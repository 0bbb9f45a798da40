package dev.cinnabar.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/** Jedis, Lettuce and redis-cli over TLS, with and without certificates of their own; the same on real servers. */
class TlsTest {

    private static final String PASSWORD = "password";
    private static final int TIMEOUT_MILLIS = 60_000;

    @TempDir
    private Path directory;

    /** A server of the same kind with a TLS port, opened while it runs. */
    private int open(Server server, String authClients, String keyAlgorithm) throws Exception {
        KeyStore keys = keys(keyAlgorithm);
        Path files = server.workingDirectory();
        for (String name : List.of("server", "client")) {
            write(
                    files.resolve(name + ".crt"),
                    "CERTIFICATE",
                    keys.getCertificate(name).getEncoded());
            write(
                    files.resolve(name + ".key"),
                    "PRIVATE KEY",
                    keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Jedis plain = new Jedis("127.0.0.1", server.port(), TIMEOUT_MILLIS)) {
            assertThat(plain.configSet(
                            "tls-cert-file",
                            "server.crt",
                            "tls-key-file",
                            "server.key",
                            "tls-ca-cert-file",
                            "client.crt",
                            "tls-auth-clients",
                            authClients,
                            "tls-port",
                            Integer.toString(port)))
                    .isEqualTo("OK");
        }
        return port;
    }

    private KeyStore keys(String keyAlgorithm) throws Exception {
        Path file = directory.resolve("keys.p12");
        for (String name : List.of("server", "client")) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            name,
                            "-keyalg",
                            keyAlgorithm,
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "san=dns:localhost,ip:127.0.0.1",
                            "-validity",
                            "3650",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            PASSWORD)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    private static void write(Path file, String label, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }

    @RedisTest
    @SuppressWarnings("deprecation") // the short way to give Jedis a factory
    void jedisAndLettuce(Server shared) throws Exception {
        Server server = shared.startAnother();
        int port = open(server, "no", "RSA");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        KeyStore keys = KeyStore.getInstance(directory.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (Jedis redis = new Jedis(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder()
                        .ssl(true)
                        .timeoutMillis(TIMEOUT_MILLIS)
                        .sslSocketFactory(context.getSocketFactory())
                        .build())) {
            assertThat(redis.set("x", "1")).isEqualTo("OK");
            Pipeline pipeline = redis.pipelined();
            List<Response<Long>> responses = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                responses.add(pipeline.incr("x"));
            }
            pipeline.sync();
            for (int i = 0; i < responses.size(); i++) {
                assertThat(responses.get(i).get()).isEqualTo(i + 2);
            }
            if (server.isCinnabar()) {
                // Redis lists them since 7.2.
                assertThat(redis.info("server")).contains(":name=tls,bind=").contains(",port=" + port);
                assertThat(server.log()).containsOnlyOnce("TLS handshakes use ");
            }
        }
        RedisClient client = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withSsl(true)
                .build());
        try {
            client.setOptions(ClientOptions.builder()
                    .sslOptions(SslOptions.builder().trustManager(trust).build())
                    .build());
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().get("x")).isEqualTo("20001");
                String value = "v".repeat(1_000_000);
                assertThat(connection.sync().set("large", value)).isEqualTo("OK");
                assertThat(connection.sync().get("large")).isEqualTo(value);
            }
        } finally {
            client.shutdown(0, 10, TimeUnit.SECONDS);
        }
    }

    @RedisTest
    void redisson(Server shared) throws Exception {
        Server server = shared.startAnother();
        int port = open(server, "yes", "RSA");
        KeyStore keys = KeyStore.getInstance(directory.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        trust.init(trusted);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "client",
                keys.getKey("client", PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                keys.getCertificateChain("client"));
        KeyManagerFactory identity = KeyManagerFactory.getInstance("PKIX");
        identity.init(own, PASSWORD.toCharArray());
        Config config = new Config()
                .setCodec(StringCodec.INSTANCE)
                .setSslTrustManagerFactory(trust)
                .setSslKeyManagerFactory(identity);
        config.useSingleServer()
                .setAddress("rediss://localhost:" + port)
                .setConnectionMinimumIdleSize(1)
                .setConnectionPoolSize(4);
        RedissonClient client = Redisson.create(config);
        try {
            String value = "v".repeat(100_000);
            client.getBucket("bucket").set(value);
            assertThat(client.getBucket("bucket").get()).isEqualTo(value);
            assertThat(client.getAtomicLong("n").addAndGet(3)).isEqualTo(3);
        } finally {
            client.shutdown();
        }
    }

    @RedisTest
    void redisCliShowsItsCertificate(Server shared) throws Exception {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "redis-cli"))),
                "redis-cli is not installed");
        Server server = shared.startAnother();
        int port = open(server, "yes", "EC");
        Path files = server.workingDirectory().toRealPath();
        String authority = files.resolve("server.crt").toString();
        String certificate = files.resolve("client.crt").toString();
        String key = files.resolve("client.key").toString();
        assertThat(cli(port, "--cacert", authority, "--cert", certificate, "--key", key, "PING"))
                .isEqualTo("PONG\n");
        assertThat(cli(port, "--cacert", authority, "PING")).doesNotContain("PONG");
        try (Jedis plain = new Jedis("127.0.0.1", server.port(), TIMEOUT_MILLIS)) {
            plain.configSet("tls-auth-clients", "optional");
        }
        assertThat(cli(port, "--cacert", authority, "PING")).isEqualTo("PONG\n");
        assertThat(cli(port, "--cacert", authority, "--cert", certificate, "--key", key, "PING"))
                .isEqualTo("PONG\n");
    }

    private static String cli(int port, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(port), "--tls"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }
}
