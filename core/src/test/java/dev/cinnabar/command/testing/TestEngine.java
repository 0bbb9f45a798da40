package dev.cinnabar.command.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.CommandTable;
import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Settings;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.ManualClock;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.session.Session;
import java.util.SplittableRandom;

/**
 * An engine for one test: the real tables, a clock that stands still, no background thread. Owned by the test's thread.
 *
 * <pre>
 * {@literal @}AutoClose
 * final TestEngine redis = new TestEngine();
 *
 * {@literal @}Test
 * void setsAndGets() {
 *     redis.replies("""
 *             SET x 1         -> +OK
 *             GET x           -> '1'
 *             """);
 *     assertThat(redis.call("GET", "x")).isEqualTo("'1'");
 * }
 * </pre>
 *
 * The calls here are those of a first {@link TestClient}; {@link #newClient} makes more. Closing it checks the engine's
 * invariants, deletes everything and asserts that no memory of a key is left.
 */
public final class TestEngine implements AutoCloseable {

    /** When the clock begins: the first second of 2026. */
    public static final long START_MILLIS = 1_767_225_600_000L;

    private static final String MEMORY_DEBUG = "cinnabar.memory.debug";

    private final ManualClock clock = new ManualClock(START_MILLIS);
    private final Engine engine;
    private final Dispatcher waits;
    private final TestClient first;

    /** With a few partitions, so that keys meet in some and not in others. */
    public TestEngine() {
        this(4);
    }

    public TestEngine(int partitions) {
        this(partitions, Commands.table());
    }

    /** One whose memory is not in debug mode, which takes room on the heap for every block. */
    public static TestEngine withPlainMemory(int partitions) {
        String debug = System.getProperty(MEMORY_DEBUG);
        System.setProperty(MEMORY_DEBUG, "false");
        try {
            return new TestEngine(partitions);
        } finally {
            if (debug == null) {
                System.clearProperty(MEMORY_DEBUG);
            } else {
                System.setProperty(MEMORY_DEBUG, debug);
            }
        }
    }

    /** With commands of the test's own. */
    public TestEngine(int partitions, CommandTable commands) {
        Settings settings = new Settings();
        settings.failures = (where, failure) -> {
            throw new AssertionError("failure in " + where, failure);
        };
        SplittableRandom random = new SplittableRandom(1);
        engine = new Engine(new Keyspace(partitions, 16, clock, random), commands, settings, random);
        waits = engine.newDispatcher();
        first = newClient();
    }

    public Engine engine() {
        return engine;
    }

    public Settings settings() {
        return engine.settings();
    }

    public ManualClock clock() {
        return clock;
    }

    public void advanceMillis(long n) {
        clock.advanceMillis(n);
    }

    /** Another client, with protocol version 2. */
    public TestClient newClient() {
        return new TestClient(engine, clock);
    }

    /** A client with a session of the caller's. */
    public TestClient newClient(Session session) {
        return new TestClient(engine, clock, session);
    }

    public TestClient client() {
        return first;
    }

    /** See {@link TestClient#call(String...)}. */
    public String call(String... words) {
        return first.call(words);
    }

    /** See {@link TestClient#run}. */
    public String run(String line) {
        return first.run(line);
    }

    /** See {@link TestClient#replies}. */
    public void replies(String transcript) {
        first.replies(transcript);
    }

    /** Switches the first client to version 2 or 3 of the protocol. */
    public TestEngine protocol(int version) {
        first.protocol(version);
        return this;
    }

    /** Does what the background thread does for clients that wait: tells those whose time is over. */
    public void attendToWaits() {
        waits.attend();
    }

    /** Bytes in use under a tag, in all partitions. */
    public long used(Tag tag) {
        Keyspace keyspace = engine.keyspace();
        long sum = 0;
        keyspace.lock(keyspace.all());
        try {
            for (int i = 0; i < keyspace.partitions(); i++) {
                sum += memory(i).used(tag);
            }
        } finally {
            keyspace.unlock(keyspace.all());
        }
        return sum;
    }

    private Memory memory(int partition) {
        return engine.keyspace().partition(partition).memory();
    }

    /** Deletes everything. */
    public void clear() {
        Keyspace keyspace = engine.keyspace();
        keyspace.lock(keyspace.all());
        try {
            for (int i = 0; i < keyspace.partitions(); i++) {
                for (int database = 0; database < keyspace.databases(); database++) {
                    keyspace.partition(i).clear(database);
                }
            }
        } finally {
            keyspace.unlock(keyspace.all());
        }
        keyspace.collectGarbage();
    }

    @Override
    public void close() {
        try {
            engine.keyspace().checkInvariants();
            clear();
            for (Tag tag : new Tag[] {Tag.ENTRY, Tag.VALUE, Tag.EXPIRY}) {
                assertThat(used(tag)).as("bytes left under %s", tag).isZero();
            }
        } finally {
            engine.close();
        }
    }
}
