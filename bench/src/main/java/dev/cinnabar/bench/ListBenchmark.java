package dev.cinnabar.bench;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Values;
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

/** One list of many lengths: what its operations at the ends and at random indices take, without requests around them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:MaxDirectMemorySize=64t"})
public class ListBenchmark {

    @Param({"1000", "10000", "100000", "1000000", "10000000"})
    int length;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Memory memory = new Memory();
    private final ListValue list = new ListValue(new Limits());
    private final Bytes view = new Bytes();
    private final Bytes[] values = new Bytes[1 << 10];
    private int turn;
    private Entry entry;

    @Setup(Level.Trial)
    public void fill() {
        for (int i = 0; i < values.length; i++) {
            values[i] = Bytes.of("element:%08d".formatted(i));
        }
        long address =
                Entry.create(memory, Encoding.LIST_LISTPACK, 0, Bytes.of("list"), ListValue.emptyLength(), Entry.NEVER);
        entry = new Entry().set(memory, (moved, from, expiry) -> {}, 0, 0, address);
        list.format(entry);
        for (int i = 0; i < length; i++) {
            Bytes value = next();
            list.expect(1, value.length());
            list.push(false, value);
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        Values.release(entry);
        entry.free();
        memory.close();
    }

    private Bytes next() {
        turn = turn + 1 & values.length - 1;
        return values[turn];
    }

    /** LPUSH and RPOP. */
    @Benchmark
    public long pushAndPop() {
        list.expect(1, 16);
        list.push(true, next());
        int popped = list.end(false, view).length();
        list.removeEnd(false, 1);
        return popped;
    }

    /** LINDEX. */
    @Benchmark
    public long index() {
        list.seek(random.nextLong(length));
        return list.element(view).length();
    }

    /** LSET. */
    @Benchmark
    public void set() {
        list.seek(random.nextLong(length));
        list.replace(next());
    }

    /** LINSERT, its place being known, and a pop, so that the list stays as long. */
    @Benchmark
    public void insertAndPop() {
        list.expect(1, 16);
        list.seek(random.nextLong(length));
        list.insert(true, next());
        list.removeEnd(false, 1);
    }
}
