package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.ListValue;

/**
 * A big list that a snapshot hands out from its left to its right end. Guarded by the lock of its partition.
 *
 * <p>What is still to come are {@link ListPieces}, the first of which begins at an index of the present list. An element that
 * is replaced or removed is copied, and a block whose elements all go is taken over: so LTRIM of millions copies nothing. What
 * is lost at the left end comes out at once where it is the next to come, so that a queue keeps nothing.
 */
final class PartedList extends PartedValue {

    private final Memory memory;
    private final ListValue view = new ListValue(new Limits());
    private final Listpack pack = new Listpack();
    private final Bytes element = new Bytes();
    private final ListPieces pieces;

    /** Where the first piece begins in the list. */
    private long from;

    private long keptBytes;

    PartedList(Snapshot snapshot, Partition partition, Snapshot.Parts parts, Entry entry) {
        super(snapshot, partition, parts, entry);
        memory = partition.memory();
        pieces = new ListPieces(view.at(own).length());
    }

    @Override
    public void listGrows(long index, long n) {
        if (index <= from) {
            from += n;
        } else if (index - from < pieces.spanned()) {
            pieces.find(index - from);
            pieces.insert(n);
        }
    }

    @Override
    public void elementGoes(long index, Bytes old, boolean isReplaced) {
        if (index < from) {
            from -= isReplaced ? 0 : 1;
            return;
        }
        if (index - from >= pieces.spanned()) {
            return;
        }
        if (pieces.find(index - from) == ListPieces.NEW) {
            if (!isReplaced) {
                pieces.removeNew();
            }
        } else if (pieces.isAtFirst()) {
            snapshot.takeValue(this, old);
            pieces.takeFirst(1);
            from += isReplaced ? 1 : 0;
        } else {
            pieces.keepElsewhere(1, ListPieces.ELEMENT, copy(old), isReplaced ? 1 : 0);
        }
    }

    /** A copy of an element, its length in front; 0, and the snapshot has failed, if there is no memory. */
    private long copy(Bytes old) {
        if (snapshot.isDiscarded()) {
            return 0;
        }
        try {
            long copy = memory.allocate(Integer.BYTES + (long) old.length(), Tag.VALUE);
            memory.putInt(copy, 0, old.length());
            memory.copyIn(old, copy, Integer.BYTES);
            keptBytes += Memory.blockSize(Integer.BYTES + (long) old.length());
            return copy;
        } catch (OutOfMemoryError e) {
            snapshot.fail(e);
            return 0;
        }
    }

    @Override
    public boolean takesBlock(long index, long block) {
        ListValue.showBlock(memory, block, pack);
        int count = pack.count();
        long end = index + count;
        if (end <= from || index - from >= pieces.spanned()) {
            from -= end <= from ? count : 0;
            return false;
        }
        if (index >= from && pieces.find(index - from) == ListPieces.KEPT && pieces.rest() >= count) {
            pieces.keepElsewhere(count, ListPieces.BLOCK, block, 0);
            keptBytes += Memory.blockSize(ListValue.blockBytes(memory, block));
            return true;
        }
        int position = pack.last();
        for (long i = end - 1; i >= index; i--) {
            elementGoes(i, pack.get(position, element), false);
            position = pack.previous(position);
        }
        return false;
    }

    @Override
    public void smallFormComes() {
        view.at(own);
        for (long i = view.length() - 1; i >= 0; i--) {
            view.seek(i);
            elementGoes(i, view.element(element), false);
        }
        detach();
    }

    @Override
    boolean walk(int batch, long maxBytes, long deadlineNanos, Clock clock) {
        long bytes = 0;
        while (!pieces.isEmpty()) {
            if (bytes >= maxBytes || clock.nanos() - deadlineNanos >= 0) {
                return false;
            }
            long first = pieces.first();
            long number = ListPieces.number(first);
            switch (ListPieces.kind(first)) {
                case ListPieces.KEPT -> {
                    long n = snapshot.isDiscarded() ? number : Math.min(batch, number);
                    bytes += snapshot.takeRange(this, own, from, n);
                    from += n;
                    pieces.takeFirst(n);
                }
                case ListPieces.NEW -> {
                    from += number;
                    pieces.takeFirst(number);
                }
                case ListPieces.ELEMENT -> {
                    bytes += takeCopy(number);
                    pieces.takeFirst(0);
                }
                default -> {
                    bytes += takeBlock(number);
                    pieces.takeFirst(0);
                }
            }
        }
        return true;
    }

    private long takeCopy(long copy) {
        if (copy == 0) {
            return 0;
        }
        int length = memory.getInt(copy, 0);
        long bytes = snapshot.takeValue(
                this, element.set(memory.segment(copy), memory.offset(copy) + Integer.BYTES, length));
        memory.free(copy, Integer.BYTES + (long) length, Tag.VALUE);
        keptBytes -= Memory.blockSize(Integer.BYTES + (long) length);
        return bytes;
    }

    private long takeBlock(long block) {
        ListValue.showBlock(memory, block, pack);
        long bytes = 0;
        for (int p = pack.first(); p != 0 && !snapshot.isDiscarded(); p = pack.next(p)) {
            bytes += snapshot.takeValue(this, pack.get(p, element));
        }
        long size = ListValue.blockBytes(memory, block);
        memory.free(block, size, Tag.VALUE);
        keptBytes -= Memory.blockSize(size);
        return bytes;
    }

    @Override
    long keptBytes() {
        return keptBytes;
    }
}
