package dev.cinnabar.examples;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Greets a client and tells it the time, without listening to anything it says. */
public final class Hello implements Conversation {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z", Locale.ROOT);

    private final Clock clock;

    public Hello(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void with(Socket client) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write("Hello !\n".getBytes(StandardCharsets.UTF_8));
        out.write(("Time is " + ZonedDateTime.now(clock).format(TIME) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
