package dev.cinnabar.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cinnabar.spi.MetricsEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** An HTTP server, the JDK's own, that answers {@code GET /metrics}. Stateless; what listens is thread-safe. */
public final class PrometheusEndpoint implements MetricsEndpoint {

    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    /** Found by name. */
    public PrometheusEndpoint() {}

    @Override
    public Listening listen(Supplier<String> info, List<String> addresses, int port) throws IOException {
        // A client that is slow to send or to read holds up a virtual thread, and nobody else.
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        List<HttpServer> servers = new ArrayList<>();
        int bound = port;
        try {
            for (String address : addresses) {
                boolean optional = address.startsWith("-");
                try {
                    HttpServer server = HttpServer.create(where(optional ? address.substring(1) : address, bound), 0);
                    servers.add(server);
                    bound = server.getAddress().getPort();
                    server.setExecutor(executor);
                    server.createContext("/", exchange -> answer(exchange, info));
                } catch (IOException e) {
                    if (!optional) {
                        throw e;
                    }
                }
            }
            if (servers.isEmpty()) {
                throw new IOException("no address to listen on");
            }
        } catch (IOException | RuntimeException e) {
            servers.forEach(server -> server.stop(0));
            executor.close();
            throw e;
        }
        servers.forEach(HttpServer::start);
        return new Running(List.copyOf(servers), executor, bound);
    }

    private record Running(List<HttpServer> servers, ExecutorService executor, int port) implements Listening {
        @Override
        public void close() {
            servers.forEach(server -> server.stop(0));
            executor.shutdownNow();
        }
    }

    private static InetSocketAddress where(String address, int port) throws IOException {
        String host = switch (address) {
            case "*" -> "0.0.0.0";
            case "::*" -> "::";
            default -> address;
        };
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    private static void answer(HttpExchange exchange, Supplier<String> info) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                reply(exchange, 405, "text/plain; charset=utf-8", "GET or HEAD, please.\n");
            } else if (exchange.getRequestURI().getPath().equals("/metrics")) {
                reply(exchange, 200, TEXT_FORMAT, Metrics.of(info));
            } else {
                reply(exchange, 404, "text/plain; charset=utf-8", "The metrics are at /metrics.\n");
            }
        }
    }

    private static void reply(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
