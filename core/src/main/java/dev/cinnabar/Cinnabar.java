package dev.cinnabar;

import dev.cinnabar.aof.AofException;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Host;
import dev.cinnabar.command.Settings;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.session.Session;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * keys. Keys and values lie outside the Java heap until {@link #close}, and on disk if the builder was told a {@link
 * Builder#dir directory}.
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

    private final DiskWait disk;
    private final Runnable whenClosed;

    /** @param whenClosed closes the engine, once no call uses it any more */
    Cinnabar(Engine engine, Runnable whenClosed) {
        this.engine = engine;
        this.lanes = new Lanes(engine, Runtime.getRuntime().availableProcessors());
        this.disk = new DiskWait(engine);
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

    DiskWait disk() {
        return disk;
    }

    /**
     * Runs a command on database 0 and returns its reply, in the types of version 3 of the protocol. An error is returned as
     * {@link RespValue.ErrorReply}, not thrown. A command that waits (BLPOP …) parks the calling thread; if that is
     * interrupted, the reply is that of a wait whose time is over, and the thread stays interrupted. Where changes are to be on
     * disk at once ({@link PersistentBuilder.AppendFsync#ALWAYS}) this returns when they are, those that the reply shows too.
     *
     * @param words the command's name and its arguments, taken as UTF-8
     * @throws IllegalStateException if the command would change the state of a session (SELECT, MULTI, WATCH …): it has no
     *     effect then; or if this engine is closed
     * @throws UncheckedIOException if what was done cannot be brought to the disk; then nothing is written any more
     */
    public RespValue call(String... words) {
        RespValue reply;
        Session waiting;
        Lane lane = lanes.take();
        try {
            reply = lane.call(words);
            waiting = reply == null ? lane.takeWaiting() : null;
        } finally {
            lane.give();
        }
        return ended(reply, waiting);
    }

    private RespValue ended(@Nullable RespValue reply, @Nullable Session waiting) {
        RespValue last = waiting == null ? reply : LibraryWait.await(engine, waiting);
        disk.await();
        return last == null ? Lane.NO_REPLY : last;
    }

    /** As {@link #call(String...)}, with bytes. The arrays are not kept. */
    public RespValue call(byte[]... words) {
        RespValue reply;
        Session waiting;
        Lane lane = lanes.take();
        try {
            reply = lane.call(words);
            waiting = reply == null ? lane.takeWaiting() : null;
        } finally {
            lane.give();
        }
        return ended(reply, waiting);
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
        int length;
        Lane lane = lanes.take();
        try {
            length = lane.get(key, target, 0, target.length);
        } finally {
            lane.give();
        }
        disk.await();
        return length;
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
        disk.await();
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
        int length;
        Lane lane = lanes.take();
        try {
            length = lane.get(key, target);
        } finally {
            lane.give();
        }
        disk.await();
        return length;
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
        disk.await();
    }

    /**
     * Waits for the calls that run, saves what is to be saved, ends the engine's own threads and gives all memory back. Later
     * calls throw {@link IllegalStateException}; a second close does nothing.
     *
     * @throws UncheckedIOException if the RDB file that is to be written at the end cannot be; all is closed then too
     */
    @Override
    public void close() {
        lanes.close(() -> {
            try {
                whenClosed.run();
            } finally {
                disk.close();
            }
        });
    }

    private static void end(Engine engine) {
        try {
            engine.saves().end();
        } catch (IOException e) {
            throw new UncheckedIOException("The RDB file cannot be written: " + Reason.withFile(e), e);
        } finally {
            engine.close();
        }
    }

    /** Says how an engine shall be. Not thread-safe. */
    public static final class Builder extends PersistentBuilder<Builder> {

        private int databases = 16;
        private int partitions;
        private @Nullable InstantSource clock;
        private @Nullable BiConsumer<String, Throwable> failures;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

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

        /**
         * Opens it: ready, and empty but for what is in its directory.
         *
         * @throws UncheckedIOException if what is there cannot be loaded, and is left as it is; or if the directory cannot be
         *     made or written
         */
        public Cinnabar open() {
            Settings settings = new Settings(configuration(), keepsFiles());
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
            if (!keepsFiles()) {
                return new Cinnabar(engine.start(), engine::close);
            }
            engine.host(new LibraryHost(settings));
            try {
                engine.open();
            } catch (IOException e) {
                engine.close();
                throw new UncheckedIOException(e);
            } catch (AofException e) {
                engine.close();
                throw new UncheckedIOException(new IOException(e.getMessage(), e));
            }
            return new Cinnabar(engine.start(), () -> end(engine));
        }
    }

    /** What surrounds an engine that has no server. */
    private record LibraryHost(Settings settings) implements Host {
        @Override
        public void abort() {
            settings.failures.accept(
                    "append-only file",
                    new IOException("It cannot be written: commands that write are refused until it is opened anew"));
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
