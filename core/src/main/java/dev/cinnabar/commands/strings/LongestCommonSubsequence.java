package dev.cinnabar.commands.strings;

import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** LCS: the longest subsequence that two strings have in common. Owned by one call. */
final class LongestCommonSubsequence {

    /*
     * The textbook's table, of which two rows are enough for the lengths. To walk back through it from the end, one bit a cell
     * says all that the strings themselves do not: whether the row above, rather than the column before, holds the longer
     * one. Redis keeps 32 bits a cell and refuses what would take more of them than proto-max-bulk-len; the same is refused
     * here, so that both answer alike.
     */

    private static final RedisError NOT_STRINGS = new RedisError("ERR The specified keys must contain string values");
    private static final RedisError LEN_AND_IDX =
            new RedisError("ERR If you want both the length and indexes, please just use IDX.");
    private static final RedisError TOO_BIG =
            new RedisError("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");

    private final byte[] a;
    private final byte[] b;

    // Runs of the subsequence that are runs of both strings: first index in a, first index in b, length; the last run
    // first.
    private int[] runs = new int[12];
    private int runCount;

    private LongestCommonSubsequence(byte[] a, byte[] b) {
        this.a = a;
        this.b = b;
    }

    static CommandSpec row() {
        return StringRow.row("lcs", -3, "7.0.0", READONLY)
                .keys(KeySpec.range(1, 1, 1, RO, ACCESS))
                .summary("Finds the longest subsequence that two strings have in common.")
                .complexity("O(N*M), N and M being the lengths of the strings.")
                .arguments(
                        Argument.key("key1"),
                        Argument.key("key2"),
                        Argument.token("LEN").optional(),
                        Argument.token("IDX").optional(),
                        Argument.integer("min-match-len").after("MINMATCHLEN").optional(),
                        Argument.token("WITHMATCHLEN").optional())
                .handler(LongestCommonSubsequence::run);
    }

    private static void run(Call call, Args args, Reply reply) {
        Entry first = call.read(1);
        Entry second = call.readSecond(2);
        if (first != null && !first.isString() || second != null && !second.isString()) {
            args.fail(NOT_STRINGS);
            return;
        }
        boolean onlyLength = false;
        boolean indices = false;
        boolean withLengths = false;
        long minLength = 0;
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "len")) {
                onlyLength = true;
            } else if (args.is(i, "idx")) {
                indices = true;
            } else if (args.is(i, "withmatchlen")) {
                withLengths = true;
            } else if (args.is(i, "minmatchlen") && i + 1 < args.count()) {
                minLength = args.integer(++i);
            } else {
                args.fail(RedisError.SYNTAX);
            }
            if (args.failed()) {
                return;
            }
        }
        if (indices && onlyLength) {
            args.fail(LEN_AND_IDX);
            return;
        }
        long cells = (length(first) + 1L) * (length(second) + 1L);
        if (cells > call.engine().settings().maxBulkLength / Integer.BYTES) {
            args.fail(TOO_BIG);
            return;
        }
        LongestCommonSubsequence lcs = new LongestCommonSubsequence(bytes(call, first), bytes(call, second));
        if (onlyLength) {
            reply.integer(lcs.solve(null));
            return;
        }
        int length = lcs.solveWithRuns();
        if (indices) {
            lcs.replyRuns(reply, length, minLength, withLengths);
        } else {
            reply.bulk(lcs.subsequence(length));
        }
    }

    private static int length(@Nullable Entry entry) {
        return entry == null ? 0 : StringValue.length(entry);
    }

    private static byte[] bytes(Call call, @Nullable Entry entry) {
        return entry == null
                ? new byte[0]
                : StringValue.view(entry, new Bytes(), call.scratch()).toByteArray();
    }

    /** The length of the subsequence; the bits for the way back go into {@code above}, if given. */
    private int solve(@Nullable MemorySegment above) {
        // The shorter string lies along the row, which is all that must be kept.
        boolean swapped = b.length > a.length;
        byte[] along = swapped ? a : b;
        byte[] down = swapped ? b : a;
        int[] row = new int[along.length + 1];
        for (int y = 0; y < down.length; y++) {
            int diagonal = 0;
            for (int x = 0; x < along.length; x++) {
                int up = row[x + 1];
                int left = row[x];
                if (down[y] == along[x]) {
                    row[x + 1] = diagonal + 1;
                } else {
                    row[x + 1] = Math.max(up, left);
                    // Up is without the last byte of a, unless rows and columns are exchanged.
                    if (above != null && (swapped ? left > up : up > left)) {
                        set(above, swapped ? cell(x, y) : cell(y, x));
                    }
                }
                diagonal = up;
            }
        }
        return row[along.length];
    }

    private long cell(int i, int j) {
        return (long) i * b.length + j;
    }

    private static void set(MemorySegment bits, long at) {
        long index = at >>> 3;
        bits.set(ValueLayout.JAVA_BYTE, index, (byte) (bits.get(ValueLayout.JAVA_BYTE, index) | 1 << (at & 7)));
    }

    private static boolean isSet(MemorySegment bits, long at) {
        return (bits.get(ValueLayout.JAVA_BYTE, at >>> 3) >>> (at & 7) & 1) != 0;
    }

    private int solveWithRuns() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment above = arena.allocate(cell(a.length, 0) / 8 + 1);
            int length = solve(above);
            int i = a.length;
            int j = b.length;
            int run = 0;
            while (i > 0 && j > 0) {
                if (a[i - 1] == b[j - 1]) {
                    i--;
                    j--;
                    run++;
                    continue;
                }
                addRun(i, j, run);
                run = 0;
                if (isSet(above, cell(i - 1, j - 1))) {
                    i--;
                } else {
                    j--;
                }
            }
            addRun(i, j, run);
            return length;
        }
    }

    private void addRun(int i, int j, int length) {
        if (length == 0) {
            return;
        }
        if (3 * runCount == runs.length) {
            runs = Arrays.copyOf(runs, 2 * runs.length);
        }
        runs[3 * runCount] = i;
        runs[3 * runCount + 1] = j;
        runs[3 * runCount + 2] = length;
        runCount++;
    }

    private byte[] subsequence(int length) {
        byte[] result = new byte[length];
        int end = length;
        for (int r = 0; r < runCount; r++) {
            int n = runs[3 * r + 2];
            end -= n;
            System.arraycopy(a, runs[3 * r], result, end, n);
        }
        return result;
    }

    private void replyRuns(Reply reply, int length, long minLength, boolean withLengths) {
        int shown = 0;
        for (int r = 0; r < runCount; r++) {
            if (runs[3 * r + 2] >= minLength) {
                shown++;
            }
        }
        reply.map(2);
        reply.bulk("matches");
        reply.array(shown);
        for (int r = 0; r < runCount; r++) {
            int n = runs[3 * r + 2];
            if (n >= minLength) {
                reply.array(withLengths ? 3 : 2);
                replyRange(reply, runs[3 * r], n);
                replyRange(reply, runs[3 * r + 1], n);
                if (withLengths) {
                    reply.integer(n);
                }
            }
        }
        reply.bulk("len");
        reply.integer(length);
    }

    private static void replyRange(Reply reply, int from, int length) {
        reply.array(2);
        reply.integer(from);
        reply.integer(from + length - 1L);
    }
}
