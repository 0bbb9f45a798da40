package dev.cinnabar.session;

import java.util.ArrayList;
import java.util.List;

/**
 * How one client wants to be told of keys that change, so that it can cache them. Owned by the client's thread; others read it
 * to tell the client.
 */
public final class ClientTracking {

    /** Which keys. */
    public enum Mode {
        /** Those that it has read. */
        ALL_READ,
        /** Those that it reads with the command behind CLIENT CACHING YES. */
        OPT_IN,
        /** Those that it has read, but with the command behind CLIENT CACHING NO. */
        OPT_OUT,
        /** Those with certain prefixes, read or not. */
        BROADCAST
    }

    private final Mode mode;
    private final boolean noLoop;
    private final long redirection;
    private final List<byte[]> prefixes;
    private boolean caching;
    private volatile boolean broken;

    /**
     * @param noLoop whether it is not told of what it changes itself
     * @param redirection the id of the client that gets the messages instead; 0: none
     * @param prefixes those of {@link Mode#BROADCAST}
     */
    ClientTracking(Mode mode, boolean noLoop, long redirection, List<byte[]> prefixes) {
        this.mode = mode;
        this.noLoop = noLoop;
        this.redirection = redirection;
        this.prefixes = new ArrayList<>(prefixes);
    }

    public Mode mode() {
        return mode;
    }

    public boolean isBroadcast() {
        return mode == Mode.BROADCAST;
    }

    public boolean isNoLoop() {
        return noLoop;
    }

    /** The id of the client that gets the messages instead; 0: none. */
    public long redirection() {
        return redirection;
    }

    public List<byte[]> prefixes() {
        return prefixes;
    }

    /** Whether CLIENT CACHING stands before the running command, or transaction. */
    public boolean isCaching() {
        return caching;
    }

    public void caching(boolean caching) {
        this.caching = caching;
    }

    /** Whether the keys that the running command reads are to be remembered. */
    public boolean remembers() {
        return switch (mode) {
            case ALL_READ -> true;
            case OPT_IN -> caching;
            case OPT_OUT -> !caching;
            case BROADCAST -> false;
        };
    }

    /** Whether the client that should get the messages is gone. */
    public boolean isBroken() {
        return broken;
    }

    void broken() {
        broken = true;
    }
}
