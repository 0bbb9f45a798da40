package dev.cinnabar.command;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What one dispatcher has counted. Written by its thread alone; others read figures that may be a moment old.
 */
public final class Statistics {

    private final long[] calls;
    private final long[] nanos;
    private final long[] rejected;
    private final long[] failed;
    private final long[] slow;
    private final long[] slowNanos;
    private final long[] slowestNanos;
    private final @Nullable Histogram[] durations;
    private long commands;

    // Here and not at the partitions, where the counting of one thread would take the line from the others' caches.
    private long hits;
    private long misses;
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();

    /** No more different error codes than this are counted: a client can make them up in scripts. */
    private static final int MAX_ERRORS = 128;

    Statistics(int commands) {
        calls = new long[commands];
        nanos = new long[commands];
        rejected = new long[commands];
        failed = new long[commands];
        slow = new long[commands];
        slowNanos = new long[commands];
        slowestNanos = new long[commands];
        durations = new Histogram[commands];
    }

    /** A command ran so many times, which took so long in all. */
    void ran(int command, int times, long elapsedNanos) {
        commands += times;
        calls[command] += times;
        nanos[command] += elapsedNanos;
    }

    /** Counts how long that took each time. */
    void took(int command, int times, long elapsedNanos) {
        duration(command).add(elapsedNanos / times, times);
    }

    private Histogram duration(int command) {
        Histogram histogram = durations[command];
        if (histogram == null) {
            histogram = new Histogram();
            durations[command] = histogram;
        }
        return histogram;
    }

    /** How long a command has taken; null: it has not run. */
    public @Nullable Histogram durations(int command) {
        return durations[command];
    }

    /** A key was read that exists. */
    void hit() {
        hits++;
    }

    /** A key was read that does not exist. */
    void miss() {
        misses++;
    }

    public long hits() {
        return hits;
    }

    public long misses() {
        return misses;
    }

    void rejected(int command) {
        rejected[command]++;
    }

    /** A command was slow: it is in the slow log, or would be if that had more room. */
    void slow(int command, long elapsedNanos) {
        slow[command]++;
        slowNanos[command] += elapsedNanos;
        slowestNanos[command] = Math.max(slowestNanos[command], elapsedNanos);
    }

    /** How often a command was slow. */
    public long slowCalls(int command) {
        return slow[command];
    }

    /** How long its slow runs took in all. */
    public long slowNanos(int command) {
        return slowNanos[command];
    }

    /** How long the slowest took. */
    public long slowestNanos(int command) {
        return slowestNanos[command];
    }

    void failed(int command) {
        failed[command]++;
    }

    void error(String code) {
        LongAdder adder = errors.get(code);
        if (adder == null) {
            adder = errors.computeIfAbsent(
                    errors.size() < MAX_ERRORS ? code : "ERRORSTATS_OVERFLOW", k -> new LongAdder());
        }
        adder.increment();
    }

    /** A client broke the protocol. */
    public void protocolError() {
        error("ERR");
    }

    public long commands() {
        return commands;
    }

    public long calls(int command) {
        return calls[command];
    }

    public long nanos(int command) {
        return nanos[command];
    }

    /** How long a command took on average; {@link Long#MAX_VALUE}: it has not run. */
    long meanNanos(int command) {
        return calls[command] == 0 ? Long.MAX_VALUE : nanos[command] / calls[command];
    }

    public long rejectedCalls(int command) {
        return rejected[command];
    }

    public long failedCalls(int command) {
        return failed[command];
    }

    /** How often each error code was answered. */
    public Map<String, Long> errors() {
        Map<String, Long> copy = new TreeMap<>();
        errors.forEach((code, n) -> copy.put(code, n.sum()));
        return copy;
    }

    /** Adds another's figures to these. */
    public void add(Statistics other) {
        commands += other.commands;
        hits += other.hits;
        misses += other.misses;
        for (int i = 0; i < calls.length; i++) {
            calls[i] += other.calls[i];
            nanos[i] += other.nanos[i];
            rejected[i] += other.rejected[i];
            failed[i] += other.failed[i];
            slow[i] += other.slow[i];
            slowNanos[i] += other.slowNanos[i];
            slowestNanos[i] = Math.max(slowestNanos[i], other.slowestNanos[i]);
            Histogram histogram = other.durations[i];
            if (histogram != null) {
                duration(i).add(histogram);
            }
        }
        other.errors.forEach(
                (code, n) -> errors.computeIfAbsent(code, k -> new LongAdder()).add(n.sum()));
    }

    /** Back to zero. Called by any thread: a count in flight may survive. */
    public void reset() {
        commands = 0;
        hits = 0;
        misses = 0;
        java.util.Arrays.fill(calls, 0);
        java.util.Arrays.fill(nanos, 0);
        java.util.Arrays.fill(rejected, 0);
        java.util.Arrays.fill(failed, 0);
        java.util.Arrays.fill(slow, 0);
        java.util.Arrays.fill(slowNanos, 0);
        java.util.Arrays.fill(slowestNanos, 0);
        java.util.Arrays.fill(durations, null);
        errors.clear();
    }
}
