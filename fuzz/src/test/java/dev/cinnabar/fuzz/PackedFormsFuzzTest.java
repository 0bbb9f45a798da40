package dev.cinnabar.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.Intset;
import dev.cinnabar.structures.Listpack;
import java.lang.foreign.MemorySegment;

/** Bytes that say they are a listpack or an intset: what passes the check can be walked without harm. */
class PackedFormsFuzzTest {

    @FuzzTest
    void aListpackThatPassesCanBeWalked(byte[] data) {
        MemorySegment segment = MemorySegment.ofArray(data);
        if (!Listpack.isValid(segment, 0, data.length)) {
            return;
        }
        Listpack pack = new Listpack().at(segment, 0);
        Bytes view = new Bytes();
        int forward = 0;
        long lengths = 0;
        for (int p = pack.first(); p != 0 && p != -1; p = pack.next(p)) {
            forward++;
            lengths += pack.isNumber(p)
                    ? Long.hashCode(pack.number(p)) & 1
                    : pack.get(p, view).length();
        }
        int backward = 0;
        for (int p = pack.last(); p != 0 && p != -1; p = pack.previous(p)) {
            backward++;
        }
        assertThat(forward).isEqualTo(pack.count()).isEqualTo(backward);
        assertThat(lengths).isBetween(0L, (long) data.length);
    }

    @FuzzTest
    void anIntsetThatPassesIsInOrder(byte[] data) {
        MemorySegment segment = MemorySegment.ofArray(data);
        if (!Intset.isValid(segment, 0, data.length)) {
            return;
        }
        Intset set = new Intset().at(segment, 0);
        for (int i = 0; i < set.count(); i++) {
            assertThat(set.indexOf(set.get(i))).isEqualTo(i);
        }
    }
}
