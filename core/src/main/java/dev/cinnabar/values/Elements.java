package dev.cinnabar.values;

import dev.cinnabar.structures.HashTable;
import dev.cinnabar.structures.RecordConsumer;

/**
 * The elements of hashes, sets and sorted sets of the large form, one like the other, in the order of their hashes. Stateless;
 * guarded by the lock of the entry's partition.
 */
public final class Elements {

    private Elements() {}

    /** Whether a value can be handed out in parts: one with elements, a list of the large form, a string in a block, a stream. */
    public static boolean isDivisible(Entry entry) {
        return switch (entry.kind()) {
            case Encoding.LIST_QUICKLIST, Encoding.STRING_BLOCK, Encoding.STREAM -> true;
            default -> has(entry);
        };
    }

    /** Whether a value has elements in this sense. */
    public static boolean has(Entry entry) {
        return switch (entry.kind()) {
            case Encoding.SET_HASHTABLE, Encoding.ZSET_SKIPLIST, Encoding.HASH_HASHTABLE -> true;
            default -> false;
        };
    }

    /** A number that belongs to the value as long as it is of this form, wherever it is moved within its partition. */
    public static long root(Entry entry) {
        return switch (entry.kind()) {
            case Encoding.LIST_QUICKLIST -> ListValue.root(entry);
            case Encoding.STRING_BLOCK -> StringValue.root(entry);
            case Encoding.STREAM -> entry.longAt(0);
            default -> Values.memberTable(entry);
        };
    }

    /**
     * Hands records of elements to the sink, from a position on; see {@link HashTable#scan}. Returns the position to go on
     * with, or 0 when that was all.
     */
    public static long scan(Entry entry, long position, int count, RecordConsumer sink) {
        return tableOf(entry).scan(position, count, sink);
    }

    /** The position of an element with this hash. */
    public static long position(long hash) {
        return HashTable.position(hash);
    }

    /** The hash of an element that {@link #scan} has handed out. */
    public static long hashOf(Entry entry, long record) {
        return switch (entry.kind()) {
            case Encoding.SET_HASHTABLE -> SetValue.hashOf(entry, record);
            case Encoding.ZSET_SKIPLIST -> SortedSetValue.hashOf(entry, record);
            default -> HashValue.hashOf(entry, record);
        };
    }

    private static HashTable tableOf(Entry entry) {
        return switch (entry.kind()) {
            case Encoding.SET_HASHTABLE -> SetValue.tableOf(entry);
            case Encoding.ZSET_SKIPLIST -> SortedSetValue.membersOf(entry);
            case Encoding.HASH_HASHTABLE -> HashValue.tableOf(entry);
            default -> throw new IllegalArgumentException("no elements: " + Encoding.nameOf(entry.kind()));
        };
    }
}
