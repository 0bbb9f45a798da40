package dev.cinnabar.examples;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;

/** Runs an example by its name. */
public final class Main {

    private static final int DEFAULT_PORT = 2000;
    private static final Duration SLOW = Duration.ofSeconds(5);

    private static final String USAGE = """
            Usage: ./cinnabar example NAME [PORT]         (PORT is 2000 unless given)

              hello        greets a client, tells the time, hangs up; one client at a time
              hello-many   the same for many clients at once
              slow         as hello, but takes 5 seconds for it
              slow-many    as hello-many, but takes 5 seconds for it
              server       says hello to the client below
              client       says hello to the server above
            """;

    private Main() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 1 || args.length > 2) {
            System.err.print(USAGE);
            System.exit(args.length == 0 ? 0 : 1);
        }
        int port = args.length == 2 ? portOf(args[1]) : DEFAULT_PORT;
        Hello hello = new Hello(Clock.system(ZoneId.systemDefault()));
        switch (args[0]) {
            case "hello" -> serve(ExampleServer.oneByOne(port, hello));
            case "hello-many" -> serve(ExampleServer.manyAtOnce(port, hello));
            case "slow" -> serve(ExampleServer.oneByOne(port, Slow.by(SLOW, hello)));
            case "slow-many" -> serve(ExampleServer.manyAtOnce(port, Slow.by(SLOW, hello)));
            case "server" -> serve(ExampleServer.oneByOne(port, new Exchange(System.out)));
            case "client" -> System.out.println(Exchange.sayHello("localhost", port));
            default -> {
                System.err.print("There is no example '" + args[0] + "'.\n\n" + USAGE);
                System.exit(1);
            }
        }
    }

    private static void serve(ExampleServer server) throws IOException {
        try (server) {
            System.out.println("Listening on port " + server.port() + ", end with Ctrl-C");
            server.serve();
        }
    }

    private static int portOf(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        System.err.println("'" + text + "' is no port: a number from 0 to 65535 is needed");
        System.exit(1);
        throw new AssertionError("unreachable");
    }
}
