package dev.cinnabar.values;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.memory.testing.MemoryExtension;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Strings in their entries, in memory that is checked.
 *
 * <p>Strategy: random operations on one entry, its key of any length, against an array on the heap; lengths are drawn
 * from around those at which a form changes. Invariants: bytes, key, clock and expiry are as in the model, the home has
 * been told of each move and change of expiry, and the bytes in use are those that the entry says.
 */
@ExtendWith(MemoryExtension.class)
class StringValueTest {

    private static final int[] EDGES = {
        0, 1, 7, 8, 19, 20, 21, 44, 45, 253, 254, 255, 256, 1023, 1024, 1025, 4000, 70_000
    };

    /** The home of one entry: knows where it is and when it expires, from what it is told. */
    private static final class OneEntry implements Entry.Home {
        private long address;
        private long expiryMillis;

        @Override
        public void changed(Entry entry, long from, long oldExpiryMillis) {
            assertThat(from).isEqualTo(address);
            assertThat(oldExpiryMillis).isEqualTo(expiryMillis);
            address = entry.address();
            expiryMillis = entry.expiryMillis();
        }
    }

    private final OneEntry home = new OneEntry();

    private Entry create(Memory memory, String key, byte[] value, long expiryMillis) {
        Bytes bytes = Bytes.of(value);
        int kind = StringValue.kindFor(bytes);
        home.address = Entry.create(
                memory, kind, 0xabcdef, Bytes.of(key), StringValue.inlineLength(kind, value.length), expiryMillis);
        home.expiryMillis = expiryMillis;
        Entry entry = new Entry().set(memory, home, 0, 0, home.address);
        StringValue.initialize(entry, kind, bytes);
        return entry;
    }

    private static byte[] bytes(Entry entry) {
        return StringValue.view(entry, new Bytes(), new byte[20]).toByteArray();
    }

    private static void delete(Entry entry) {
        StringValue.release(entry);
        entry.free();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void agreesWithAnArray(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        String key = "k".repeat(length(random) / 10 * random.nextInt(2) + random.nextInt(30));
        byte[] model = value(random);
        long expiry = expiry(random);
        Entry entry = create(memory, key, model, expiry);
        for (int round = 0; round < 500; round++) {
            byte[] value = value(random);
            switch (random.nextInt(9)) {
                case 0 -> {
                    StringValue.set(entry, Bytes.of(value));
                    model = value;
                }
                case 1, 2 -> {
                    expiry = expiry(random);
                    StringValue.set(entry, StringValue.kindFor(Bytes.of(value)), Bytes.of(value), expiry);
                    model = value;
                }
                case 3 -> {
                    StringValue.set(entry, StringValue.kindFor(value.length), Bytes.of(value), expiry);
                    model = value;
                }
                case 4 -> {
                    assertThat(StringValue.append(entry, Bytes.of(value))).isEqualTo(model.length + value.length);
                    int old = model.length;
                    model = Arrays.copyOf(model, old + value.length);
                    System.arraycopy(value, 0, model, old, value.length);
                }
                case 5 -> {
                    int offset = length(random);
                    StringValue.setRange(entry, offset, Bytes.of(value));
                    model = Arrays.copyOf(model, Math.max(model.length, offset + value.length));
                    System.arraycopy(value, 0, model, offset, value.length);
                }
                case 6 -> {
                    int length = length(random);
                    StringValue.grow(entry, length);
                    model = Arrays.copyOf(model, Math.max(model.length, length));
                }
                case 7 -> {
                    long number = number(random);
                    StringValue.setLong(entry, number);
                    model = Long.toString(number).getBytes(ISO_8859_1);
                }
                default -> {
                    expiry = expiry(random);
                    entry.expireAt(expiry);
                }
            }
            String context = "seed " + seed + ", round " + round;
            assertThat(bytes(entry)).as(context).isEqualTo(model);
            assertThat(StringValue.length(entry)).as(context).isEqualTo(model.length);
            check(context, memory, key, expiry, entry);
            check(context, memory, key, expiry, new Entry().set(memory, home, 0, 0, home.address));
        }
        delete(entry);
    }

    private void check(String context, Memory memory, String key, long expiry, Entry entry) {
        assertThat(entry.address()).as(context).isEqualTo(home.address);
        assertThat(home.expiryMillis).as(context).isEqualTo(expiry);
        assertThat(entry.expiryMillis()).as(context).isEqualTo(expiry);
        assertThat(entry.hasExpiry()).as(context).isEqualTo(expiry != Entry.NEVER);
        assertThat(entry.clock()).as(context).isEqualTo(0xabcdef);
        assertThat(entry.key(new Bytes()).toString()).as(context).isEqualTo(key);
        assertThat(Entry.hasKey(memory, home.address, Bytes.of(key)))
                .as(context)
                .isTrue();
        assertThat(Entry.hasKey(memory, home.address, Bytes.of(key + "k")))
                .as(context)
                .isFalse();
        assertThat(memory.used(Tag.ENTRY)).as(context).isEqualTo(entry.blockSize());
        assertThat(memory.used(Tag.VALUE)).as(context).isEqualTo(StringValue.externalSize(entry));
    }

    private static byte[] value(SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return Long.toString(number(random)).getBytes(ISO_8859_1);
        }
        byte[] value = new byte[length(random)];
        random.nextBytes(value);
        return value;
    }

