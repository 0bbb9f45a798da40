package dev.cinnabar.server;

import dev.cinnabar.command.Settings;
import dev.cinnabar.net.NetSettings;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Starts a server from the command line. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = 6379;
        int loops = Runtime.getRuntime().availableProcessors();
        for (int i = 0; i + 1 < arguments.length; i++) {
            switch (arguments[i]) {
                case "--port" -> port = Integer.parseInt(arguments[i + 1]);
                case "--io-threads" -> loops = Integer.parseInt(arguments[i + 1]);
                default -> {}
            }
        }
        ServerOptions options = new ServerOptions(port, List.of("127.0.0.1", "-::1"), 511, null, 0, loops, 16);
        Server server = new Server(options, new Settings(), new NetSettings());
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            done.countDown();
        }));
        server.start();
        System.out.println("Ready to accept connections tcp");
        done.await();
    }
}
