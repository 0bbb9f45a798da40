package dev.cinnabar.session;

/** The connection of a session, as others may look at it: figures may be a moment old. Thread-safe. */
public interface Peer {

    /** The client's address, as {@code ip:port} or {@code path:0}. */
    String remoteAddress();

    /** The server's address, as {@code ip:port} or {@code path:0}. */
    String localAddress();

    /** A number that tells connections apart, as a file descriptor would. */
    int descriptor();

    /** Whether it came through a unix socket. */
    boolean isUnixSocket();

    /** Which loop serves it. */
    int loop();

    /** Bytes received and not yet run. */
    long queryBytes();

    /** Bytes of replies that wait for the client to read them. */
    long outputBytes();

    /** Blocks in which those bytes wait. */
    int outputBlocks();

    long totalInputBytes();

    long totalOutputBytes();

    /** Reads of the socket so far. */
    long readEvents();

    /** Ends the connection, from any thread, at once. */
    void kill();
}
