package dev.cinnabar.examples;

import java.io.IOException;
import java.net.Socket;

/** What a server has to say to one client. The server opens the connection before it and closes it after it. */
@FunctionalInterface
public interface Conversation {

    void with(Socket client) throws IOException, InterruptedException;
}
