package dev.cinnabar.bench;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Values;
import dev.cinnabar.values.Views;
import java.nio.charset.StandardCharsets;
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

/** One sorted set of many sizes: what is sought by member, rank and score, and a new score, without requests around them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:MaxDirectMemorySize=64t"})
public class SortedSetBenchmark {

    @Param({"1000", "10000", "100000", "1000000", "10000000"})
    int size;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Memory memory = new Memory();
    private final SortedSetValue set = new Views(new Limits()).sortedSet;
    private final byte[] name = "member:00000000".getBytes(StandardCharsets.US_ASCII);
    private final Bytes member = new Bytes();
    private Entry entry;

    @Setup(Level.Trial)
    public void fill() {
        long address = Entry.create(
                memory,
                Encoding.ZSET_SKIPLIST,
                0,
                Bytes.of("zset"),
                SortedSetValue.inlineLength(Encoding.ZSET_SKIPLIST),
                Entry.NEVER);
        entry = new Entry().set(memory, (moved, from, expiry) -> {}, 0, 0, address);
        set.create(entry);
        for (int i = 0; i < size; i++) {
            Bytes added = member(i);
            set.find(added);
            set.add(added, random.nextInt(size));
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        Values.release(entry);
        entry.free();
        memory.close();
    }

    private Bytes member(int number) {
        int rest = number;
        for (int i = name.length - 1; i >= name.length - 8; i--) {
            name[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return member.set(name, 0, name.length);
    }

    private Bytes any() {
        return member(random.nextInt(size));
    }

    /** ZSCORE. */
    @Benchmark
    public double score() {
        set.find(any());
        return set.score();
    }

    /** ZRANK. */
    @Benchmark
    public long rank() {
        Bytes one = any();
        set.find(one);
        return set.rank(one);
    }

    /** ZRANGE of one element. */
    @Benchmark
    public int byRank() {
        set.seek(random.nextLong(size));
        return set.member().length();
    }

    /** ZADD of a member that is there, with another score. */
    @Benchmark
    public void newScore() {
        Bytes one = any();
        set.find(one);
        set.setScore(one, random.nextInt(size));
    }
}
