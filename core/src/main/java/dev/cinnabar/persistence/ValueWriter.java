package dev.cinnabar.persistence;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Elements;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.Packed;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Views;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Writes values as RDB objects, in the form that needs the oldest version that can tell all of them. Owned by one thread; the
 * partition of what is written is locked.
 *
 * <p>Small forms are the same bytes here and there. Of large lists the elements are gathered into nodes of {@value #NODE_BYTES}
 * bytes: how they lie in blocks is nobody else's business.
 */
public final class ValueWriter {

    private static final int NODE_BYTES = 8 << 10;

    private final RdbWriter out;
    private final Views views;
    private final StreamWriter streams;
    private final Bytes view = new Bytes();
    private final Bytes nodeView = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

    /** What comes between the type and the value; null if nothing does. */
    private @Nullable Bytes between;

    public ValueWriter(RdbWriter out, Views views) {
        this.out = out;
        this.views = views;
        this.streams = new StreamWriter(out, views);
    }

    /** Writes a value as what DUMP answers: type, value, version and checksum. */
    public void dump(Entry entry) {
        int version = write(entry);
        out.shortValue(version);
        out.longValue(out.crc());
        out.flush();
    }

    /** Writes type, key and value, as they follow each other in files; returns the version that reads them. */
    int write(Entry entry, Bytes key) {
        between = key;
        return write(entry);
    }

    private void type(int type) {
        out.byteValue(type);
        if (between != null) {
            out.string(between);
            between = null;
        }
    }

    /** Writes type and value; returns the version that reads them. */
    int write(Entry entry) {
        return switch (entry.kind()) {
            case Encoding.STRING_INT -> {
                type(ValueFormat.STRING);
                out.string(StringValue.longValue(entry));
                yield ValueFormat.VERSION_BASE;
            }
            case Encoding.STRING_EMBSTR, Encoding.STRING_RAW, Encoding.STRING_BLOCK -> {
                type(ValueFormat.STRING);
                out.string(StringValue.view(entry, view, digits));
                yield ValueFormat.VERSION_BASE;
            }
            case Encoding.LIST_LISTPACK, Encoding.LIST_LISTPACK_BLOCK -> {
                type(ValueFormat.LIST_QUICKLIST);
                out.length(1);
                out.length(ValueFormat.NODE_LISTPACK);
                yield run(entry, ValueFormat.VERSION_BASE);
            }
            case Encoding.LIST_QUICKLIST -> list(entry);
            case Encoding.SET_INTSET, Encoding.SET_INTSET_BLOCK -> {
                type(ValueFormat.SET_INTSET);
                yield run(entry, ValueFormat.VERSION_BASE);
            }
            case Encoding.SET_LISTPACK, Encoding.SET_LISTPACK_BLOCK -> {
                type(ValueFormat.SET_LISTPACK);
                yield run(entry, ValueFormat.VERSION_SET_LISTPACK);
            }
            case Encoding.SET_HASHTABLE -> set(entry);
            case Encoding.ZSET_LISTPACK, Encoding.ZSET_LISTPACK_BLOCK -> {
                type(ValueFormat.ZSET_LISTPACK);
                yield run(entry, ValueFormat.VERSION_BASE);
            }
            case Encoding.ZSET_SKIPLIST -> sortedSet(entry);
            case Encoding.HASH_LISTPACK, Encoding.HASH_LISTPACK_BLOCK -> {
                type(ValueFormat.HASH_LISTPACK);
                yield run(entry, ValueFormat.VERSION_BASE);
            }
            case Encoding.HASH_LISTPACK_EX, Encoding.HASH_LISTPACK_EX_BLOCK -> {
                long due = HashValue.dueMillis(entry);
                type(ValueFormat.HASH_LISTPACK_EXPIRING);
                out.longValue(due == Entry.NEVER ? 0 : due);
                yield run(entry, ValueFormat.VERSION_FIELD_EXPIRY);
            }
            case Encoding.HASH_HASHTABLE -> hash(entry);
            case Encoding.STREAM -> {
                int type = streams.begin(entry);
                type(type);
                yield streams.write(type);
            }
            default -> throw new IllegalArgumentException("no form for " + Encoding.nameOf(entry.kind()));
        };
    }

    /**
     * Writes type, key and what stands in front of the elements of a value that is {@link Elements#isDivisible divisible}: all of
     * them follow, by {@link #element} in any order, or of a list by {@link #range} in theirs, or of a string its
     * length and its bytes.
     */
    int begin(Entry entry, Bytes key) {
        between = key;
        return switch (entry.kind()) {
            case Encoding.SET_HASHTABLE -> beginSet(views.set.at(entry));
            case Encoding.ZSET_SKIPLIST -> beginSortedSet(views.sortedSet.at(entry));
            case Encoding.HASH_HASHTABLE -> beginHash(entry, views.hash.at(entry));
            case Encoding.LIST_QUICKLIST -> beginList(views.list.at(entry));
            case Encoding.STRING_BLOCK -> {
                type(ValueFormat.STRING);
                yield ValueFormat.VERSION_BASE;
            }
            case Encoding.STREAM -> {
                int type = streams.begin(entry);
                type(type);
                out.length(views.stream.nodes());
                yield StreamWriter.version(type);
            }
            default -> throw new IllegalArgumentException("no elements: " + Encoding.nameOf(entry.kind()));
        };
    }

    /** Writes a part of a stream that was begun. */
    void part(StreamPart what, Memory memory, long record) {
        streams.part(what, memory, record);
    }

    /**
     * Writes an element of a value that was begun.
     *
     * @param due of a hash, when the first field expired at that time, or {@link Entry#NEVER}
     */
    void element(Entry entry, long record, long due) {
        switch (entry.kind()) {
            case Encoding.SET_HASHTABLE ->
                out.string(views.set.at(entry).show(record).member());
            case Encoding.ZSET_SKIPLIST -> {
                SortedSetValue set = views.sortedSet.at(entry);
                set.show(record);
                element(set);
            }
            default -> element(views.hash.at(entry).show(record), due);
        }
    }

    /** Writes elements of a list that was begun, {@code n} from an index on. */
    void range(Entry entry, long from, long n) {
        ListValue list = views.list.at(entry);
        list.seek(from);
        for (long i = 0; i < n; i++) {
            out.string(list.element(view));
            list.next();
        }
    }

    private int run(Entry entry, int version) {
        out.string(view.set(Packed.segment(entry), Packed.offset(entry), Packed.length(entry)));
        return version;
    }

    /*
     * The number of nodes comes first, so the elements are visited twice: once to see where nodes end, once to write them.
     * Both times an element that fits into no node is one of its own.
     */
    private int list(Entry entry) {
        ListValue list = views.list.at(entry);
        byte[] room = new byte[NODE_BYTES];
        Listpack node = new Listpack().at(MemorySegment.ofArray(room), 0);
        type(ValueFormat.LIST_QUICKLIST);
        out.length(nodes(list));
        node.format();
        list.seek(0);
        do {
            Bytes element = list.element(view);
            int bytes = Listpack.bytesFor(element);
            if (node.count() > 0 && bytes + node.bytes() > NODE_BYTES) {
                writeNode(node, room);
            }
            if (bytes + Listpack.EMPTY_BYTES > NODE_BYTES) {
                out.length(ValueFormat.NODE_PLAIN);
                out.string(element);
            } else {
                node.append(element);
            }
        } while (list.next());
        if (node.count() > 0) {
            writeNode(node, room);
        }
        return ValueFormat.VERSION_BASE;
    }

    /** In the oldest form, one element after the other, of which alone the number must be known. */
    private int beginList(ListValue list) {
        type(ValueFormat.LIST);
        out.length(list.length());
        return ValueFormat.VERSION_BASE;
    }

    private long nodes(ListValue list) {
        long nodes = 0;
        int filled = Listpack.EMPTY_BYTES;
        list.seek(0);
        do {
            int bytes = Listpack.bytesFor(list.element(view));
            if (filled > Listpack.EMPTY_BYTES && bytes + filled > NODE_BYTES) {
                nodes++;
                filled = Listpack.EMPTY_BYTES;
            }
            if (bytes + Listpack.EMPTY_BYTES > NODE_BYTES) {
                nodes++;
            } else {
                filled += bytes;
            }
        } while (list.next());
        return filled > Listpack.EMPTY_BYTES ? nodes + 1 : nodes;
    }

    private void writeNode(Listpack node, byte[] room) {
        out.length(ValueFormat.NODE_LISTPACK);
        out.string(nodeView.set(room, 0, node.bytes()));
        node.format();
    }

    private int set(Entry entry) {
        SetValue set = views.set.at(entry);
        int version = beginSet(set);
        set.rewind();
        while (set.next()) {
            out.string(set.member());
        }
        return version;
    }

    private int beginSet(SetValue set) {
        type(ValueFormat.SET);
        out.length(set.size());
        return ValueFormat.VERSION_BASE;
    }

    /** From the last to the first, as Redis: so a skip list is filled at its head. */
    private int sortedSet(Entry entry) {
        SortedSetValue set = views.sortedSet.at(entry);
        int version = beginSortedSet(set);
        for (boolean more = set.seek(set.size() - 1); more; more = set.previous()) {
            element(set);
        }
        return version;
    }

    private int beginSortedSet(SortedSetValue set) {
        type(ValueFormat.ZSET);
        out.length(set.size());
        return ValueFormat.VERSION_BASE;
    }

    private void element(SortedSetValue set) {
        out.string(set.member());
        out.doubleValue(set.score());
    }

    private int hash(Entry entry) {
        HashValue hash = views.hash.at(entry);
        int version = beginHash(entry, hash);
        long due = HashValue.dueMillis(entry);
        hash.rewind();
        while (hash.next()) {
            element(hash, due);
        }
        return version;
    }

    private int beginHash(Entry entry, HashValue hash) {
        long due = HashValue.dueMillis(entry);
        boolean expires = due != Entry.NEVER;
        type(expires ? ValueFormat.HASH_EXPIRING : ValueFormat.HASH);
        if (expires) {
            out.longValue(due);
        }
        out.length(hash.size());
        return expires ? ValueFormat.VERSION_FIELD_EXPIRY : ValueFormat.VERSION_BASE;
    }

    private void element(HashValue hash, long due) {
        if (due != Entry.NEVER) {
            long expiry = hash.expiryMillis();
            out.length(expiry == Entry.NEVER ? 0 : expiry - due + 1);
        }
        out.string(hash.field());
        out.string(hash.value());
    }
}
