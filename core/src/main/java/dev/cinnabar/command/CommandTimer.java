package dev.cinnabar.command;

import java.util.random.RandomGenerator;

/**
 * Times the commands that one dispatcher runs, for the statistics, the slow log, the latency monitor and the hot keys. Owned
 * by the dispatcher's thread.
 */
final class CommandTimer {

    /*
     * Reading the clock after each command would cost as much as a twentieth of a GET. So it is read when another command
     * follows, or the batch ends; the runs of the same command in between share the time.
     *
     * A slow command must be known by itself, with its arguments. That takes a clock read after each command that may be
     * slow. Those that cannot be, being of constant cost, stay in runs; but a run is short, and so a run that takes longer
     * than the limit was stopped by something else: it is logged as its last command. Where the limit is so low that
     * any command may be above it, each is timed.
     */

    /** The longest run of commands that share their time. */
    private static final int MAX_RUN = 32;

    /** Below this limit each command is timed. */
    private static final long FINE_NANOS = 1_000_000;

    private final Engine engine;
    private final Statistics statistics;
    private final RandomGenerator random;
    private final Call call;

    private CommandSpec timed;
    private int runs;

    /** When the time began that the current run shares. */
    private long sinceNanos;

    /** {@code call} shows the command that has run last. */
    CommandTimer(Engine engine, Statistics statistics, RandomGenerator random, Call call) {
        this.engine = engine;
        this.statistics = statistics;
        this.random = random;
        this.call = call;
        this.timed = call.spec();
    }

    /** A batch of requests begins now. */
    void start() {
        if (runs > 0) {
            // The last batch came to no proper end.
            statistics.ran(timed.id(), runs, 0);
            runs = 0;
        }
        sinceNanos = engine.clock().nanos();
    }

    /** From now on this command runs. */
    void turnTo(CommandSpec spec) {
        if (spec != timed) {
            stop();
            timed = spec;
        }
    }

    /**
     * The command has run once more.
     *
     * @param alone it was not one of a batch: its time must be known by itself, if a limit is set for slow ones
     */
    void ran(CommandSpec spec, Args args, long replyBytes, boolean alone) {
        runs++;
        if (engine.hotKeys().isActive()) {
            noteKeys(spec, args, replyBytes);
            return;
        }
        long slowNanos = engine.settings().slowNanos;
        if (runs >= MAX_RUN || slowNanos != Long.MAX_VALUE && (slowNanos < FINE_NANOS || !spec.isQuick() || alone)) {
            stop();
        }
    }

    /** The current run ends: what was counted can be seen. */
    void stop() {
        if (runs > 0) {
            long now = engine.clock().nanos();
            long elapsed = now - sinceNanos;
            Settings settings = engine.settings();
            statistics.ran(timed.id(), runs, elapsed);
            if (settings.latencyTracking) {
                statistics.took(timed.id(), runs, elapsed);
            }
            if (elapsed >= settings.slowNanos) {
                noteSlow(elapsed, settings);
            }
            sinceNanos = now;
            runs = 0;
        }
    }

    private void noteSlow(long elapsedNanos, Settings settings) {
        if (elapsedNanos >= settings.slowlogNanos && !timed.has(Flag.SKIP_SLOWLOG)) {
            statistics.slow(timed.id(), elapsedNanos);
            engine.slowlog().add(timed, call.request(), call.session(), call.nowMillis(), elapsedNanos);
        }
        engine.noteLatency(timed.has(Flag.FAST) ? "fast-command" : "command", elapsedNanos);
    }

    /** Someone wants to know which keys are hot: each command is timed, and its bytes are counted. */
    private void noteKeys(CommandSpec spec, Args args, long replyBytes) {
        long before = sinceNanos;
        stop();
        long bytes = args.request().encodedBytes() + replyBytes;
        engine.hotKeys().ran(spec, args, sinceNanos - before, bytes, call.nowMillis(), random);
    }
}
