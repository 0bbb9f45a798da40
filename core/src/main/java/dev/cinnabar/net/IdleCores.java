package dev.cinnabar.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.keyspace.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many cores of the machine have nothing to do, by what Linux counts in {@code /proc/stat}: the fourth and the fifth number
 * of its first line, in hundredths of a second, are how long all cores together were idle, or had only a disk to wait for. Where
 * there is no such file, a core is always idle. Owned by one loop.
 */
final class IdleCores {

    static final Path LINUX = Path.of("/proc/stat");

    /** The numbers are coarse: a shorter time tells little. */
    private static final long SPAN_NANOS = 100_000_000;

    private static final long TICK_NANOS = 10_000_000;
    private static final int LINE_BYTES = 256;
    private static final long UNKNOWN = -1;

    private final Path source;
    private final Clock clock;
    private long sinceNanos;
    private long sinceTicks = UNKNOWN;

    IdleCores(Path source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /** How many were idle on average over the last tenths of a second; NaN while that is not known, by far most of the time. */
    double lately() {
        long now = clock.nanos();
        long span = now - sinceNanos;
        if (span < SPAN_NANOS && sinceTicks != UNKNOWN) {
            return Double.NaN;
        }
        long ticks = ticks();
        double idle = (double) (ticks - sinceTicks) * TICK_NANOS / span;
        boolean known = sinceTicks != UNKNOWN && span < 4 * SPAN_NANOS;
        sinceNanos = now;
        sinceTicks = ticks;
        if (ticks == UNKNOWN) {
            return Double.POSITIVE_INFINITY;
        }
        return known ? idle : Double.NaN;
    }

    private long ticks() {
        try (var file = Files.newInputStream(source)) {
            String[] words = new String(file.readNBytes(LINE_BYTES), ISO_8859_1).split("\\s+", 7);
            return Long.parseLong(words[4]) + Long.parseLong(words[5]);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return UNKNOWN;
        }
    }
}
