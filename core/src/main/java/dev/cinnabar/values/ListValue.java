package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.structures.Listpack;

/**
 * A list in its entry: a view with a cursor, moved from entry to entry by {@link #at}. Owned by one thread; guarded by the lock
 * of the entry's partition.
 *
 * <p>The small form is one listpack, the large one a sequence of them ({@link ListBlocks}). A list becomes large when it is
 * about to exceed the limit ({@link #expect}), and small again only when half of that is enough ({@link #shrink}), so that
 * one that swings about the limit does not change each time. The cursor is void after each change.
 */
public final class ListValue {

    /** Behind the entry's reference to the root, 8 bytes are not used. */
    private static final int ROOT = 0;

    private static final int[] BYTE_LIMITS = {4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10};

    /** A limit of elements is one of bytes, too. */
    private static final int MAX_COUNTED_BYTES = 8 << 10;

    /** Longer elements that are kept take memory of their own. */
    private static final int MAX_KEPT_BYTES = 1 << 10;

    private final Limits limits;
    private final Listpack pack = new Listpack();
    private final ListBlocks blocks = new ListBlocks();
    private final Bytes view = new Bytes();
    private final Bytes keptView = new Bytes();
    private final byte[] kept = new byte[MAX_KEPT_BYTES];
    private Entry entry;
    private boolean small;
    private int position;

    /** A view that shows nothing yet; {@link #at} comes before everything else. */
    @SuppressWarnings("NullAway.Init")
    public ListValue(Limits limits) {
        this.limits = limits;
    }

    /** What an entry for a new list, empty, is to be created with as its inline length; then {@link #format} it. */
    public static int emptyLength() {
        return Listpack.EMPTY_BYTES;
    }

    /** Shows the list of an entry. */
    public ListValue at(Entry entry) {
        this.entry = entry;
        small = entry.kind() != Encoding.LIST_QUICKLIST;
        if (small) {
            showPack();
        } else {
            blocks.at(entry.memory(), entry.longAt(ROOT));
        }
        return this;
    }

    private void showPack() {
        pack.at(Packed.segment(entry), Packed.offset(entry));
    }

    /** Makes the list of a new entry, of {@link #emptyLength}, an empty one. */
    public ListValue format(Entry entry) {
        at(entry);
        pack.format();
        return this;
    }

    /** The number of elements. */
    public long length() {
        return small ? pack.count() : blocks.length();
    }

    // Forms.

    /** So many elements of so many bytes together may be about to come: takes the large form if they would exceed the limit. */
    public void expect(long count, long bytes) {
        if (small && exceeds(pack.bytes() + bytes, pack.count() + count)) {
            enlarge();
        }
    }

    private boolean exceeds(long bytes, long count) {
        return !fits(limits, bytes, count);
    }

    /** Whether a listpack of so many bytes and elements is within the limit of the small form. */
    public static boolean fits(Limits limits, long bytes, long count) {
        int limit = limits.listListpackSize;
        if (limit < 0) {
            return bytes <= byteLimit(limit);
        }
        return bytes <= MAX_COUNTED_BYTES && count <= Math.max(limit, 1);
    }

    private static int byteLimit(int limit) {
        return BYTE_LIMITS[Math.min(-limit, BYTE_LIMITS.length) - 1];
    }

    private void enlarge() {
        long root = blocks.create(entry.memory());
        for (int p = pack.first(); p != 0; p = pack.next(p)) {
            blocks.pushRight(pack.get(p, view));
        }
        Packed.replace(entry, Encoding.LIST_QUICKLIST);
        entry.longAt(ROOT, root);
        small = false;
    }

    /** Takes the small form if the list has become short enough: after removals. */
    public void shrink() {
        if (small) {
            return;
        }
        int limit = limits.listListpackSize;
        long bytes = blocks.content() + Listpack.EMPTY_BYTES;
        if (limit < 0 ? bytes > byteLimit(limit) / 2 : bytes > MAX_COUNTED_BYTES || blocks.length() > limit / 2) {
            return;
        }
        Keeper.smallFormComes(entry);
        Packed.become(entry, Encoding.LIST_LISTPACK, (int) bytes);
        small = true;
        showPack();
        pack.format();
        blocks.gather(pack);
        blocks.releaseStep(Integer.MAX_VALUE);
    }

    // The ends.

    /**
     * Adds all elements of a listpack from elsewhere at the right end of a list that is in no database yet; they are of the form
     * that adding them one by one would give them.
     */
    public void pushAll(Listpack run) {
        expect(run.count(), run.bytes() - Listpack.EMPTY_BYTES);
        if (small) {
            for (int p = run.first(); p != 0; p = run.next(p)) {
                push(false, run.get(p, view));
            }
        } else {
            blocks.pushRight(run);
        }
    }

    /** Adds an element at the left or right end. {@link #expect} it before. */
    public void push(boolean left, Bytes value) {
        if (!small) {
            Keeper keeper = entry.home().keeper(entry);
            if (keeper != null) {
                keeper.listGrows(left ? 0 : blocks.length(), 1);
            }
            if (left) {
                blocks.pushLeft(value);
            } else {
                blocks.pushRight(value);
            }
            return;
        }
        resize(Listpack.bytesFor(value));
        pack.insert(left ? pack.first() : 0, value);
    }

    /** Makes the run of the small form so much longer, before it is written to, or shorter, when that is done. */
    private void resize(int more) {
        Packed.resize(entry, Packed.length(entry) + more);
        showPack();
    }

