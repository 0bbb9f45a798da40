package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.BTree;
import dev.cinnabar.structures.Listpack;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The large form of a list: a sequence of listpacks, each in a block. A flyweight with a cursor, which is positioned at an
 * element by {@link #seek} and moves from there. Owned by one thread; what it shows is guarded by the owner of the memory.
 */
final class ListBlocks {

    /*
     *   root    0        8        16       24       32        40
     *           +--------+--------+--------+--------+---------+-------+
     *           | head   | tail   | tree   | length | content | bytes |      8 bytes each
     *           +--------+--------+--------+--------+---------+-------+
     *             blocks, or 0      or 0     of all   of all    of all blocks
     *                                        elements elements
     *
     *   block   0           4        8       start
     *           +-----------+--------+-------+----------+-------+
     *           | size      | start  | free  | listpack | free  |
     *           +-----------+--------+-------+----------+-------+
     *
     * The sequence is the head block, the blocks of the tree, the tail block. Head and tail are what commands on lists are
     * about, and are not in the tree: to push and pop changes one block and two sums in the root, and the tree, with
     * its weights on every level, learns of it only when a block is full or empty. An index is found by looking at
     * the head's count, the tree's weight, the tail's count; the tree finds the block of a rank in O(log n).
     *
     * A listpack floats in its block: an element that is pushed on the left goes into the room in front of it, and one that
     * is popped there leaves room. So neither moves what else is in the block, which is why a block can be as large as
     * is good for memory and for walking along.
     *
     * How large? 2 KB: a hundred elements of 16 bytes. Overhead is then 1.5 % (8 bytes here, 7 of the listpack, 13 in the
     * tree, half an element at the end); with 4 KB it is 1 %, but LINDEX walks along half as many elements more and
     * LINSERT moves twice the bytes. While the list is short its blocks are no longer than it is.
     *
     * What becomes of elements that are large? A block that goes into the tree with an eighth of it unused is cut to size.
     * One larger than a block has a block of its own, of any size.
     *
     * A full block into whose middle an element is to go is divided in two halves, as a leaf of a B-tree is. A block of
     * which little is left after a removal is merged into the one in front.
     */

    private static final int HEAD = 0;
    private static final int TAIL = 8;
    private static final int TREE = 16;
    private static final int LENGTH = 24;
    private static final int CONTENT = 32;
    private static final int BYTES = 40;
    private static final int ROOT_BYTES = 48;

    private static final int SIZE = 0;
    private static final int START = 4;
    private static final int HEADER = 8;

    /** What a block takes beyond its elements. */
    private static final int OVERHEAD = HEADER + Listpack.EMPTY_BYTES;

    private static final int BLOCK_BYTES = 2048;
    private static final int MIN_BLOCK_BYTES = 128;

    /** Up to this size an element shares its block with others, whatever is where it is to go. */
    private static final int SMALL_BYTES = BLOCK_BYTES / 4;

    /** Where the cursor's block is; nowhere after the last and before the first. */
    private enum Place {
        NOWHERE,
        HEAD,
        TREE,
        TAIL
    }

    private static final class Tree extends BTree {
        Tree() {
            super(Tag.VALUE, false);
        }

        @Override
        protected int compareTie(long record) {
            return 0;
        }
    }

    private Memory memory;
    private long root;
    private final Tree tree = new Tree();

    // The cursor.
    private Place place = Place.NOWHERE;
    private long block;
    private final Listpack pack = new Listpack();
    private int position;

    private final Listpack other = new Listpack();
    private final Bytes oldElement = new Bytes();

    /** A flyweight that shows nothing yet; {@link #at} comes before everything else. */
    @SuppressWarnings("NullAway.Init")
    ListBlocks() {}

    ListBlocks at(Memory memory, long root) {
        this.memory = memory;
        this.root = root;
        place = Place.NOWHERE;
        tree.in(memory);
        return this;
    }

    /** Makes a new, empty sequence and shows it; returns its root. */
    long create(Memory memory) {
        at(memory, memory.allocate(ROOT_BYTES, Tag.VALUE));
        for (int field = 0; field < ROOT_BYTES; field += 8) {
            memory.putLong(root, field, 0);
        }
        memory.putLong(root, BYTES, Memory.blockSize(ROOT_BYTES));
        return root;
    }

    /** The number of elements. */
    long length() {
        return memory.getLong(root, LENGTH);
    }

    /** The bytes that all elements take in listpacks. */
    long content() {
        return memory.getLong(root, CONTENT);
    }

    /** The bytes of all blocks, root and tree included. */
    long bytes() {
        long bytes = memory.getLong(root, BYTES);
        return hasTree() ? bytes + tree().bytes() : bytes;
    }

    // The ends.

    void pushLeft(Bytes value) {
        long head = memory.getLong(root, HEAD);
        if (head == 0 || start(head) - HEADER < Listpack.maxBytesFor(value.length())) {
            head = makeRoomLeft(head, Listpack.bytesFor(value));
        }
        show(Place.HEAD, head);
        int n = pack.prepend(value);
        start(head, start(head) - n);
        account(1, n);
    }

    void pushRight(Bytes value) {
        long tail = memory.getLong(root, TAIL);
        int n = Listpack.bytesFor(value);
        if (tail == 0 || roomBehind(tail) < n) {
            tail = makeRoomRight(tail, n);
        }
        show(Place.TAIL, tail);
        pack.append(value);
        account(1, n);
    }

    /** Adds all elements of a listpack, which are of the form that adding them one by one would give them. */
    void pushRight(Listpack from) {
        int end;
        for (int p = from.first(); p != 0; p = end) {
            int first = from.bytesAt(p);
            long tail = memory.getLong(root, TAIL);
            if (tail == 0 || roomBehind(tail) < first) {
                tail = makeRoomRight(tail, first);
            }
            long room = roomBehind(tail);
            int n = 1;
            int bytes = first;
            end = from.next(p);
            while (end != 0 && bytes + from.bytesAt(end) <= room) {
                bytes += from.bytesAt(end);
                end = from.next(end);
                n++;
            }
            show(Place.TAIL, tail);
            pack.appendFrom(from, p, p + bytes, n);
            account(n, bytes);
        }
    }

    /** The head block, with room for {@code n} bytes in front of its listpack. */
    private long makeRoomLeft(long head, int n) {
        if (head != 0) {
            int start = start(head);
            if (start - HEADER >= n) {
                return head;
            }
            show(Place.HEAD, head);
            long free = size(head) - HEADER - pack.bytes();
            if (free >= n && free >= size(head) / 4) {
                slide(head, (int) size(head) - pack.bytes());
                return head;
            }
        }
        long fresh = newBlock(n, true);
        if (head != 0) {
            intoTree(head, true);
        }
        memory.putLong(root, HEAD, fresh);
        return fresh;
    }

    /** The tail block, with room for {@code n} bytes behind its listpack. */
    private long makeRoomRight(long tail, int n) {
        if (tail != 0) {
            show(Place.TAIL, tail);
            long free = size(tail) - HEADER - pack.bytes();
            if (free >= n && free >= size(tail) / 4) {
                slide(tail, HEADER);
                return tail;
            }
        }
        long fresh = newBlock(n, false);
        if (tail != 0) {
            intoTree(tail, false);
        }
        memory.putLong(root, TAIL, fresh);
        return fresh;
    }

    /** Puts a block that was head or tail into the tree, cut to size. */
    private void intoTree(long block, boolean left) {
        long fitting = cut(block);
        int count = count(fitting);
        Tree tree = growTree();
        if (left) {
            tree.first();
        } else {
            tree.goToEnd();
        }
        tree.insertBefore(count, fitting);
    }

    /** Makes the tree's first or last block head or tail, which there is none of; returns whether it had one. */
    private boolean outOfTree(boolean left) {
        if (!hasTree()) {
            return false;
        }
        long taken = left ? tree().first() : tree().last();
        if (taken == 0) {
            return false;
        }
        tree.remove();
        memory.putLong(root, left ? HEAD : TAIL, taken);
        return true;
    }

    /** Shows the first or last element. The sequence is not empty. */
    Bytes end(boolean left, Bytes view) {
        if (left) {
            goToFirst();
        } else {
            goToLast();
        }
        return element(view);
    }

    /** Removes {@code n} elements from an end, all if there are fewer, and tells a keeper before. */
    void removeEnd(boolean left, long n, @Nullable Keeper keeper) {
        long rest = Math.min(n, length());
        while (rest > 0) {
            showEnd(left);
            int count = pack.count();
            if (rest >= count) {
                long gone = block;
                boolean taken = keeper != null && keeper.takesBlock(left ? 0 : length() - count, gone);
                account(-count, -elementBytes());
                memory.putLong(root, place == Place.HEAD ? HEAD : TAIL, 0);
                if (taken) {
                    giveAway(gone);
                } else {
                    free(gone);
                }
                rest -= count;
            } else {
                if (keeper != null) {
                    tellOfEnd(keeper, left, (int) rest);
                }
                int removed;
                if (left) {
                    removed = pack.deleteFirst((int) rest);
                    start(block, start(block) + removed);
                } else {
                    removed = pack.deleteLast((int) rest);
                }
                account(-rest, -removed);
                rest = 0;
            }
        }
        place = Place.NOWHERE;
    }

    /** Elements at an end of the cursor's block, which is at that end, are about to be removed. */
    private void tellOfEnd(Keeper keeper, boolean left, int n) {
        long index = left ? 0 : length() - 1;
        int p = left ? pack.first() : pack.last();
        for (int i = 0; i < n; i++) {
            // From the left, all have the index 0 when it is their turn.
            keeper.elementGoes(index - (left ? 0 : i), pack.get(p, oldElement), false);
            p = left ? pack.next(p) : pack.previous(p);
        }
    }

    /** Shows the block at an end, which is taken out of the tree. */
    private void showEnd(boolean left) {
        int near = left ? HEAD : TAIL;
        if (memory.getLong(root, near) != 0 || outOfTree(left)) {
            show(left ? Place.HEAD : Place.TAIL, memory.getLong(root, near));
        } else {
            show(left ? Place.TAIL : Place.HEAD, memory.getLong(root, left ? TAIL : HEAD));
        }
    }

    // The cursor.

    /** Goes to the element of an index from 0 to below {@link #length}. */
    void seek(long index) {
        long left = index;
        long head = memory.getLong(root, HEAD);
        if (head != 0) {
            int count = count(head);
            if (left < count) {
                show(Place.HEAD, head);
                position = pack.seek((int) left);
                return;
            }
            left -= count;
        }
        if (hasTree()) {
            long weight = tree().weight();
            if (left < weight) {
                show(Place.TREE, tree.seekRank(left));
                position = pack.seek((int) tree.offset());
                return;
            }
            left -= weight;
        }
        show(Place.TAIL, memory.getLong(root, TAIL));
        position = pack.seek((int) left);
    }

    private void goToFirst() {
        place = Place.NOWHERE;
        nextBlock();
        position = pack.first();
    }

    private void goToLast() {
        place = Place.NOWHERE;
        previousBlock();
        position = pack.last();
    }

    /** The index of the element at the cursor. */
    long index() {
        long index = 0;
        for (int p = pack.first(); p != position; p = pack.next(p)) {
            index++;
        }
        if (place != Place.HEAD && memory.getLong(root, HEAD) != 0) {
            index += count(memory.getLong(root, HEAD));
        }
        if (place == Place.TREE) {
            index += tree.rank();
        } else if (place == Place.TAIL && hasTree()) {
            index += tree().weight();
        }
        return index;
    }

    /** Shows the element at the cursor; valid until the sequence changes or the cursor moves. */
    Bytes element(Bytes view) {
        return pack.get(position, view);
    }

    /** Whether the element at the cursor is this; see {@link Listpack#equals(int, Bytes, boolean)}. */
    boolean is(Bytes value, boolean storedAsNumber) {
        return pack.equals(position, value, storedAsNumber);
    }

    /** Goes to the next element; returns whether there is one. */
    boolean next() {
        position = pack.next(position);
        if (position != 0) {
            return true;
        }
        if (!nextBlock()) {
            return false;
        }
        position = pack.first();
        return true;
    }

    /** Goes to the previous element; returns whether there is one. */
    boolean previous() {
        position = pack.previous(position);
        if (position != 0) {
            return true;
        }
        if (!previousBlock()) {
            return false;
        }
        position = pack.last();
        return true;
    }

    /** Goes to the first element that is this value; returns whether there is one. */
    boolean findFirst(Bytes value) {
        place = Place.NOWHERE;
        while (nextBlock()) {
            position = pack.find(pack.first(), value, 0);
            if (position != 0) {
                return true;
            }
        }
        return false;
    }

    /** Shows the block behind, from nowhere the first; false, and the cursor nowhere, if there is none. */
    private boolean nextBlock() {
        if (place == Place.NOWHERE) {
            long head = memory.getLong(root, HEAD);
            if (head != 0) {
                show(Place.HEAD, head);
                return true;
            }
        }
        if (place != Place.TAIL && hasTree()) {
            long record = place == Place.TREE ? tree.next() : tree().first();
            if (record != 0) {
                show(Place.TREE, record);
                return true;
            }
        }
        return showOr(Place.TAIL, place == Place.TAIL ? 0 : memory.getLong(root, TAIL));
    }

    /** Shows the block in front, from nowhere the last; false, and the cursor nowhere, if there is none. */
    private boolean previousBlock() {
        if (place == Place.NOWHERE) {
            long tail = memory.getLong(root, TAIL);
            if (tail != 0) {
                show(Place.TAIL, tail);
                return true;
            }
        }
        if (place != Place.HEAD && hasTree()) {
            long record = place == Place.TREE ? tree.previous() : tree().last();
            if (record != 0) {
                show(Place.TREE, record);
                return true;
            }
        }
        return showOr(Place.HEAD, place == Place.HEAD ? 0 : memory.getLong(root, HEAD));
    }

    private boolean showOr(Place where, long block) {
        if (block == 0) {
            place = Place.NOWHERE;
            return false;
        }
        show(where, block);
        return true;
    }

    private void show(Place where, long block) {
        this.place = where;
        this.block = block;
        show(pack, block);
    }

    private void show(Listpack pack, long block) {
        MemorySegment segment = memory.segment(block);
        long base = memory.offset(block);
        pack.at(segment, base + segment.get(EntryLayout.INT, base + START));
    }

    // Changing in the middle.

    /** Puts an element in front of the one at the cursor, or behind it; the cursor is void afterwards. */
    void insert(boolean before, Bytes value) {
        insertAt(before ? position : pack.next(position), value);
    }

    /** Puts an element in front of the one at a position of the cursor's block, or at the block's end with 0. */
    private void insertAt(int at, Bytes value) {
        int n = Listpack.bytesFor(value);
        if (makeRoom(0, n)) {
            pack.insert(at, value);
            changed(1, n);
            return;
        }
        boolean first = at != 0 && at == pack.first();
        if (first && place == Place.HEAD) {
            pushLeft(value);
        } else if (at == 0 && place == Place.TAIL) {
            pushRight(value);
        } else if (n <= SMALL_BYTES && pack.count() > 1) {
            int middle = middle();
            divide(middle);
            if (at == 0 || at > middle) {
                int inRight = at == 0 ? 0 : at - middle + pack.first();
                nextBlock();
                insertAt(inRight, value);
            } else {
                insertAt(at == middle ? 0 : at, value);
            }
        } else if (at == 0 || first) {
            insertBeside(first, n, value);
        } else {
            divide(at);
            insertBeside(false, n, value);
        }
    }

    /**
     * Puts an element in front of all in the cursor's block, which is not the head, or behind all in one that is not the
     * tail: into the neighbour, or a block of its own.
     */
    private void insertBeside(boolean before, int n, Bytes value) {
        Place from = place;
        if (before ? previousBlock() : nextBlock()) {
            if (makeRoom(0, n)) {
                pack.insert(before ? 0 : pack.first(), value);
                changed(1, n);
                return;
            }
            // Back; the tree's cursor, if it is of use, is at the neighbour or still at the block itself.
            if (before) {
                nextBlock();
            } else {
                previousBlock();
            }
        } else {
            place = from;
            if (place == Place.TREE && !before) {
                tree.previous();
            }
        }
        long fresh = newBlock(n, false);
        show(other, fresh);
        other.append(value);
        account(1, n);
        Tree tree = growTree();
        switch (place) {
            case HEAD -> tree.first();
            case TAIL -> tree.goToEnd();
            default -> {
                if (!before) {
                    tree.next();
                }
            }
        }
        tree.insertBefore(1, fresh);
    }

    /** Where to divide the cursor's block, which has two elements or more, so that both parts are about as long. */
    private int middle() {
        int half = pack.bytes() / 2;
        int at = pack.next(pack.first());
        while (at < half) {
            int next = pack.next(at);
            if (next == 0) {
                break;
            }
            at = next;
        }
        return at;
    }

    /** Moves what is in the cursor's block from a position on into a new block behind it. */
    private void divide(int at) {
        int moved = 0;
        for (int p = at; p != 0; p = pack.next(p)) {
            moved++;
        }
        int bytes = OVERHEAD + pack.bytes() - 1 - at;
        long right = newBlock(Math.min(BLOCK_BYTES, bytes + bytes / 4));
        start(right, HEADER);
        show(other, right);
        other.format();
        other.appendFrom(pack, at, moved);
        pack.truncate(at, moved);
        Tree tree = growTree();
        switch (place) {
            case HEAD -> {
                tree.first();
                tree.insertBefore(moved, right);
            }
            case TREE -> {
                tree.set(pack.count(), block);
                tree.next();
                tree.insertBefore(moved, right);
                tree.previous();
            }
            default -> {
                tree.goToEnd();
                tree.insertBefore(pack.count(), block);
                memory.putLong(root, TAIL, right);
                place = Place.TREE;
            }
        }
    }

    /** Replaces the element at the cursor; the cursor is void afterwards. */
    void replace(Bytes value) {
        int old = pack.bytesAt(position);
        int n = Listpack.bytesFor(value);
        if (pack.count() == 1) {
            makeRoomAlone(n);
        } else if (!makeRoom(old, n)) {
            int behind = pack.delete(position, 1);
            changed(-1, -old);
            insertAt(behind, value);
            return;
        }
        pack.replace(position, value);
        changed(0, n - (long) old);
    }

    /** The cursor's block has one element; its size becomes that of a longer or shorter one. */
    private void makeRoomAlone(int n) {
        long needed = OVERHEAD + (long) n;
        if (needed > size(block) || size(block) > BLOCK_BYTES && needed != size(block)) {
            resize(needed);
        }
        if (start(block) + (long) Listpack.EMPTY_BYTES + n > size(block)) {
            slide(block, HEADER);
        }
    }

    /**
     * Makes room for {@code n} bytes in the place of {@code old} in the cursor's block, behind its listpack; false if it
     * would become too large.
     */
    private boolean makeRoom(int old, int n) {
        long needed = HEADER + (long) pack.bytes() - old + n;
        if (needed > BLOCK_BYTES) {
            return false;
        }
        if (needed > size(block)) {
            resize(Math.min(BLOCK_BYTES, needed + needed / 4));
        } else if (roomBehind(block) < n - old) {
            slide(block, HEADER);
        }
        return true;
    }

    /** Moves the cursor's block, or what fits of it, into one of another size; the listpack begins at its beginning. */
    private void resize(long size) {
        long old = block;
        long fresh = newBlock(size);
        int bytes = (int) Math.min(pack.bytes(), size(fresh) - HEADER);
        memory.copy(old, start(old), fresh, HEADER, bytes);
        start(fresh, HEADER);
        switch (place) {
            case HEAD -> memory.putLong(root, HEAD, fresh);
            case TAIL -> memory.putLong(root, TAIL, fresh);
            default -> tree.set(tree.number(), fresh);
        }
        free(old);
        show(place, fresh);
    }

    /** The cursor's block has so many elements and bytes more. */
    private void changed(int elements, long bytes) {
        account(elements, bytes);
        if (place == Place.TREE && elements != 0) {
            tree.set(pack.count(), block);
        }
    }

    /**
     * Removes up to {@code max} elements that are this value, the first or the last ones, and tells a keeper before. Returns
     * how many there were.
     */
    long removeAll(Bytes value, long max, boolean fromLeft, @Nullable Keeper keeper) {
        long left = max;
        // The index of the block's first element, or from the right, of the one behind it.
        long index = fromLeft ? 0 : length();
        place = Place.NOWHERE;
        boolean more = fromLeft ? nextBlock() : previousBlock();
        while (more && left > 0) {
            int count = pack.count();
            long bytes = elementBytes();
            if (keeper != null) {
                tellOfAll(keeper, value, left, fromLeft, fromLeft ? index : index - count);
            }
            int removed = fromLeft ? pack.removeFirst(value, left) : pack.removeLast(value, left);
            left -= removed;
            if (removed > 0) {
                account(-removed, elementBytes() - bytes);
            }
            if (removed == count) {
                index -= fromLeft ? 0 : count;
                more = drop(fromLeft);
            } else {
                boolean merged = false;
                if (removed > 0 && place == Place.TREE) {
                    tree.set(count - removed, block);
                    merged = tidy();
                }
                index += fromLeft ? count - removed : merged ? -removed : -count;
                // A block that others were merged into is yet to be looked through where it lies ahead.
                more = fromLeft ? nextBlock() : merged || previousBlock();
            }
        }
        return max - left;
    }

    /** Elements of the cursor's block that are this value are about to be removed; {@code index} is that of its first. */
    private void tellOfAll(Keeper keeper, Bytes value, long max, boolean fromLeft, long index) {
        boolean canonical = Listpack.isStoredAsNumber(value);
        long matches = 0;
        long last = -1;
        long i = 0;
        for (int p = pack.first(); p != 0 && fromLeft && matches < max; p = pack.next(p)) {
            if (pack.equals(p, value, canonical)) {
                matches++;
                last = i;
            }
            i++;
        }
        // From right to left, so that all that is still to come has the index that it has now.
        matches = fromLeft ? matches : max;
        i = pack.count() - 1L;
        for (int p = pack.last(); p != 0 && matches > 0; p = pack.previous(p)) {
            if ((!fromLeft || i <= last) && pack.equals(p, value, canonical)) {
                keeper.elementGoes(index + i, pack.get(p, oldElement), false);
                matches--;
            }
            i--;
        }
    }

    /** Frees the cursor's block, which is empty, and goes to the one behind or in front; returns whether there is one. */
    private boolean drop(boolean forwards) {
        free(block);
        switch (place) {
            case HEAD -> memory.putLong(root, HEAD, 0);
            case TAIL -> memory.putLong(root, TAIL, 0);
            default -> {
                // The tree's cursor goes to the block behind; in front of that is the one in front.
                long record = tree.remove();
                if (!forwards) {
                    record = tree.previous();
                }
                if (record != 0) {
                    show(Place.TREE, record);
                    return true;
                }
                return forwards
                        ? showOr(Place.TAIL, memory.getLong(root, TAIL))
                        : showOr(Place.HEAD, memory.getLong(root, HEAD));
            }
        }
        return forwards ? nextBlock() : previousBlock();
    }

    /**
     * Merges the cursor's block, of the tree, into the one in front if little is left of it, where the cursor is then; else
     * cuts it to size. Returns whether it is merged.
     */
    private boolean tidy() {
        long small = block;
        long needed = HEADER + (long) pack.bytes();
        if (needed <= BLOCK_BYTES / 4 && tree.previous() != 0) {
            int n = pack.bytes() - Listpack.EMPTY_BYTES;
            int count = pack.count();
            show(Place.TREE, tree.record());
            if (4 * (HEADER + (long) pack.bytes() + n) <= 3L * BLOCK_BYTES && makeRoom(0, n)) {
                show(other, small);
                pack.appendFrom(other, other.first(), count);
                tree.set(pack.count(), block);
                tree.next();
                tree.remove();
                tree.previous();
                free(small);
                return true;
            }
            show(Place.TREE, tree.next());
        }
        if (needed <= size(small) / 2) {
            resize(needed);
        }
        return false;
    }

    // Blocks.

    /** A block for elements of {@code n} bytes and more, with an empty listpack at its end or at its beginning. */
    private long newBlock(int n, boolean atEnd) {
        long needed = OVERHEAD + (long) n;
        long usual = Math.min(BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, content()));
        long fresh = newBlock(Math.max(needed, usual));
        start(fresh, atEnd ? (int) size(fresh) - Listpack.EMPTY_BYTES : HEADER);
        show(other, fresh);
        other.format();
        return fresh;
    }

    /** A block of at least so many bytes; of exactly so many if it is for one large element, to have no room for others. */
    private long newBlock(long bytes) {
        long taken = Memory.blockSize(bytes);
        long fresh = memory.allocate(bytes, Tag.VALUE);
        memory.putInt(fresh, SIZE, (int) (bytes > BLOCK_BYTES ? bytes : taken));
        memory.putLong(root, BYTES, memory.getLong(root, BYTES) + taken);
        return fresh;
    }

    private void free(long block) {
        giveAway(block);
        memory.free(block, size(block), Tag.VALUE);
    }

    /** The block is somebody else's from now on. */
    private void giveAway(long block) {
        memory.putLong(root, BYTES, memory.getLong(root, BYTES) - Memory.blockSize(size(block)));
    }

    static void showBlock(Memory memory, long block, Listpack pack) {
        pack.at(memory, block, memory.getInt(block, START));
    }

    static long blockBytes(Memory memory, long block) {
        return memory.getInt(block, SIZE) & 0xffffffffL;
    }

    /** The block, or a smaller one with its listpack if that leaves an eighth of it free. */
    private long cut(long block) {
        show(other, block);
        int bytes = other.bytes();
        if (Memory.blockSize(HEADER + (long) bytes) > size(block) - size(block) / 8) {
            return block;
        }
        long fresh = newBlock(HEADER + (long) bytes);
        memory.copy(block, start(block), fresh, HEADER, bytes);
        start(fresh, HEADER);
        free(block);
        return fresh;
    }

    /** Moves a block's listpack, which {@link #pack} shows, to another place in it. */
    private void slide(long block, int to) {
        memory.copy(block, start(block), block, to, pack.bytes());
        start(block, to);
        show(pack, block);
    }

    private long size(long block) {
        return blockBytes(memory, block);
    }

    private int start(long block) {
        return memory.getInt(block, START);
    }

    private void start(long block, int start) {
        memory.putInt(block, START, start);
    }

    private int count(long block) {
        show(other, block);
        return other.count();
    }

    private long roomBehind(long block) {
        MemorySegment segment = memory.segment(block);
        long base = memory.offset(block);
        long size = segment.get(EntryLayout.INT, base + SIZE) & 0xffffffffL;
        int start = segment.get(EntryLayout.INT, base + START);
        return size - start - segment.get(EntryLayout.INT, base + start);
    }

    private long elementBytes() {
        return pack.bytes() - (long) Listpack.EMPTY_BYTES;
    }

    private void account(long elements, long bytes) {
        MemorySegment segment = memory.segment(root);
        long base = memory.offset(root);
        segment.set(EntryLayout.LONG, base + LENGTH, segment.get(EntryLayout.LONG, base + LENGTH) + elements);
        segment.set(EntryLayout.LONG, base + CONTENT, segment.get(EntryLayout.LONG, base + CONTENT) + bytes);
    }

    private boolean hasTree() {
        return memory.getLong(root, TREE) != 0;
    }

    /** The flyweight of the tree; where the cursor is in the tree, it is positioned already. */
    private Tree tree() {
        tree.at(memory.getLong(root, TREE));
        return tree;
    }

    private Tree growTree() {
        if (!hasTree()) {
            memory.putLong(root, TREE, tree.create());
        }
        return place == Place.TREE ? tree : tree();
    }

    // As a whole.

    /** Writes all elements into one listpack, empty and with room for them. */
    void gather(Listpack into) {
        place = Place.NOWHERE;
        while (nextBlock()) {
            into.appendFrom(pack, pack.first(), pack.count());
        }
    }

    /** Adds copies of all elements of another sequence. */
    void addAll(ListBlocks from) {
        from.place = Place.NOWHERE;
        while (from.nextBlock()) {
            int bytes = from.pack.bytes();
            int count = from.pack.count();
            long copy = newBlock(HEADER + (long) bytes);
            start(copy, HEADER);
            MemorySegment.copy(
                    from.memory.segment(from.block),
                    from.memory.offset(from.block) + from.start(from.block),
                    memory.segment(copy),
                    memory.offset(copy) + HEADER,
                    bytes);
            account(count, bytes - (long) Listpack.EMPTY_BYTES);
            Tree tree = growTree();
            tree.goToEnd();
            tree.insertBefore(count, copy);
        }
    }

    /** Frees everything in steps of about {@code maxBlocks} blocks; returns whether nothing is left, the root included. */
    boolean releaseStep(int maxBlocks) {
        for (int end : new int[] {HEAD, TAIL}) {
            long last = memory.getLong(root, end);
            if (last != 0) {
                memory.putLong(root, end, 0);
                free(last);
            }
        }
        if (hasTree()) {
            if (!tree().destroyStep(maxBlocks, this::free)) {
                return false;
            }
            memory.putLong(root, TREE, 0);
        }
        memory.free(root, ROOT_BYTES, Tag.VALUE);
        return true;
    }

    void checkInvariants() {
        long length = 0;
        long content = 0;
        long bytes = Memory.blockSize(ROOT_BYTES);
        if (hasTree()) {
            tree().checkInvariants();
        }
        place = Place.NOWHERE;
        while (nextBlock()) {
            int used = pack.bytes();
            int start = start(block);
            check(start >= HEADER && start + (long) used <= size(block), "block", block);
            check(Listpack.isValid(memory.segment(block), memory.offset(block) + start, used), "listpack at", block);
            check(pack.count() > 0, "empty block", block);
            check(place != Place.TREE || tree.number() == pack.count(), "weight", pack.count());
            check(size(block) <= BLOCK_BYTES || pack.count() == 1, "large block", size(block));
            length += pack.count();
            content += elementBytes();
            bytes += Memory.blockSize(size(block));
        }
        check(length == length(), "length", length);
        check(content == content(), "content", content);
        check(bytes == memory.getLong(root, BYTES), "bytes", bytes);
    }

    private static void check(boolean holds, String what, long value) {
        if (!holds) {
            throw new IllegalStateException("list: " + what + " " + value);
        }
    }
}
