package dev.cinnabar.net;

/** The settings that loops read; the configuration writes them. Thread-safe: each field on its own. */
public final class NetSettings {

    /** Connections beyond this are refused. */
    public volatile int maxClients = 10_000;

    /** After how many seconds an idle client is disconnected; 0: never. */
    public volatile int timeoutSeconds;

    /** After how many seconds of silence the system asks whether the peer is still there; 0: never. */
    public volatile int keepaliveSeconds = 300;

    /** Whether clients from other machines are refused as long as there is no password. */
    public volatile boolean protectedMode = true;

    /** The most bytes of requests that may wait for one client. */
    public volatile long queryBufferLimit = 1L << 30;

    /** The most bytes of replies that may wait for a client to read them; 0: no limit. */
    public volatile long outputHardLimit;

    /** The same where the client stays above for {@link #outputSoftSeconds}; 0: no limit. */
    public volatile long outputSoftLimit;

    public volatile int outputSoftSeconds;

    public NetSettings() {}
}