    /** Shows the element at the left or right end of a list that is not empty. */
    public Bytes end(boolean left, Bytes view) {
        return small ? pack.get(left ? pack.first() : pack.last(), view) : blocks.end(left, view);
    }

    /** A copy of an element, valid until the next: to be put elsewhere into the same list. */
    public Bytes keep(Bytes value) {
        int length = value.length();
        byte[] copy = length <= kept.length ? kept : new byte[length];
        value.copyTo(0, copy, 0, length);
        return keptView.set(copy, 0, length);
    }

    /** Removes {@code n} elements from an end, all if there are fewer. */
    public void removeEnd(boolean left, long n) {
        if (!small) {
            blocks.removeEnd(left, n, entry.home().keeper(entry));
            return;
        }
        int count = pack.count();
        if (n >= count) {
            pack.format();
        } else if (left) {
            pack.delete(pack.first(), (int) n);
        } else {
            pack.deleteLast((int) n);
        }
        resize(pack.bytes() - Packed.length(entry));
    }

    // The cursor.

    /** Goes to the element of an index from 0 to below {@link #length}. */
    public void seek(long index) {
        if (small) {
            position = pack.seek((int) index);
        } else {
            blocks.seek(index);
        }
    }

    /** Shows the element at the cursor; valid until the list changes or the cursor moves. */
    public Bytes element(Bytes view) {
        return small ? pack.get(position, view) : blocks.element(view);
    }

    /** Whether the element at the cursor is this, of which {@link #isStoredAsNumber} is known. */
    public boolean is(Bytes value, boolean storedAsNumber) {
        return small ? pack.equals(position, value, storedAsNumber) : blocks.is(value, storedAsNumber);
    }

    /** For {@link #is}, which may be asked many times. */
    public static boolean isStoredAsNumber(Bytes value) {
        return Listpack.isStoredAsNumber(value);
    }

    /** Goes to the next element; returns whether there is one. */
    public boolean next() {
        if (!small) {
            return blocks.next();
        }
        position = pack.next(position);
        return position != 0;
    }

    /** Goes to the previous element; returns whether there is one. */
    public boolean previous() {
        if (!small) {
            return blocks.previous();
        }
        position = pack.previous(position);
        return position != 0;
    }

    /** Goes to the first element that is this value; returns whether there is one. */
    public boolean find(Bytes value) {
        if (!small) {
            return blocks.findFirst(value);
        }
        position = pack.find(pack.first(), value, 0);
        return position != 0;
    }

    /** Puts an element in front of the one at the cursor, or behind it. {@link #expect} it before. */
    public void insert(boolean before, Bytes value) {
        if (!small) {
            Keeper keeper = entry.home().keeper(entry);
            if (keeper != null) {
                keeper.listGrows(blocks.index() + (before ? 0 : 1), 1);
            }
            blocks.insert(before, value);
            return;
        }
        resize(Listpack.bytesFor(value));
        pack.insert(before ? position : pack.next(position), value);
    }

    /** Replaces the element at the cursor. {@link #expect} it before. */
    public void replace(Bytes value) {
        if (!small) {
            Keeper keeper = entry.home().keeper(entry);
            if (keeper != null) {
                keeper.elementGoes(blocks.index(), blocks.element(view), true);
            }
            blocks.replace(value);
            return;
        }
        int more = Listpack.bytesFor(value) - pack.bytesAt(position);
        if (more > 0) {
            resize(more);
        }
        pack.replace(position, value);
        if (more < 0) {
            resize(more);
        }
    }

    /** Removes up to {@code max} elements that are this value, the first or the last ones. Returns how many there were. */
    public long removeAll(Bytes value, long max, boolean fromLeft) {
        if (!small) {
            return blocks.removeAll(value, max, fromLeft, entry.home().keeper(entry));
        }
        int removed = fromLeft ? pack.removeFirst(value, max) : pack.removeLast(value, max);
        if (removed > 0) {
            resize(pack.bytes() - Packed.length(entry));
        }
        return removed;
    }

    // For Values: the large form as something to be freed, copied, measured.

    private static ListBlocks blocksOf(Entry entry) {
        return new ListBlocks().at(entry.memory(), entry.longAt(ROOT));
    }

    static boolean releaseStep(Entry entry, int maxBlocks) {
        return blocksOf(entry).releaseStep(maxBlocks);
    }

    /** Gives a copy blocks of its own. */
    static void copyOutside(Entry from, Entry to) {
        ListBlocks copy = new ListBlocks();
        long root = copy.create(to.memory());
        copy.addAll(blocksOf(from));
        to.longAt(ROOT, root);
    }

    // For who has taken over a block.

    /** Shows the elements of a block. */
    public static void showBlock(Memory memory, long block, Listpack pack) {
        ListBlocks.showBlock(memory, block, pack);
    }

    /** The bytes with which it was allocated. */
    public static long blockBytes(Memory memory, long block) {
        return ListBlocks.blockBytes(memory, block);
    }

    static long root(Entry entry) {
        return entry.longAt(ROOT);
    }

    static long externalSize(Entry entry) {
        return blocksOf(entry).bytes();
    }

    static void checkInvariants(Entry entry) {
        if (entry.kind() == Encoding.LIST_QUICKLIST) {
            blocksOf(entry).checkInvariants();
        } else if (!Listpack.isValid(Packed.segment(entry), Packed.offset(entry), Packed.length(entry))) {
            throw new IllegalStateException("list: its listpack is none");
        }
    }
}
