package dev.cinnabar.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of a talk in which client and server say hello to each other: the client first, a line each.
 *
 * <p>A line ends with a newline, and that is a protocol: bytes arrive in pieces of any size, so without an agreed end the
 * reader could not know when the other side has finished.
 */
public final class Exchange implements Conversation {

    private final PrintStream heard;

    /** The server's side; prints what each client says. */
    public Exchange(PrintStream heard) {
        this.heard = heard;
    }

    @Override
    public void with(Socket client) throws IOException {
        String said = readLine(client);
        if (said == null) {
            return; // it hung up without a word
        }
        heard.println(said);
        writeLine(client, "Hello, this is Server!");
    }

    /** The client's side: says hello to a server and returns its answer. */
    public static String sayHello(String host, int port) throws IOException {
        try (Socket server = new Socket(host, port)) {
            writeLine(server, "Hello, this is Client");
            String answer = readLine(server);
            if (answer == null) {
                throw new IOException("the server hung up without an answer");
            }
            return answer;
        }
    }

    private static void writeLine(Socket to, String line) throws IOException {
        to.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String readLine(Socket from) throws IOException {
        return new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }
}
