package dev.cinnabar.keyspace;

import java.util.ArrayList;

/**
 * What a list was at one moment, told by what it is now: a sequence of pieces, each some elements that still lie in it, some
 * that came since, or one number that stands for what lies in it no more. Owned by a {@link PartedList}.
 *
 * <p>Pieces lie in leaves of up to {@value #LEAF} that know how many elements of the present list they span. To find an index
 * is to look through the leaves and then through one: some microseconds for a million pieces, which is more than there will be.
 */
final class ListPieces {

    /** So many elements that were there and still are. */
    static final int KEPT = 0;

    /** So many elements that were not there. */
    static final int NEW = 1;

    /** What was there, and is kept elsewhere: an element. */
    static final int ELEMENT = 2;

    /** The same, for a block of elements. */
    static final int BLOCK = 3;

    private static final int LEAF = 256;

    private static final class Leaf {
        final long[] pieces = new long[LEAF];
        int start;
        int end;
        long spanned;
    }

    private final ArrayList<Leaf> leaves = new ArrayList<>();
    private long spanned;

    // What was found.
    private int leafIndex;
    private int pieceIndex;
    private long offset;

    ListPieces(long elements) {
        Leaf leaf = new Leaf();
        leaves.add(leaf);
        if (elements > 0) {
            put(leaf, piece(KEPT, elements));
        }
    }

    private static long piece(int kind, long number) {
        return number << 2 | kind;
    }

    static int kind(long piece) {
        return (int) piece & 3;
    }

    /** How many elements, or what stands for those that are kept elsewhere. */
    static long number(long piece) {
        return piece >> 2;
    }

    private static long span(long piece) {
        return kind(piece) <= NEW ? number(piece) : 0;
    }

    /** How many elements of the present list the pieces span. */
    long spanned() {
        return spanned;
    }

    boolean isEmpty() {
        return leaves.size() == 1 && leaves.getFirst().start == leaves.getFirst().end;
    }

    // The first piece.

    long first() {
        Leaf leaf = leaves.getFirst();
        return leaf.pieces[leaf.start];
    }

    /** Takes {@code n} elements from the first piece, or with {@code n} of 0 the piece itself, which spans none. */
    void takeFirst(long n) {
        Leaf leaf = leaves.getFirst();
        long first = leaf.pieces[leaf.start];
        leaf.spanned -= n;
        spanned -= n;
        if (span(first) > n) {
            leaf.pieces[leaf.start] = piece(kind(first), number(first) - n);
        } else if (++leaf.start == leaf.end && leaves.size() > 1) {
            leaves.removeFirst();
        }
    }

    // A piece in the middle.

    /** Goes to the piece that spans the element of an index below {@link #spanned}; returns its kind. */
    int find(long index) {
        long left = index;
        leafIndex = 0;
        while (left >= leaves.get(leafIndex).spanned) {
            left -= leaves.get(leafIndex++).spanned;
        }
        Leaf leaf = leaves.get(leafIndex);
        pieceIndex = leaf.start;
        while (left >= span(leaf.pieces[pieceIndex])) {
            left -= span(leaf.pieces[pieceIndex++]);
        }
        offset = left;
        return kind(leaf.pieces[pieceIndex]);
    }

    /** Whether the element that was found is the first of all, nothing that is kept elsewhere in front of it. */
    boolean isAtFirst() {
        return leafIndex == 0 && pieceIndex == leaves.getFirst().start && offset == 0;
    }

    /** How many elements there are in the piece from the one that was found on. */
    long rest() {
        return span(leaves.get(leafIndex).pieces[pieceIndex]) - offset;
    }

    /** New elements come to lie in front of the one that was found. */
    void insert(long n) {
        Leaf leaf = leaves.get(leafIndex);
        if (kind(leaf.pieces[pieceIndex]) == NEW) {
            grow(leaf, pieceIndex, n);
        } else if (offset == 0 && pieceIndex > leaf.start && kind(leaf.pieces[pieceIndex - 1]) == NEW) {
            grow(leaf, pieceIndex - 1, n);
        } else {
            replace(0, piece(NEW, n), 0);
        }
    }

    /** The element that was found, a new one, is removed. */
    void removeNew() {
        Leaf leaf = leaves.get(leafIndex);
        if (number(leaf.pieces[pieceIndex]) == 1) {
            replace(1, 0, 0);
        } else {
            grow(leaf, pieceIndex, -1);
        }
    }

    private void grow(Leaf leaf, int at, long n) {
        leaf.pieces[at] = piece(NEW, number(leaf.pieces[at]) + n);
        leaf.spanned += n;
        spanned += n;
    }

    /**
     * In the place of elements from the one that was found on, all of one piece, lies something else.
     *
     * @param kind {@link #ELEMENT} or {@link #BLOCK}
     * @param news how many new elements come in their place
     */
    void keepElsewhere(long n, int kind, long number, long news) {
        replace(n, piece(kind, number), news == 0 ? 0 : piece(NEW, news));
    }

    /** Puts up to two other pieces, 0 for none, in the place of {@code n} elements from the one that was found on. */
    private void replace(long n, long a, long b) {
        Leaf leaf = leaves.get(leafIndex);
        if (leaf.end - leaf.start > LEAF - 4) {
            divide(leaf);
            leaf = leaves.get(leafIndex);
        }
        if (leaf.end > LEAF - 4) {
            slide(leaf);
        }
        long old = leaf.pieces[pieceIndex];
        long left = offset;
        long right = span(old) - offset - n;
        int behind = pieceIndex + 1;
        int count = (left > 0 ? 1 : 0) + (a != 0 ? 1 : 0) + (b != 0 ? 1 : 0) + (right > 0 ? 1 : 0);
        System.arraycopy(leaf.pieces, behind, leaf.pieces, pieceIndex + count, leaf.end - behind);
        leaf.end += count - 1;
        int at = pieceIndex;
        at = left > 0 ? put(leaf, at, piece(kind(old), left)) : at;
        at = a != 0 ? put(leaf, at, a) : at;
        at = b != 0 ? put(leaf, at, b) : at;
        if (right > 0) {
            put(leaf, at, piece(kind(old), right));
        }
        long more = span(a) + span(b) - n;
        leaf.spanned += more;
        spanned += more;
        if (leaf.start == leaf.end && leaves.size() > 1) {
            leaves.remove(leafIndex);
        }
    }

    private static int put(Leaf leaf, int at, long piece) {
        leaf.pieces[at] = piece;
        return at + 1;
    }

    private void put(Leaf leaf, long piece) {
        leaf.pieces[leaf.end++] = piece;
        leaf.spanned += span(piece);
        spanned += span(piece);
    }

    /** Moves the right half of a full leaf into one of its own; what was found stays found. */
    private void divide(Leaf leaf) {
        int middle = (leaf.start + leaf.end) / 2;
        Leaf right = new Leaf();
        for (int i = middle; i < leaf.end; i++) {
            right.pieces[right.end++] = leaf.pieces[i];
            right.spanned += span(leaf.pieces[i]);
        }
        leaf.end = middle;
        leaf.spanned -= right.spanned;
        leaves.add(leafIndex + 1, right);
        if (pieceIndex >= middle) {
            pieceIndex -= middle;
            leafIndex++;
        }
    }

    /** Moves what is in the leaf that was found to its beginning. */
    private void slide(Leaf leaf) {
        int length = leaf.end - leaf.start;
        System.arraycopy(leaf.pieces, leaf.start, leaf.pieces, 0, length);
        pieceIndex -= leaf.start;
        leaf.start = 0;
        leaf.end = length;
    }
}
