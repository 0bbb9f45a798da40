package dev.cinnabar.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A list of numbers that is changed at random beside a model: what the pieces tell of it is what it was.
 *
 * <p>The list has the numbers from 0 on where an element was there at the beginning, and -1 where it came since.
 */
class ListPiecesTest {

    private static final int ELEMENTS = 3000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void tellWhatWas(long seed) {
        Random random = new Random(seed);
        ListPieces pieces = new ListPieces(ELEMENTS);
        List<Long> list = new ArrayList<>();
        for (long i = 0; i < ELEMENTS; i++) {
            list.add(i);
        }
        List<Long> told = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < 6000; i++) {
            int spanned = (int) pieces.spanned();
            if (spanned > 0) {
                change(pieces, list, from, random.nextInt(spanned), random);
            }
            if (i > 3000 && !pieces.isEmpty()) {
                from += tellFirst(pieces, list, from, told, random);
            }
        }
        while (!pieces.isEmpty()) {
            from += tellFirst(pieces, list, from, told, random);
        }
        List<Long> all = new ArrayList<>();
        for (long i = 0; i < ELEMENTS; i++) {
            all.add(i);
        }
        assertThat(told).as("seed %d", seed).isEqualTo(all);
        assertThat(pieces.spanned()).isZero();
    }

    private static void change(ListPieces pieces, List<Long> list, int from, int index, Random random) {
        int at = from + index;
        boolean isNew = pieces.find(index) == ListPieces.NEW;
        assertThat(isNew).isEqualTo(list.get(at) < 0);
        switch (random.nextInt(4)) {
            case 0 -> {
                pieces.insert(1);
                list.add(at, -1L);
            }
            case 1 -> {
                if (isNew) {
                    pieces.removeNew();
                } else {
                    pieces.keepElsewhere(1, ListPieces.ELEMENT, list.get(at), 0);
                }
                list.remove(at);
            }
            case 2 -> {
                if (!isNew) {
                    pieces.keepElsewhere(1, ListPieces.ELEMENT, list.get(at), 1);
                    list.set(at, -1L);
                }
            }
            default -> {
                int n = (int) Math.min(pieces.rest(), 5);
                if (!isNew && random.nextInt(10) == 0 && n == 5) {
                    pieces.keepElsewhere(5, ListPieces.BLOCK, list.get(at), 0);
                    list.subList(at, at + 5).clear();
                }
            }
        }
    }

    /** Tells the first piece, or a part of it; returns how many elements of the list that spans. */
    private static int tellFirst(ListPieces pieces, List<Long> list, int from, List<Long> told, Random random) {
        long first = pieces.first();
        long number = ListPieces.number(first);
        int n = (int) Math.min(number, random.nextInt(10) + 1);
        switch (ListPieces.kind(first)) {
            case ListPieces.KEPT -> told.addAll(list.subList(from, from + n));
            case ListPieces.NEW -> {}
            case ListPieces.ELEMENT -> {
                told.add(number);
                n = 0;
            }
            default -> {
                for (long i = 0; i < 5; i++) {
                    told.add(number + i);
                }
                n = 0;
            }
        }
        pieces.takeFirst(n);
        return n;
    }
}
