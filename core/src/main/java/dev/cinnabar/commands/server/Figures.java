package dev.cinnabar.commands.server;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Figures about the process and the machine, and how figures are written in INFO. Stateless. */
final class Figures {

    private static final long CLOCK_TICKS_PER_SECOND = 100;

    private Figures() {}

    /** A number with some decimals. */
    static String fixed(double value, int decimals) {
        return BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    /** A part of a whole, 0 where there is no whole. */
    static double ratio(double part, long whole) {
        return whole == 0 ? 0 : part / (double) whole;
    }

    static double ratio(long part, long whole) {
        return ratio((double) part, whole);
    }

    /** Bytes in the largest unit that they fill, such as {@code 1.50M}. */
    static String human(long bytes) {
        if (bytes < 1024) {
            return bytes + "B";
        }
        double amount = bytes;
        int unit = -1;
        while (amount >= 1024 && unit < 4) {
            amount /= 1024;
            unit++;
        }
        return fixed(amount, 2) + "KMGTP".charAt(unit);
    }

    /** Bytes of the machine's memory that the process holds; 0 where the system does not say. */
    static long residentBytes() {
        return kilobytes(Path.of("/proc/self/status"), "VmRSS:") * 1024;
    }

    /** Bytes of the machine's memory; 0 where the system does not say. */
    static long machineBytes() {
        return kilobytes(Path.of("/proc/meminfo"), "MemTotal:") * 1024;
    }

    private static long kilobytes(Path file, String name) {
        for (String line : lines(file)) {
            if (line.startsWith(name)) {
                return Long.parseLong(
                        line.substring(name.length()).replace("kB", "").strip());
            }
        }
        return 0;
    }

    /** Processor time used so far, in seconds: in the system, then in the program. */
    static double[] processorSeconds() {
        List<String> lines = lines(Path.of("/proc/self/stat"));
        if (lines.isEmpty()) {
            Duration total = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
            return new double[] {0, total.toNanos() / 1e9};
        }
        // The second field, the program's name in brackets, may have blanks in it. Behind it the third field comes
        // first.
        String line = lines.getFirst();
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        double user = Long.parseLong(fields[11]);
        double system = Long.parseLong(fields[12]);
        return new double[] {system / CLOCK_TICKS_PER_SECOND, user / CLOCK_TICKS_PER_SECOND};
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
