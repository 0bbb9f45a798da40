package dev.cinnabar.values;

import static dev.cinnabar.structures.HyperLogLogLayout.HEADER;
import static dev.cinnabar.structures.HyperLogLogLayout.REGISTERS;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.CardinalityEstimate;
import dev.cinnabar.structures.HyperLogLogLayout;
import dev.cinnabar.structures.Murmur;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The operations of HyperLogLogs, which are strings of a format of their own ({@link HyperLogLogLayout}), over an entry; and
 * a set of registers outside any entry in which several can be merged. Owned by one thread, which moves it from entry to
 * entry; the entry is guarded by its partition's lock.
 */
public final class HyperLogLog {

    /*
     * An element's hash names a register (the lowest 14 bits) and a rank: in which place its next bits have their first one.
     * A register keeps the highest rank that it has seen.
     *
     * A sparse HyperLogLog is edited where it lies: the run that holds the register is found and replaced by up to three runs
     * (what is left of it, the register, what is right of it), then neighbours of the same value are joined as far as a few
     * steps reach. Other ways to edit would do for counting; this one yields Redis' bytes, and the same size at which it
     * becomes dense.
     */

    /** What operations answer for bytes that are no well-formed registers. */
    public static final int CORRUPT = -1;

    private static final long SEED = 0xadc83b19L;
    private static final int INDEX_MASK = REGISTERS - 1;
    private static final int INDEX_BITS = 14;

    /** In how many steps neighbouring runs are joined after a change. */
    private static final int JOIN_STEPS = 5;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final Bytes view = new Bytes();
    /** Rows of counts of registers by their values; the sums are in the first. */
    private final int[] histogram = new int[HyperLogLogLayout.LANES * HyperLogLogLayout.ROW];

    private byte[] registers = {};
    private byte[] dense = {};

    // The entry, and where its bytes are.
    private @Nullable Entry entry;
    private MemorySegment segment = MemorySegment.NULL;
    private long base;
    private int length;

    // The runs that are to replace one, the first in the lowest byte.
    private long runs;
    private int runsSize;

    public HyperLogLog() {}

    /** Writes one without elements into an entry that was created as a raw string of {@link HyperLogLogLayout#EMPTY_LENGTH}. */
    public static void initialize(Entry entry) {
        HyperLogLogLayout.writeEmpty(StringValue.segment(entry), StringValue.offset(entry));
    }

    /** Shows a string, to be changed in place; returns whether it is a HyperLogLog. */
    public boolean show(Entry string) {
        if (StringValue.isLong(string) || !HyperLogLogLayout.isValid(StringValue.view(string, view, dense))) {
            return false;
        }
        entry = string;
        if (string.kind() == Encoding.STRING_EMBSTR) {
            resize(view.length());
        }
        locate();
        return true;
    }

    private void locate() {
        Entry string = shown();
        segment = StringValue.segment(string);
        base = StringValue.offset(string);
        length = StringValue.length(string);
    }

    /** Its bytes are about to change, whichever: it is short. */
    private void beforeChange() {
        StringValue.beforeOverwriting(shown(), 0, length);
    }

    private Entry shown() {
        Entry string = entry;
        if (string == null) {
            throw new IllegalStateException("no entry is shown");
        }
        return string;
    }

    private void resize(int newLength) {
        StringValue.resize(shown(), newLength);
        locate();
    }

    public boolean isDense() {
        return HyperLogLogLayout.isDense(segment, base);
    }

    /** The cardinality is to be counted anew. */
    public void markStale() {
        beforeChange();
        HyperLogLogLayout.markStale(segment, base);
    }

    /** Whether {@link #count} need not count. */
    public boolean isCounted() {
        return HyperLogLogLayout.cardinality(segment, base) >= 0;
    }

    /** How many elements there are, about: as it was counted last, or counted and remembered now; or {@link #CORRUPT}. */
    public long count() {
        if (!isCounted()) {
            Arrays.fill(histogram, 0);
            if (!readHistogram()) {
                return CORRUPT;
            }
            beforeChange();
            HyperLogLogLayout.cardinality(segment, base, CardinalityEstimate.of(histogram));
        }
        return HyperLogLogLayout.cardinality(segment, base);
    }

    private boolean readHistogram() {
        if (isDense()) {
            HyperLogLogLayout.countDense(segment, base + HEADER, histogram);
            HyperLogLogLayout.sumRows(histogram);
            return true;
        }
        int index = 0;
        for (int at = HEADER; at < length; at += HyperLogLogLayout.size(byteAt(at))) {
            int span = spanAt(at);
            index += span;
            if (span == 0 || index > REGISTERS) {
                return false;
            }
            histogram[HyperLogLogLayout.value(byteAt(at))] += span;
        }
        return index == REGISTERS;
    }

