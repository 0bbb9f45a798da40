package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.HashTable;
import dev.cinnabar.structures.Intset;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.text.Numbers;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A set, seen in its entry: a view that is moved from entry to entry by {@link #at}. Owned by one thread; what it shows is
 * guarded by the lock of the entry's partition.
 *
 * <p>It shows one member at a time, the one that {@link #next} or {@link #draw} has come to; a change of the set ends that.
 */
public final class SetValue {

    /*
     * Three forms, and when one becomes another, as in Redis:
     *
     *   intset      whole numbers alone, sorted. Too many of them: a table. Another text: a listpack if it is short and there
     *               are few, else a table
     *   listpack    few and short members, in the order in which they came. One too many or too long: a table
     *   table       a HashTable of MemberRecords; stays one
     *
     * The entry of a table refers to it so:
     *
     *   0                    8                   16
     *   +--------------------+-------------------+
     *   | root of the table  | bytes of records  |      as Memory counts them: with the table's own bytes that is what the
     *   +--------------------+-------------------+      set takes outside its entry, known without a walk
     *
     * Walks over a table fetch the addresses of some hundred records at a time. Touching these first, in a loop that does
     * nothing else, lets the cache misses overlap.
     *
     * Rejected: members inside slots (15 bytes do not fit), records of several members (a removal would move neighbours).
     */

    private static final int INTSET = Encoding.SET_INTSET;
    private static final int LISTPACK = Encoding.SET_LISTPACK;
    private static final int TABLE = Encoding.SET_HASHTABLE;

    private static final int ROOT = 0;
    private static final int RECORD_BYTES = 8;

    private static final int BATCH = 256;

    private final Limits limits;
    private final Entry own = new Entry();
    private final Intset intset = new Intset();
    private final Listpack listpack = new Listpack();
    private final Table table = new Table();
    private Entry entry = own;
    private int form;

    // The member that is shown: an index, a position or a record, and its text or number, or both.
    private static final int BEFORE_FIRST = -1;
    private long place;
    private boolean isNumber;
    private boolean hasText;
    private boolean hasHash;
    private long number;
    private long hash;
    private final Bytes text = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

    // A walk over a table.
    private long cursor;
    private long[] batch = {};
    private int batchSize;
    private int batchNext;
    private final RecordConsumer toBatch = this::addToBatch;

    /** Written and never read, so that the reading of {@link #fetch} is not optimized away. */
    @SuppressWarnings("unused")
    private long touched;

    SetValue(Limits limits) {
        this.limits = limits;
    }

    /** The table of big sets, in any memory. */
    static final class Table extends HashTable {
        private final Bytes view = new Bytes();

        Table() {
            super(Tag.TABLE);
        }

        @Override
        protected boolean matches(long record, Bytes key) {
            return MemberRecord.is(memory(), record, key);
        }

        @Override
        protected long hashOf(long record) {
            return MemberHash.of(MemberRecord.view(memory(), record, view));
        }
    }

    /** An entry of this view's own, for whoever looks at several sets at a time. */
    public Entry entry() {
        return own;
    }

    /** Shows the set of an entry. */
    public SetValue at(Entry entry) {
        this.entry = entry;
        look();
        return this;
    }

    private void look() {
        form = entry.kind() & ~Encoding.BLOCK;
        switch (form) {
            case INTSET -> intset.at(Packed.segment(entry), Packed.offset(entry));
            case LISTPACK -> listpack.at(Packed.segment(entry), Packed.offset(entry));
            default -> table.in(entry.memory()).at(entry.longAt(ROOT));
        }
    }

    // Making.

    /** The kind for a new set whose first member is this, and to which so many are going to be added. */
    public int kindFor(Bytes first, int count) {
        if (Numbers.isLong(first) && count <= limits.setIntsetEntries) {
            return INTSET;
        }
        return count <= limits.setListpackEntries ? LISTPACK : TABLE;
    }

    /** The length inside the entry of a new set of this kind. */
    public static int inlineLength(int kind) {
        return kind == INTSET ? Intset.EMPTY_BYTES : kind == LISTPACK ? Listpack.EMPTY_BYTES : 0;
    }

    /** Makes an entry that was just created with this kind and length an empty set, and shows it. */
    public SetValue create(Entry entry) {
        this.entry = entry;
        form = entry.kind();
        switch (form) {
            case INTSET ->
                intset.at(Packed.segment(entry), Packed.offset(entry)).format();
            case LISTPACK ->
                listpack.at(Packed.segment(entry), Packed.offset(entry)).format();
            default -> {
                entry.longAt(ROOT, table.in(entry.memory()).create());
                entry.longAt(RECORD_BYTES, 0);
            }
        }
        return this;
    }

    /** Makes room in the table of an empty set, if it has one, for so many members. */
    public void reserve(long members) {
        if (form == TABLE) {
            table.expectClosely(members);
        }
    }

    /** So many more are going to be added: if that is too many for a small form, it becomes a table now. */
    public void expect(int count) {
        if (form == INTSET && count > limits.setIntsetEntries
                || form == LISTPACK && count > limits.setListpackEntries) {
            becomeTable();
        }
    }

    /** Whether it is of a small form, whose members are all near. */
    public boolean isSmall() {
        return form != TABLE;
    }

    // Members by their text.

    public long size() {
        return switch (form) {
            case INTSET -> intset.count();
            case LISTPACK -> listpack.count();
            default -> table.size();
        };
    }

    public boolean contains(Bytes member) {
        return switch (form) {
            case INTSET -> Numbers.isLong(member) && intset.contains(Numbers.toLong(member));
            case LISTPACK -> listpack.find(listpack.first(), member, 0) != 0;
            default -> table.find(MemberHash.of(member), member) != 0;
        };
    }

    /** Whether it has the member that another view shows. */
    public boolean containsMemberOf(SetValue other) {
        return switch (form) {
            case INTSET -> other.isNumber() && intset.contains(other.number);
            case LISTPACK -> listpack.find(listpack.first(), other.member(), 0) != 0;
            default -> table.find(other.hash(), other.member()) != 0;
        };
    }

    /** Adds a member; false if it is there already. Its bytes lie outside this set. */
    public boolean add(Bytes member) {
        return switch (form) {
            case INTSET -> Numbers.isLong(member) ? addToIntset(Numbers.toLong(member)) : addTextToIntset(member);
            case LISTPACK -> addToListpack(member);
            default -> addToTable(member, MemberHash.of(member));
        };
    }

    /** Adds the member that another view, of another set, shows. */
    public boolean addMemberOf(SetValue other) {
        return form == TABLE ? addToTable(other.member(), other.hash()) : add(other.member());
    }

    private boolean addToIntset(long member) {
        if (intset.contains(member)) {
            return false;
        }
        Packed.resize(entry, intset.bytesWith(member));
        look();
        intset.add(member);
        if (intset.count() > limits.setIntsetEntries) {
            becomeTable();
        }
        return true;
    }

    private boolean addTextToIntset(Bytes member) {
        int count = intset.count();
        int longest =
                count == 0 ? 0 : Math.max(Numbers.lengthOf(intset.get(0)), Numbers.lengthOf(intset.get(count - 1)));
        if (count < limits.setListpackEntries && Math.max(longest, member.length()) <= limits.setValueBytes) {
            becomeListpack();
            return addToListpack(member);
        }
        becomeTable();
        return addToTable(member, MemberHash.of(member));
    }

    private boolean addToListpack(Bytes member) {
        if (listpack.find(listpack.first(), member, 0) != 0) {
            return false;
        }
        if (listpack.count() >= limits.setListpackEntries || member.length() > limits.setValueBytes) {
            becomeTable();
            return addToTable(member, MemberHash.of(member));
        }
        Packed.resize(entry, listpack.bytes() + Listpack.bytesFor(member));
        look();
        listpack.append(member);
        return true;
    }

    private boolean addToTable(Bytes member, long hash) {
        if (table.find(hash, member) != 0) {
            return false;
        }
        Keeper.elementChanges(entry, hash, Memory.NULL);
        table.insert(hash, MemberRecord.create(entry.memory(), member));
        countBytes(MemberRecord.blockSize(member.length()));
        return true;
    }

    /** Removes a member; false if it is not there. The last one's removal leaves an empty set, for the caller to delete. */
    public boolean remove(Bytes member) {
        return switch (form) {
            case INTSET -> {
                int index = Numbers.isLong(member) ? intset.indexOf(Numbers.toLong(member)) : -1;
                yield index >= 0 && removeFromIntset(index);
            }
            case LISTPACK -> {
                int position = listpack.find(listpack.first(), member, 0);
                yield position != 0 && removeFromListpack(position);
            }
            default -> removeFromTable(member, MemberHash.of(member));
        };
    }

    /** Removes the member that another view, of another set, shows; false if it is not there. */
    public boolean removeMemberOf(SetValue other) {
        return form == TABLE ? removeFromTable(other.member(), other.hash()) : remove(other.member());
    }

    /** Removes the member that is shown. */
    public void removeMember() {
        switch (form) {
            case INTSET -> removeFromIntset((int) place);
            case LISTPACK -> removeFromListpack((int) place);
            default -> removeFromTable(member(), hash());
        }
    }

    private boolean removeFromIntset(int index) {
        intset.removeAt(index);
        Packed.resize(entry, intset.bytes());
        look();
        return true;
    }

    private boolean removeFromListpack(int position) {
        listpack.delete(position, 1);
        Packed.resize(entry, listpack.bytes());
        look();
        return true;
    }

    private boolean removeFromTable(Bytes member, long hash) {
        long slot = table.find(hash, member);
        if (slot == 0) {
            return false;
        }
        long record = table.record(slot);
        Keeper.elementChanges(entry, hash, record);
        table.remove(hash, slot);
        // Maybe the bytes that the caller has shown us: they are not read any more.
        countBytes(-MemberRecord.blockSize(entry.memory(), record));
        MemberRecord.free(entry.memory(), record);
        return true;
    }

    private void countBytes(long more) {
        entry.longAt(RECORD_BYTES, entry.longAt(RECORD_BYTES) + more);
    }

    // One form becoming another.

    private void becomeTable() {
        Memory memory = entry.memory();
        long root = table.in(memory).create();
        long bytes = 0;
        rewind();
        while (next()) {
            table.insert(hash(), MemberRecord.create(memory, member()));
            bytes += MemberRecord.blockSize(member().length());
        }
        Packed.replace(entry, TABLE);
        entry.longAt(ROOT, root);
        entry.longAt(RECORD_BYTES, bytes);
        look();
    }

    private void becomeListpack() {
        long[] numbers = new long[intset.count()];
        int bytes = Listpack.EMPTY_BYTES;
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = intset.get(i);
            bytes += Listpack.bytesFor(numbers[i]);
        }
        Packed.release(entry);
        Packed.become(entry, LISTPACK, bytes);
        look();
        listpack.format();
        for (long n : numbers) {
            listpack.append(n);
        }
    }

    /** A table of which so little is left that it could be a listpack becomes one. */
    public void shrink() {
        if (form != TABLE || table.size() > Math.min(limits.setListpackEntries, BATCH)) {
            return;
        }
        Memory memory = entry.memory();
        int bytes = Listpack.EMPTY_BYTES;
        // All of them: a scan hands out as many as it is asked for, or the rest.
        scan(0, BATCH);
        for (int i = 0; i < batchSize; i++) {
            MemberRecord.view(memory, batch[i], text);
            if (text.length() > limits.setValueBytes) {
                return;
            }
            bytes += Listpack.bytesFor(text);
        }
        Keeper.smallFormComes(entry);
        table.destroy();
        Packed.become(entry, LISTPACK, bytes);
        look();
        listpack.format();
        for (int i = 0; i < batchSize; i++) {
            listpack.append(MemberRecord.view(memory, batch[i], text));
            MemberRecord.free(memory, batch[i]);
        }
    }

    // Members one after the other.

    /** The next member will be the first; the set must not change while it is walked over. */
    public SetValue rewind() {
        place = BEFORE_FIRST;
        cursor = 0;
        batchSize = 0;
        batchNext = 0;
        return this;
    }

    /** Shows the next member; false if there is none. Numbers come in their order, others as they lie. */
    public boolean next() {
        switch (form) {
            case INTSET -> {
                if (place + 1 == intset.count()) {
                    return false;
                }
                place++;
            }
            case LISTPACK -> {
                int position = place == BEFORE_FIRST ? listpack.first() : listpack.next((int) place);
                if (position == 0) {
                    return false;
                }
                place = position;
            }
            default -> {
                if (batchNext == batchSize && !fetch()) {
                    return false;
                }
                place = batch[batchNext++];
            }
        }
        show();
        return true;
    }

    private boolean fetch() {
        if (place != BEFORE_FIRST && cursor == 0) {
            return false;
        }
        cursor = fetch(cursor, BATCH);
        return batchSize > 0;
    }

    private long fetch(long from, int count) {
        batchSize = 0;
        batchNext = 0;
        long next = table.scan(from, count, toBatch);
        Memory memory = entry.memory();
        long sum = 0;
        for (int i = 0; i < batchSize; i++) {
            sum += memory.getByte(batch[i], 0);
        }
        touched = sum;
        return next;
    }

    private void addToBatch(long record) {
        if (batchSize == batch.length) {
            batch = Arrays.copyOf(batch, Math.max(BATCH + BATCH / 4, 2 * batchSize));
        }
        batch[batchSize++] = record;
    }

    /** Shows a member drawn evenly; there must be one. */
    public void draw(RandomGenerator random) {
        place = switch (form) {
            case INTSET -> random.nextInt(intset.count());
            case LISTPACK -> listpack.seek(random.nextInt(listpack.count()));
            default -> table.random(random);
        };
        show();
    }

    /** Shows the member of a record that {@link Elements#scan} has handed out. */
    public SetValue show(long record) {
        place = record;
        show();
        return this;
    }

    /** A number that no other member of the set has as long as it does not change. */
    public long place() {
        return place;
    }

    private void show() {
        hasHash = false;
        switch (form) {
            case INTSET -> {
                isNumber = true;
                hasText = false;
                number = intset.get((int) place);
            }
            case LISTPACK -> {
                isNumber = listpack.isNumber((int) place);
                hasText = !isNumber;
                if (isNumber) {
                    number = listpack.number((int) place);
                } else {
                    listpack.get((int) place, text);
                }
            }
            default -> {
                isNumber = false;
                hasText = true;
                MemberRecord.view(entry.memory(), place, text);
            }
        }
    }

    /** The member that is shown; valid until another one is. */
    public Bytes member() {
        if (!hasText) {
            text.set(digits, 0, Numbers.writeLong(number, digits, 0));
            hasText = true;
        }
        return text;
    }

    private boolean isNumber() {
        if (!isNumber && Numbers.isLong(text)) {
            number = Numbers.toLong(text);
            isNumber = true;
        }
        return isNumber;
    }

    private long hash() {
        if (!hasHash) {
            hash = MemberHash.of(member());
            hasHash = true;
        }
        return hash;
    }

    /**
     * Makes {@link #next} show the members from a cursor on, about {@code count} of a table, as {@link HashTable#scan} says,
     * and all of a small form. Returns the cursor to go on with, or 0 when that was all.
     */
    public long scan(long from, int count) {
        rewind();
        if (form != TABLE) {
            return 0;
        }
        long next = fetch(from, count);
        cursor = 0;
        place = Memory.NULL;
        return next;
    }

    // What Values asks for.

    static long hashOf(Entry entry, long record) {
        return MemberHash.of(MemberRecord.view(entry.memory(), record, new Bytes()));
    }

    static Table tableOf(Entry entry) {
        Table table = new Table();
        table.in(entry.memory()).at(entry.longAt(ROOT));
        return table;
    }

    /** The root of the table of a big set. */
    static long memberTable(Entry entry) {
        return entry.longAt(ROOT);
    }

    /** Frees about so many records of a set that is a table, and at last the table; returns whether nothing is left. */
    static boolean releaseStep(Entry entry, int maxRecords) {
        Memory memory = entry.memory();
        long[] freed = {0};
        boolean done = tableOf(entry).destroyStep(maxRecords, record -> {
            freed[0] += MemberRecord.blockSize(memory, record);
            MemberRecord.free(memory, record);
        });
        entry.longAt(RECORD_BYTES, entry.longAt(RECORD_BYTES) - freed[0]);
        return done;
    }

    /** Gives a copy a table of its own. */
    static void copyTable(Entry from, Entry to) {
        Table copy = new Table();
        long root = copy.in(to.memory()).create();
        Bytes view = new Bytes();
        Table original = tableOf(from);
        long cursor = 0;
        do {
            cursor = original.scan(cursor, BATCH, record -> {
                MemberRecord.view(from.memory(), record, view);
                copy.insert(MemberHash.of(view), MemberRecord.create(to.memory(), view));
            });
        } while (cursor != 0);
        to.longAt(ROOT, root);
        to.longAt(RECORD_BYTES, from.longAt(RECORD_BYTES));
    }

    static long externalSize(Entry entry) {
        return tableOf(entry).bytes() + entry.longAt(RECORD_BYTES);
    }

    /** Throws if the set is not well formed. */
    static void checkInvariants(Entry entry) {
        int form = entry.kind() & ~Encoding.BLOCK;
        switch (form) {
            case INTSET ->
                check(
                        Intset.isValid(Packed.segment(entry), Packed.offset(entry), Packed.length(entry)),
                        "not an intset");
            case LISTPACK -> {
                check(
                        Listpack.isValid(Packed.segment(entry), Packed.offset(entry), Packed.length(entry)),
                        "not a listpack");
                Listpack listpack = new Listpack().at(Packed.segment(entry), Packed.offset(entry));
                Bytes view = new Bytes();
                for (int p = listpack.first(); p != 0; p = listpack.next(p)) {
                    check(listpack.find(listpack.first(), listpack.get(p, view), 0) == p, "a member twice");
                }
            }
            default -> checkTable(entry);
        }
    }

    private static void checkTable(Entry entry) {
        Table table = tableOf(entry);
        table.checkInvariants();
        Memory memory = entry.memory();
        Bytes view = new Bytes();
        long[] bytes = {0};
        long cursor = 0;
        do {
            cursor = table.scan(cursor, BATCH, record -> {
                bytes[0] += MemberRecord.blockSize(memory, record);
                MemberRecord.view(memory, record, view);
                long slot = table.find(MemberHash.of(view), view);
                check(slot != 0 && table.record(slot) == record, "a member twice");
            });
        } while (cursor != 0);
        check(bytes[0] == entry.longAt(RECORD_BYTES), "bytes of records");
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("set: " + what);
        }
    }
}