    private static int length(SplittableRandom random) {
        int edge = EDGES[random.nextInt(EDGES.length - (random.nextInt(8) == 0 ? 0 : 2))];
        return random.nextBoolean() ? edge : random.nextInt(edge + 1);
    }

    private static long number(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> Long.MIN_VALUE + random.nextInt(2);
            case 2 -> Long.MAX_VALUE - random.nextInt(2);
            default -> random.nextInt(-20, 20);
        };
    }

    private static long expiry(SplittableRandom random) {
        return random.nextBoolean() ? Entry.NEVER : random.nextLong(1, Entry.NEVER);
    }

    @ParameterizedTest
    @CsvSource({
        "0, int",
        "-1, int",
        "9223372036854775807, int",
        "-9223372036854775808, int",
        "9223372036854775808, embstr",
        "-9223372036854775809, embstr",
        "99999999999999999999, embstr",
        "-0, embstr",
        "01, embstr",
        "+1, embstr",
        "'', embstr",
        "-, embstr",
        "'1 ', embstr",
        "12345678901234567890123456789012345678901234, embstr",
        "123456789012345678901234567890123456789012345, raw",
    })
    void namesTheEncodingAsRedisDoes(String text, String encoding, Memory memory) {
        Entry entry = create(memory, "key", text.getBytes(ISO_8859_1), Entry.NEVER);
        assertThat(Encoding.nameOf(entry.kind())).isEqualTo(encoding);
        assertThat(new String(bytes(entry), ISO_8859_1)).isEqualTo(text);
        delete(entry);
    }

    @Test
    void aValueOfTheSameShapeIsOverwrittenInPlace(Memory memory) {
        for (String text : new String[] {"value", "12", "x".repeat(300), "y".repeat(5000)}) {
            byte[] other = text.replace('1', '7').replace('x', 'z').getBytes(ISO_8859_1);
            Entry entry = create(memory, "key", text.getBytes(ISO_8859_1), Entry.NEVER);
            long before = entry.address();
            long used = memory.used();
            StringValue.set(entry, Bytes.of(other));
            assertThat(entry.address()).isEqualTo(before);
            assertThat(memory.used()).isEqualTo(used);
            assertThat(bytes(entry)).isEqualTo(other);
            delete(entry);
        }
    }

    /** The example in {@link EntryLayout}. */
    @Test
    void liesInMemoryAsThePictureShows(Memory memory) {
        Entry entry = create(memory, "key:000000:0000001", "v000000000000001".getBytes(ISO_8859_1), Entry.NEVER);
        byte[] block = new byte[40];
        memory.copyOut(entry.address(), 0, block, 0, 40);
        assertThat(Arrays.copyOf(block, 8)).containsExactly(0x10, 0xef, 0xcd, 0xab, 18, 16, 'k', 'e');
        assertThat(Arrays.copyOfRange(block, 24, 40)).isEqualTo("v000000000000001".getBytes(ISO_8859_1));
        assertThat(entry.blockSize()).isEqualTo(40);
        delete(entry);
    }

    @Test
    void aGrownStringHasRoomToGrowFurther(Memory memory) {
        Entry entry = create(memory, "key", new byte[2000], Entry.NEVER);
        StringValue.append(entry, Bytes.of(new byte[1]));
        long used = memory.used();
        for (int i = 0; i < 1999; i++) {
            StringValue.append(entry, Bytes.of(new byte[1]));
        }
        assertThat(memory.used()).isEqualTo(used);
        assertThat(StringValue.length(entry)).isEqualTo(4000);
        delete(entry);
    }
}