    private int byteAt(int at) {
        return segment.get(BYTE, base + at) & 0xff;
    }

    private void byteAt(int at, int value) {
        segment.set(BYTE, base + at, (byte) value);
    }

    /** How many registers the run tells that begins there; 0 if its second byte is missing. */
    private int spanAt(int at) {
        int first = byteAt(at);
        if (!HyperLogLogLayout.isLongZero(first)) {
            return HyperLogLogLayout.span(first, 0);
        }
        return at + 1 < length ? HyperLogLogLayout.span(first, byteAt(at + 1)) : 0;
    }

    /**
     * Adds an element. Returns 1 if a register has changed, 0 if none has, or {@link #CORRUPT}.
     *
     * @param maxSparseBytes up to which length it stays sparse
     */
    public int add(Bytes element, long maxSparseBytes) {
        long hash = Murmur.hash(element, SEED);
        int rank = Math.min(Long.numberOfTrailingZeros(hash >>> INDEX_BITS) + 1, HyperLogLogLayout.MAX_RANK);
        return raise((int) hash & INDEX_MASK, rank, maxSparseBytes);
    }

    /** Makes a register at least so much; returns what {@link #add} does. */
    public int raise(int index, int rank, long maxSparseBytes) {
        beforeChange();
        return isDense() ? raiseDense(index, rank) : raiseSparse(index, rank, maxSparseBytes);
    }

    private int raiseDense(int index, int rank) {
        if (HyperLogLogLayout.register(segment, base + HEADER, index) >= rank) {
            return 0;
        }
        HyperLogLogLayout.register(segment, base + HEADER, index, rank);
        markStale();
        return 1;
    }

    private int raiseSparse(int index, int rank, long maxSparseBytes) {
        if (rank > HyperLogLogLayout.MAX_SPARSE_VALUE) {
            return raiseAsDense(index, rank);
        }
        int previous = HEADER;
        int at = HEADER;
        int first = 0;
        int span = 0;
        while (at < length) {
            span = spanAt(at);
            if (span == 0 || index < first + span) {
                break;
            }
            previous = at;
            at += HyperLogLogLayout.size(byteAt(at));
            first += span;
        }
        if (at >= length || span == 0) {
            return CORRUPT;
        }
        int run = byteAt(at);
        int old = HyperLogLogLayout.value(run);
        if (old >= rank) {
            return 0;
        }
        int size = HyperLogLogLayout.size(run);
        runs = 0;
        runsSize = 0;
        appendRun(old, index - first);
        appendRun(rank, 1);
        appendRun(old, first + span - 1 - index);
        if (runsSize > size && length + runsSize - size > maxSparseBytes) {
            return raiseAsDense(index, rank);
        }
        replaceRun(at, size);
        joinRuns(previous);
        markStale();
        return 1;
    }

    private void appendRun(int value, int span) {
        if (span > 0) {
            long run = value == 0 ? HyperLogLogLayout.zeroRun(span) : HyperLogLogLayout.valueRun(value, span);
            runs |= run << 8 * runsSize;
            runsSize += value == 0 ? HyperLogLogLayout.zeroRunSize(span) : 1;
        }
    }

    /** Puts the new runs in the place of the one that begins there. */
    private void replaceRun(int at, int size) {
        int oldLength = length;
        int more = runsSize - size;
        if (more > 0) {
            resize(length + more);
        }
        if (more != 0) {
            move(at + size, at + runsSize, oldLength - at - size);
        }
        for (int i = 0; i < runsSize; i++) {
            byteAt(at + i, (int) (runs >>> 8 * i));
        }
        if (more < 0) {
            resize(oldLength + more);
        }
    }

    private void move(int from, int to, int n) {
        MemorySegment.copy(segment, base + from, segment, base + to, n);
    }

