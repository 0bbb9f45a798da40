package dev.cinnabar;

import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Settings;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.session.Session;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine inside this JVM: Redis' commands without a socket. Thread-safe: any number of threads may call it, platform or
 * virtual ones; a command runs on the thread that calls it, and is atomic as in Redis. A JVM may have many, each with its own
 * keys. Keys and values lie outside the Java heap until {@link #close}.
 *
 * <pre>{@code
 * try (Cinnabar cinnabar = Cinnabar.open()) {
 *     cinnabar.call("HSET", "user:1", "name", "Ada", "year", "1815");
 *     Map<String, RespValue> user = cinnabar.call("HGETALL", "user:1").asStringMap();
 *     long visits = cinnabar.call("INCR", "visits").asLong();
 * }
 * }</pre>
 *
 * <p>{@code call} takes commands that concern keys or the engine as a whole. Those that concern a connection, such as SELECT,
 * MULTI and WATCH, belong to a {@link CinnabarSession}.
 */
public final class Cinnabar implements AutoCloseable {

    private final Engine engine;
    private final Lanes lanes;

    private final Runnable whenClosed;

    /** @param whenClosed closes the engine, once no call uses it any more */
    Cinnabar(Engine engine, Runnable whenClosed) {
        this.engine = engine;
        this.lanes = new Lanes(engine, Runtime.getRuntime().availableProcessors());
        this.whenClosed = whenClosed;
    }

    /** An engine with the defaults: empty, 16 databases. */
    public static Cinnabar open() {
        return builder().open();
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    Engine engine() {
        return engine;
    }

    Lanes lanes() {
        return lanes;
    }

    /**
     * Runs a command on database 0 and returns its reply, in the types of version 3 of the protocol. An error is returned as
     * {@link RespValue.ErrorReply}, not thrown. A command that waits (BLPOP …) parks the calling thread; if that is
     * interrupted, the reply is that of a wait whose time is over, and the thread stays interrupted.
     *
     * @param words the command's name and its arguments, taken as UTF-8
     * @throws IllegalStateException if the command would change the state of a session (SELECT, MULTI, WATCH …): it has no
     *     effect then; or if this engine is closed
     */
    public RespValue call(String... words) {
        Session waiting;
        Lane lane = lanes.take();
        try {
            RespValue reply = lane.call(words);
            if (reply != null) {
                return reply;
            }
            waiting = lane.takeWaiting();
        } finally {
            lane.give();
        }
        return LibraryWait.await(engine, waiting);
    }

    /** As {@link #call(String...)}, with bytes. The arrays are not kept. */
    public RespValue call(byte[]... words) {
        Session waiting;
        Lane lane = lanes.take();
        try {
            RespValue reply = lane.call(words);
            if (reply != null) {
                return reply;
            }
            waiting = lane.takeWaiting();
        } finally {
            lane.give();
        }
        return LibraryWait.await(engine, waiting);
    }

    /** A new session, on database 0. To be closed when no longer used. */
    public CinnabarSession newSession() {
        Lane lane = lanes.take();
        try {
            return new CinnabarSession(this, Lane.newSession(engine));
        } finally {
            lane.give();
        }
    }

    /**
     * Copies the value of a string key of database 0 into an array, from its beginning; allocates nothing.
     *
     * @return the length of the value in bytes, or -1 if there is no such key. If that is more than the array's length, the
     *     array was filled with the value's beginning.
     * @throws RedisErrorException if the key holds no string
     * @throws IllegalStateException if this engine is closed
     */
    public int get(byte[] key, byte[] target) {
        Lane lane = lanes.take();
        try {
            return lane.get(key, target, 0, target.length);
        } finally {
            lane.give();
        }
    }

    /**
     * As {@link #get(byte[], byte[])}, into what remains of a buffer, whose position moves behind the bytes copied.
     *
     * @throws java.nio.ReadOnlyBufferException if nothing can be written into the buffer
     */
    public int get(byte[] key, ByteBuffer target) {
        int length;
        Lane lane = lanes.take();
        try {
            length = target.hasArray()
                    ? lane.get(key, target.array(), target.arrayOffset() + target.position(), target.remaining())
                    : lane.get(key, writable(target));
        } finally {
            lane.give();
        }
        if (length > 0) {
            target.position(target.position() + Math.min(length, target.remaining()));
        }
        return length;
    }

    private static MemorySegment writable(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new java.nio.ReadOnlyBufferException();
        }
        return MemorySegment.ofBuffer(target);
    }

    /** As {@link #get(byte[], byte[])}, into a segment that the calling thread may access, from its beginning. */
    public int get(byte[] key, MemorySegment target) {
        Lane lane = lanes.take();
        try {
            return lane.get(key, target);
        } finally {
            lane.give();
        }
    }

    /**
     * Makes a key of database 0 hold a string, without expiry, whatever it held before. The arrays are not kept.
     *
     * @throws RedisErrorException if the engine refuses, as for want of memory
     * @throws IllegalStateException if this engine is closed
     */
    public void set(byte[] key, byte[] value) {
        Lane lane = lanes.take();
        try {
            lane.set(key, value);
        } finally {
            lane.give();
        }
    }

    /**
     * Waits for the calls that run, ends the engine's own thread and gives all memory back. Later calls throw {@link
     * IllegalStateException}; a second close does nothing.
     */
    @Override
    public void close() {
        lanes.close(whenClosed);
    }

    /** Says how an engine shall be. Not thread-safe. */
    public static final class Builder {

        private int databases = 16;
        private int partitions;
        private @Nullable InstantSource clock;
        private @Nullable BiConsumer<String, Throwable> failures;

        private Builder() {}

        /** How many numbered databases there are; 16 by default. */
        public Builder databases(int databases) {
            if (databases < 1) {
                throw new IllegalArgumentException("databases: " + databases);
            }
            this.databases = databases;
            return this;
        }

        /**
         * Into how many parts, each with a lock and memory of its own, the keys are divided: a power of two up to 64; by
         * default about eight for each processor. One saves memory where many small engines live in a JVM.
         */
        public Builder partitions(int partitions) {
            if (partitions < 1 || partitions > Keyspace.MAX_PARTITIONS || Integer.bitCount(partitions) != 1) {
                throw new IllegalArgumentException("partitions: " + partitions);
            }
            this.partitions = partitions;
            return this;
        }

        /** What tells the time, in milliseconds since 1970, by which keys expire; the system's clock by default. */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** Takes failures of the engine itself: where, and the exception; by default they go to {@code System.err}. */
        public Builder onFailure(BiConsumer<String, Throwable> failures) {
            this.failures = failures;
            return this;
        }

        /** Opens it: empty and ready. */
        public Cinnabar open() {
            Settings settings = new Settings();
            if (failures != null) {
                settings.failures = failures;
            }
            int cores = Runtime.getRuntime().availableProcessors();
            SecureRandom random = new SecureRandom();
            Engine engine = new Engine(
                    new Keyspace(
                            partitions > 0 ? partitions : Keyspace.partitionsFor(cores),
                            databases,
                            clock == null ? Clock.SYSTEM : new GivenClock(clock),
                            random),
                    Commands.table(),
                    settings,
                    new SplittableRandom(random.nextLong()));
            return new Cinnabar(engine.start(), engine::close);
        }
    }

    /** The date as somebody else tells it; durations are the system's. */
    private record GivenClock(InstantSource source) implements Clock {
        @Override
        public long millis() {
            return source.millis();
        }

        @Override
        public long nanos() {
            return SYSTEM.nanos();
        }
    }
}
