package dev.cinnabar.commands.connection;

import dev.cinnabar.session.Peer;

/** A connection that is none: it shows fixed figures and remembers that it was killed. Thread-safe. */
final class FakePeer implements Peer {

    private final int number;
    volatile boolean killed;
    volatile long queryBytes = 10;

    FakePeer(int number) {
        this.number = number;
    }

    @Override
    public String remoteAddress() {
        return "10.0.0.1:" + number;
    }

    @Override
    public String localAddress() {
        return "10.0.0.2:6379";
    }

    @Override
    public int descriptor() {
        return number;
    }

    @Override
    public boolean isUnixSocket() {
        return false;
    }

    @Override
    public int loop() {
        return 1;
    }

    @Override
    public long queryBytes() {
        return queryBytes;
    }

    @Override
    public long outputBytes() {
        return 20;
    }

    @Override
    public int outputBlocks() {
        return 2;
    }

    @Override
    public long totalInputBytes() {
        return 1000;
    }

    @Override
    public long totalOutputBytes() {
        return 2000;
    }

    @Override
    public long readEvents() {
        return 7;
    }

    @Override
    public void kill() {
        killed = true;
    }
}