    /** Joins neighbours of equal value from a run on. */
    private void joinRuns(int from) {
        int at = from;
        int end = length;
        for (int step = 0; step < JOIN_STEPS && at < end; step++) {
            int run = byteAt(at);
            if (HyperLogLogLayout.isValue(run) && at + 1 < end) {
                int next = byteAt(at + 1);
                int span = HyperLogLogLayout.span(run, 0) + HyperLogLogLayout.span(next, 0);
                if (HyperLogLogLayout.value(next) == HyperLogLogLayout.value(run)
                        && span <= HyperLogLogLayout.MAX_VALUE_RUN) {
                    byteAt(at, HyperLogLogLayout.valueRun(HyperLogLogLayout.value(run), span));
                    move(at + 2, at + 1, end - at - 2);
                    end--;
                    continue;
                }
            }
            at += HyperLogLogLayout.size(run);
        }
        if (end < length) {
            resize(end);
        }
    }

    private int raiseAsDense(int index, int rank) {
        return becomeDense() ? raiseDense(index, rank) : CORRUPT;
    }

    /** Makes it dense; returns false, and does nothing, if its runs are not well-formed. */
    public boolean becomeDense() {
        if (isDense()) {
            return true;
        }
        if (dense.length == 0) {
            dense = new byte[HyperLogLogLayout.DENSE_LENGTH];
        }
        Arrays.fill(dense, (byte) 0);
        MemorySegment target = MemorySegment.ofArray(dense);
        int index = 0;
        for (int at = HEADER; at < length; at += HyperLogLogLayout.size(byteAt(at))) {
            int span = spanAt(at);
            if (span == 0 || index + span > REGISTERS) {
                return false;
            }
            int value = HyperLogLogLayout.value(byteAt(at));
            if (value == 0) {
                index += span;
            } else {
                for (int end = index + span; index < end; index++) {
                    HyperLogLogLayout.register(target, HEADER, index, value);
                }
            }
        }
        if (index != REGISTERS) {
            return false;
        }
        HyperLogLogLayout.writeDenseHeader(segment, base, target, 0);
        Entry string = shown();
        StringValue.set(string, Encoding.STRING_BLOCK, view.set(dense, 0, dense.length), string.expiryMillis());
        locate();
        return true;
    }

    /** The value of a register of a dense one. */
    public int register(int index) {
        return HyperLogLogLayout.register(segment, base + HEADER, index);
    }

    /** The runs of a sparse one in Redis' notation: {@code z:} and {@code Z:} for zeros, {@code v:value,length}. */
    public String runs() {
        StringBuilder text = new StringBuilder();
        for (int at = HEADER; at < length; at += HyperLogLogLayout.size(byteAt(at))) {
            int run = byteAt(at);
            text.append(text.isEmpty() ? "" : " ");
            if (HyperLogLogLayout.isValue(run)) {
                text.append("v:").append(HyperLogLogLayout.value(run)).append(',');
            } else {
                text.append(HyperLogLogLayout.isLongZero(run) ? "Z:" : "z:");
            }
            text.append(spanAt(at));
        }
        return text.toString();
    }

    // Registers outside any entry.

    /** Makes all registers zero in which others are to be merged. */
    public void clearMerged() {
        if (registers.length == 0) {
            registers = new byte[REGISTERS];
        }
        Arrays.fill(registers, (byte) 0);
    }

    /** Merges what is shown into the registers; returns false if its runs are not well-formed. */
    public boolean merge() {
        if (isDense()) {
            HyperLogLogLayout.mergeDense(segment, base + HEADER, registers);
            return true;
        }
        int index = 0;
        for (int at = HEADER; at < length; at += HyperLogLogLayout.size(byteAt(at))) {
            int span = spanAt(at);
            if (span == 0 || index + span > REGISTERS) {
                return false;
            }
            byte value = (byte) HyperLogLogLayout.value(byteAt(at));
            if (value == 0) {
                index += span;
            } else {
                for (int end = index + span; index < end; index++) {
                    registers[index] = (byte) Math.max(registers[index], value);
                }
            }
        }
        return index == REGISTERS;
    }

    /** How many elements there are, about, in all that was merged. */
    public long countMerged() {
        Arrays.fill(histogram, 0);
        HyperLogLogLayout.count(registers, histogram);
        HyperLogLogLayout.sumRows(histogram);
        return CardinalityEstimate.of(histogram);
    }

    /** Adds all that was merged to what is shown; returns false if the runs of that are not well-formed. */
    public boolean addMerged(long maxSparseBytes) {
        beforeChange();
        if (isDense()) {
            merge();
            HyperLogLogLayout.writeDense(registers, segment, base + HEADER);
            markStale();
            return true;
        }
        for (int i = 0; i < REGISTERS; i++) {
            if (registers[i] > 0 && raise(i, registers[i], maxSparseBytes) == CORRUPT) {
                return false;
            }
        }
        markStale();
        return true;
    }
}
