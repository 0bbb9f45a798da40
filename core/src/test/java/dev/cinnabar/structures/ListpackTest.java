package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Strategy: bytes that a real server dumped for given values must be ours; random changes against an {@link
 * ArrayList}, over the borders of every encoding; damaged bytes must be refused or be harmless.
 *
 * <p>Invariants: the listpack is valid by {@link Listpack#isValid}; walking forwards, backwards and by index gives the
 * model; the length announced before a change is the length after it.
 */
class ListpackTest {

    private static final int CAPACITY = 1 << 20;

    private final Memory memory = new Memory();
    private final Listpack list = new Listpack();
    private long block;

    @BeforeEach
    void empty() {
        block = memory.allocate(CAPACITY, Tag.VALUE);
        list.at(memory, block, 16).format();
    }

    @AfterEach
    void everythingIsGivenBack() {
        memory.free(block, CAPACITY, Tag.VALUE);
        assertThat(memory.used()).isZero();
        memory.close();
    }

    @Test
    void anEmptyList() {
        assertThat(hex()).isEqualTo("070000000000ff");
        assertThat(list.bytes()).isEqualTo(Listpack.EMPTY_BYTES);
        assertThat(list.count()).isZero();
        assertThat(list.first()).isZero();
        assertThat(list.last()).isZero();
        assertThat(list.seek(0)).isZero();
        assertThat(list.seek(-1)).isZero();
    }

    @Test
    void theExampleOfTheClass() {
        list.append(Bytes.of("a"));
        list.append(Bytes.of("300"));
        assertThat(hex()).isEqualTo("0d0000000200816102c12c02ff");
    }

    @Test
    void bytesAreThoseOfARealServer() {
        // From DUMP of a list after RPUSH of these values.
        String[] values = {
            "a",
            "300",
            "127",
            "128",
            "-1",
            "-4096",
            "4095",
            "4096",
            "-4097",
            "32767",
            "-32768",
            "32768",
            "8388607",
            "-8388608",
            "8388608",
            "2147483647",
            "-2147483648",
            "2147483648",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "007",
            "-0",
            "0",
            "",
        };
        for (String value : values) {
            list.append(Bytes.of(value));
        }
        String elements = "816102c12c027f01c08002dfff02d00002cfff02f1001003f1ffef03f1ff7f03f1008003f200800004f2ffff7f04"
                + "f200008004f30000800005f3ffffff7f05f30000008005f4000000800000000009f4ffffffffffffff7f09"
                + "f40000000000000080099339323233333732303336383534373735383038148330303704822d300300018001ff";
        assertThat(hex()).isEqualTo("%02x0000001900".formatted(6 + elements.length() / 2) + elements);
        for (int i = 0; i < values.length; i++) {
            assertThat(text(list.seek(i))).isEqualTo(values[i]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 62, 63, 64, 65, 124, 125, 126, 127, 4093, 4094, 4095, 4096, 16380, 16400, 500_000})
    void textsOfEveryLength(int length) {
        byte[] text = "x".repeat(length).getBytes(StandardCharsets.UTF_8);
        list.append(Bytes.of("before"));
        int announced = Listpack.bytesFor(Bytes.of(text));
        int bytes = list.bytes();
        list.append(Bytes.of(text));
        assertThat(list.bytes()).isEqualTo(bytes + announced);
        list.append(7);
        assertThat(list.get(list.seek(1), new Bytes()).contentEquals(text)).isTrue();
        assertThat(list.textLength(list.seek(1))).isEqualTo(length);
        assertThat(text(list.previous(list.seek(1)))).isEqualTo("before");
        assertThat(list.number(list.next(list.seek(1)))).isEqualTo(7);
        assertThat(isValid()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomChangesAgreeWithAModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> model = new ArrayList<>();
        for (int step = 0; step < 4000; step++) {
            String value = value(random);
            Bytes bytes = Bytes.of(value);
            int index = model.isEmpty() ? 0 : random.nextInt(model.size());
            int before = list.bytes();
            switch (random.nextInt(model.size() > 60 ? 6 : 4)) {
                case 0 -> {
                    list.append(bytes);
                    model.add(value);
                    assertThat(list.bytes()).isEqualTo(before + Listpack.bytesFor(bytes));
                }
                case 1, 2 -> {
                    int p = list.insert(model.isEmpty() ? 0 : list.seek(index), bytes);
                    model.add(index, value);
                    assertThat(text(p)).isEqualTo(value);
                    assertThat(list.bytes()).isEqualTo(before + Listpack.bytesFor(bytes));
                }
                case 3 -> {
                    if (!model.isEmpty()) {
                        int p = list.seek(index);
                        int old = list.bytesAt(p);
                        list.replace(p, bytes);
                        model.set(index, value);
                        assertThat(list.bytes()).isEqualTo(before - old + Listpack.bytesFor(bytes));
                    }
                }
                default -> {
                    int n = random.nextInt(6);
                    int p = list.delete(list.seek(index), n);
                    model.subList(index, Math.min(model.size(), index + n)).clear();
                    assertThat(p).isEqualTo(list.seek(index));
                }
            }
            check(model, random);
        }
    }

    private void check(List<String> model, SplittableRandom random) {
        assertThat(isValid()).isTrue();
        assertThat(list.count()).isEqualTo(model.size());
        int p = list.first();
        for (String expected : model) {
            assertThat(text(p)).isEqualTo(expected);
            p = list.next(p);
        }
        assertThat(p).isZero();
        p = list.last();
        for (int i = model.size() - 1; i >= 0; i--) {
            assertThat(p).isEqualTo(list.seek(i)).isEqualTo(list.seek(i - model.size()));
            p = list.previous(p);
        }
        assertThat(p).isZero();
        assertThat(list.seek(model.size())).isZero();
        assertThat(list.seek(-1 - model.size())).isZero();
        String sought = value(random);
        int index = model.indexOf(sought);
        assertThat(list.find(list.first(), Bytes.of(sought), 0)).isEqualTo(index < 0 ? 0 : list.seek(index));
    }

    @Test
    void findPassesOverValues() {
        for (String s : List.of("f1", "f2", "f2", "v2", "3", "f1")) {
            list.append(Bytes.of(s));
        }
        assertThat(list.find(list.first(), Bytes.of("f2"), 1)).isEqualTo(list.seek(2));
        assertThat(list.find(list.first(), Bytes.of("v2"), 1)).isZero();
        assertThat(list.find(list.first(), Bytes.of("3"), 1)).isEqualTo(list.seek(4));
        assertThat(list.find(list.first(), Bytes.of("03"), 1)).isZero();
        assertThat(list.equals(list.seek(4), Bytes.of("3"))).isTrue();
        assertThat(list.find(list.next(list.first()), Bytes.of("f1"), 1)).isEqualTo(list.seek(5));
    }

    @Test
    void moreElementsThanTheHeaderCanCount() {
        for (int i = 0; i < 66_000; i++) {
            list.append(i & 63);
        }
        assertThat(list.count()).isEqualTo(66_000);
        assertThat(list.number(list.seek(65_999))).isEqualTo(65_999 & 63);
        assertThat(list.number(list.seek(-1))).isEqualTo(65_999 & 63);
        assertThat(list.seek(66_000)).isZero();
        assertThat(isValid()).isTrue();
        list.delete(list.first(), 1000);
        assertThat(list.count()).isEqualTo(65_000);
        assertThat(isValid()).isTrue();
    }

    @Test
    void damagedBytesAreRefusedOrHarmless() {
        for (String s : List.of("abc", "300", "-5", "70000", "x".repeat(100), "99999999999", "y".repeat(5000))) {
            list.append(Bytes.of(s));
        }
        byte[] good = bytes();
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 50_000; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                bad[random.nextInt(random.nextBoolean() ? 40 : bad.length)] = (byte) random.nextInt();
            }
            // Exactly as long as the bytes, so that reading outside would throw.
            MemorySegment segment = MemorySegment.ofArray(bad);
            if (Listpack.isValid(segment, 0, bad.length)) {
                Listpack read = new Listpack().at(segment, 0);
                int n = 0;
                for (int p = read.first(); p != 0; p = read.next(p)) {
                    read.get(p, new Bytes()).toByteArray();
                    n++;
                }
                assertThat(read.count()).isEqualTo(n);
                for (int p = read.last(); p != 0; p = read.previous(p)) {
                    n--;
                }
                assertThat(n).isZero();
            }
        }
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThat(Listpack.isValid(MemorySegment.ofArray(cut), 0, length)).isFalse();
        }
    }

    private static String value(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> Integer.toString(random.nextInt(10));
            case 1 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 2 -> Long.toString((random.nextBoolean() ? 1L : -1L) << random.nextInt(64));
            case 3 -> "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 5000 : 70));
            case 4 ->
                List.of("-0", "00", "01", "-", "--1", "+1", "1 ", "1.0", "9223372036854775808")
                        .get(random.nextInt(9));
            default -> "member:" + random.nextInt(30);
        };
    }

    private String text(int position) {
        return list.get(position, new Bytes()).toString();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[list.bytes()];
        memory.copyOut(block, 16, bytes, 0, bytes.length);
        return bytes;
    }

    private String hex() {
        return HexFormat.of().formatHex(bytes());
    }

    private boolean isValid() {
        return Listpack.isValid(memory.segment(block), memory.offset(block) + 16, list.bytes());
    }
}
