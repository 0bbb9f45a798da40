package dev.cinnabar.structures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** XXH3 on both sides of every length at which it goes another way; the digests are those of the reference library. */
class Xxh3Test {

    @ParameterizedTest
    @CsvSource({
        "0, 2d06800538d394c2",
        "1, e5e62017e96f839c",
        "2, e99f8ba75698ec0f",
        "3, d3bcc83c6f14e70f",
        "4, c7f159f34b126cb4",
        "5, 0276f65070331568",
        "8, 0f25a2a1cc43dda2",
        "9, 1e3be9699baa50cf",
        "12, e52e522a84ebbb71",
        "16, 9ec324145cea1dcb",
        "17, 48f3651d7436310a",
        "32, 3ecd923442085a0d",
        "33, 0afebb54eff3a3b5",
        "64, 7abe508541644d25",
        "65, da2a9fa52b7fadf5",
        "96, 014dbb30ecd7c670",
        "97, 7b0a9dae42e89ff6",
        "128, 5d813d42c0005ea8",
        "129, c61639b552225575",
        "130, f00346a078b5065a",
        "192, ac71bbf3ac198a58",
        "240, 7d85b8d4f8b10c82",
        "241, 5c56141c894cd97e",
        "255, a88268bb584966d3",
        "256, cdb34974678d6687",
        "512, ae0027cc0d8eacd9",
        "1023, 123989704c814592",
        "1024, 0551dea22e104ea8",
        "1025, dbe2ed3c377d9922",
        "1088, 98ce47a58d705d59",
        "2048, 0e137a69a82b62c0",
        "2049, 2ba993b30fe87e40",
        "10000, ac818400117d2379"
    })
    void agreesWithTheReference(int length, String digest) {
        byte[] data = data(length);
        assertThat(hex(Bytes.of(data))).isEqualTo(digest);
    }

    /** The same bytes off the heap, and not at the beginning of what holds them. */
    @ParameterizedTest
    @CsvSource({"7", "100", "200", "1500"})
    void readsBytesWhereverTheyLie(int length) {
        byte[] data = data(length);
        byte[] wider = new byte[length + 10];
        System.arraycopy(data, 0, wider, 3, length);
        assertThat(hex(new Bytes().set(wider, 3, length))).isEqualTo(hex(Bytes.of(data)));
        try (Memory memory = new Memory()) {
            long block = memory.allocate(length + 5, Tag.BUFFER);
            memory.copyIn(data, 0, block, 5, length);
            Bytes view = new Bytes().set(memory.segment(block), memory.offset(block) + 5, length);
            assertThat(hex(view)).isEqualTo(hex(Bytes.of(data)));
        }
    }

    private static String hex(Bytes bytes) {
        return HexFormat.of().toHexDigits(Xxh3.hash(bytes));
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        int x = 1;
        for (int i = 0; i < length; i++) {
            x = x * 1_103_515_245 + 12_345 & Integer.MAX_VALUE;
            data[i] = (byte) (x >> 16);
        }
        return data;
    }
}
