package dev.cinnabar.commands.hyperloglog;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.structures.HyperLogLogLayout;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HyperLogLog;
import dev.cinnabar.values.Values;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What PFSELFTEST does: registers keep what is written, both encodings count alike, and counts are right but for the error. */
final class SelfTest {

    private static final int ROUNDS = 100;
    private static final int ELEMENTS = 1_000_000;

    /** Six times the standard error, which is 1.04 / sqrt(registers). */
    private static final double MAX_ERROR = 6 * 1.04 / 128;

    private SelfTest() {}

    /** What is wrong, or null. */
    static @Nullable String run() {
        String failure = testRegisters();
        return failure != null ? failure : testCounts();
    }

    private static @Nullable String testRegisters() {
        SplittableRandom random = new SplittableRandom();
        byte[] model = new byte[HyperLogLogLayout.REGISTERS];
        MemorySegment bytes = MemorySegment.ofArray(new byte[HyperLogLogLayout.DENSE_LENGTH]);
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < model.length; i++) {
                model[i] = (byte) random.nextInt(HyperLogLogLayout.MAX_VALUE + 1);
                HyperLogLogLayout.register(bytes, HyperLogLogLayout.HEADER, i, model[i]);
            }
            for (int i = 0; i < model.length; i++) {
                int value = HyperLogLogLayout.register(bytes, HyperLogLogLayout.HEADER, i);
                if (value != model[i]) {
                    return "Register " + i + " should be " + model[i] + " but is " + value;
                }
            }
        }
        return null;
    }

    /** A HyperLogLog in memory of its own. */
    private static final class Sample implements Entry.Home {
        private final Entry entry = new Entry();
        private final HyperLogLog shown = new HyperLogLog();

        Sample(Memory memory) {
            Bytes key = Bytes.of("");
            long address =
                    Entry.create(memory, Encoding.STRING_RAW, 0, key, HyperLogLogLayout.EMPTY_LENGTH, Entry.NEVER);
            entry.set(memory, this, 0, 0, address);
            HyperLogLog.initialize(entry);
            shown.show(entry);
        }

        @Override
        public void changed(Entry moved, long from, long oldExpiryMillis) {
            // Nobody else knows where it is.
        }

        void free() {
            Values.release(entry);
            entry.free();
        }
    }

    private static @Nullable String testCounts() {
        try (Memory memory = new Memory()) {
            Sample sparse = new Sample(memory);
            Sample dense = new Sample(memory);
            dense.shown.becomeDense();
            try {
                return testCounts(sparse.shown, dense.shown);
            } finally {
                sparse.free();
                dense.free();
            }
        }
    }

    private static @Nullable String testCounts(HyperLogLog sparse, HyperLogLog dense) {
        byte[] element = new byte[Long.BYTES];
        MemorySegment number = MemorySegment.ofArray(element);
        long seed = new SplittableRandom().nextLong();
        int check = 1;
        for (int i = 1; i <= ELEMENTS; i++) {
            number.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, i ^ seed);
            Bytes view = Bytes.of(element);
            sparse.add(view, HyperLogLogLayout.DENSE_LENGTH);
            dense.add(view, 0);
            if (i != check) {
                continue;
            }
            check *= 10;
            long count = sparse.count();
            if (count != dense.count()) {
                return "After " + i + " elements one encoding counts " + count + ", the other " + dense.count();
            }
            // A few collisions among few elements are more than the error's share of them.
            if (Math.abs(count - i) > Math.max(i * MAX_ERROR, i == 1 ? 0 : 1)) {
                return "Too big error: counted " + count + " of " + i;
            }
        }
        return null;
    }
}
