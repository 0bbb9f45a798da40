package dev.cinnabar.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Settings;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.ProtocolException;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Requests on their way through decoder, dispatcher, handler and writer, without a network. Run it with {@code -prof gc}: the
 * bytes allocated per request are the result that does not depend on the machine.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:MaxDirectMemorySize=64t"})
public class RequestBenchmark {

    private static final int PARTITIONS = 16;
    private static final int DATABASES = 16;

    @Param({"1000000"})
    int keys;

    private Engine engine;
    private Dispatcher dispatcher;
    private final Session session = new Session(null, 0, true);
    private final RequestDecoder decoder = new RequestDecoder();
    private final Request request = new Request();
    private long replyBytes;
    private final RespWriter writer = new RespWriter(
            16 << 10, new ChunkPool(new BufferAccounting()), (bytes, offset, length) -> replyBytes += length);

    private Requests ping;
    private Requests get;
    private Requests set;
    private Requests incr;

    /** Requests for keys in random order, made beforehand; each call of {@link #next} takes the next one. */
    private static final class Requests {
        private final List<byte[]> encoded = new ArrayList<>();
        private final List<Bytes> windows = new ArrayList<>();
        private int position;

        void add(String... words) {
            StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
            for (String word : words) {
                text.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            byte[] bytes = text.toString().getBytes(US_ASCII);
            encoded.add(bytes);
            windows.add(Bytes.of(bytes));
        }

        void next() {
            position = position + 1 == encoded.size() ? 0 : position + 1;
        }
    }

    @Setup(Level.Trial)
    public void fill() throws ProtocolException {
        SplittableRandom random = new SplittableRandom(1);
        engine = new Engine(
                new Keyspace(PARTITIONS, DATABASES, Clock.SYSTEM, random), Commands.table(), new Settings(), random);
        dispatcher = engine.newDispatcher();
        ping = new Requests();
        ping.add("PING");
        get = new Requests();
        set = new Requests();
        incr = new Requests();
        for (int i = 0; i < keys; i++) {
            Requests first = new Requests();
            first.add("SET", "key:%012d".formatted(i), "value:%010d".formatted(i));
            run(first);
        }
        for (int i = 0; i < 1 << 16; i++) {
            String key = "key:%012d".formatted(random.nextInt(keys));
            get.add("GET", key);
            set.add("SET", key, "value:%010d".formatted(i));
            incr.add("INCR", "counter:" + random.nextInt(1000));
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        engine.close();
    }

    @Benchmark
    public long ping() throws ProtocolException {
        return run(ping);
    }

    @Benchmark
    public long get() throws ProtocolException {
        return run(get);
    }

    @Benchmark
    public long set() throws ProtocolException {
        return run(set);
    }

    @Benchmark
    public long incr() throws ProtocolException {
        return run(incr);
    }

    private long run(Requests requests) throws ProtocolException {
        byte[] bytes = requests.encoded.get(requests.position);
        request.begin(bytes);
        decoder.reset(0);
        if (!decoder.decode(requests.windows.get(requests.position), bytes.length, request)) {
            throw new IllegalStateException("a whole request is not enough");
        }
        requests.next();
        dispatcher.beginBatch();
        dispatcher.dispatch(session, request, writer);
        dispatcher.endBatch();
        writer.drain();
        return replyBytes;
    }
}
