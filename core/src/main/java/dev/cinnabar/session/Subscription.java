package dev.cinnabar.session;

/** One client's subscription to one channel or pattern. Owned by the client's thread; others see who it is. */
public final class Subscription {

    private final Session session;
    private final byte[] name;
    private boolean ended;

    Subscription(Session session, byte[] name) {
        this.session = session;
        this.name = name;
    }

    /** The name of the channel, or the pattern. */
    byte[] name() {
        return name;
    }

    public Session session() {
        return session;
    }

    /** Whether the client still wants messages. */
    public boolean isActive() {
        return !ended;
    }

    void end() {
        ended = true;
    }
}
