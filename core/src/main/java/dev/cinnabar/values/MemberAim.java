package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.HashTable;
import dev.cinnabar.structures.LookAhead;

/**
 * Where searches for members of big collections are going to read. Owned by one thread.
 *
 * <p>As {@link LookAhead}, it may look at what the thread does not guard: what it takes for an entry can be anything, and any
 * unchecked exception can come of that.
 */
public final class MemberAim {

    private static final Entry.Home NO_HOME = (entry, from, oldExpiryMillis) -> {
        throw new IllegalStateException("an entry that is only looked at");
    };

    private final Entry entry = new Entry();
    private final Table table = new Table();

    /** The members of any collection. */
    private static final class Table extends HashTable {
        Table() {
            super(Tag.TABLE);
        }

        @Override
        protected boolean matches(long record, Bytes key) {
            throw new IllegalStateException("a table that is only aimed at");
        }

        @Override
        protected long hashOf(long record) {
            throw new IllegalStateException("a table that is only aimed at");
        }
    }

    /** Aims at a member of the collection of this entry, if that is a big one with a table of members. */
    public void aim(Memory memory, long record, Bytes member, LookAhead ahead) {
        entry.set(memory, NO_HOME, 0, 0, record);
        long root = Values.memberTable(entry);
        if (root != Memory.NULL) {
            table.in(memory).at(root);
            table.aim(MemberHash.of(member), ahead);
        }
    }
}
