package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.BTree;
import dev.cinnabar.structures.HashTable;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.text.Numbers;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A hash, seen in its entry: a view that is moved from entry to entry by {@link #at}. Owned by one thread; what it shows is
 * guarded by the lock of the entry's partition.
 *
 * <p>It shows one field at a time, the one that {@link #find}, {@link #next} or {@link #draw} has come to; a change of the
 * hash ends that, unless the method says otherwise. A field whose time is over is there until someone removes it.
 */
public final class HashValue {

    /*
     * Three forms, and when one becomes another, as in Redis:
     *
     *   listpack    few and short fields and values, in pairs. A field that gets an expiry makes it a listpackex
     *   listpackex  the same with a third element each, the time of expiry or 0; the first to expire come first (of equal
     *               ones the one set last), those that do not expire last. It stays one
     *   table       a HashTable of FieldRecords, and once a field has had an expiry a BTree of those that have, by time
     *
     * The entry of a table refers to a block:
     *
     *   0                8                16               24
     *   +----------------+----------------+----------------+
     *   | root of table  | bytes of all   | root of the    |      bytes of the records as Memory counts them; no tree: 0
     *   |                | records        | tree           |
     *   +----------------+----------------+----------------+
     *
     * The database keeps hashes in the order of their first expiry, by their address. So at each moment at which an entry can
     * move (which its home learns at once), dueMillis() of what is there must be what the home was told last: changes of the
     * first expiry are told when all bytes are right and before anything moves.
     */

    private static final int LISTPACK = Encoding.HASH_LISTPACK;
    private static final int LISTPACK_EX = Encoding.HASH_LISTPACK_EX;
    private static final int TABLE = Encoding.HASH_HASHTABLE;

    private static final int ROOT = 0;
    private static final int RECORD_BYTES = 8;
    private static final int TREE = 16;
    private static final int INFO_BYTES = 24;

    private static final int BATCH = 256;
    private static final int NOWHERE = 0;

    private final Limits limits;
    private final Listpack listpack = new Listpack();
    private final Fields table = new Fields();
    private final Expiries tree = new Expiries();

    @SuppressWarnings("NullAway.Init")
    private Entry entry;

    private int form;
    private long info;

    /** The field that is shown: a position or a record; {@link #NOWHERE} if none. */
    private long place;

    private final Bytes field = new Bytes();
    private final Bytes value = new Bytes();
    private final byte[] fieldDigits = new byte[Numbers.MAX_LONG_LENGTH];
    private final byte[] valueDigits = new byte[Numbers.MAX_LONG_LENGTH];

    // A walk.
    private boolean started;
    private long cursor;
    private long[] batch = {};
    private int batchSize;
    private int batchNext;
    private final RecordConsumer toBatch = this::addToBatch;

    /** Written and never read, so that the reading of {@link #fetch} is not optimized away. */
    @SuppressWarnings("unused")
    private long touched;

    public HashValue(Limits limits) {
        this.limits = limits;
    }

    /** The fields of a big hash, in any memory. */
    static final class Fields extends HashTable {
        private final Bytes view = new Bytes();

        Fields() {
            super(Tag.TABLE);
        }

        @Override
        protected boolean matches(long record, Bytes key) {
            return FieldRecord.is(memory(), record, key);
        }

        @Override
        protected long hashOf(long record) {
            return MemberHash.of(FieldRecord.field(memory(), record, view));
        }
    }

    /** The fields of a big hash that expire, by time and then by address. */
    private static final class Expiries extends BTree {
        private long sought;

        Expiries() {
            super(Tag.EXPIRY, true);
        }

        @Override
        protected int compareTie(long record) {
            return Long.compare(sought, record);
        }

        void add(long whenMillis, long record) {
            sought = record;
            insert(whenMillis, record);
        }

        void remove(long whenMillis, long record) {
            sought = record;
            if (seek(whenMillis) != record) {
                throw new IllegalStateException("a field that is not in the order of expiry");
            }
            remove();
        }
    }

    // Where it is.

    /** Shows the hash of an entry. */
    public HashValue at(Entry entry) {
        this.entry = entry;
        look();
        return this;
    }

    /** The entry whose hash is shown. */
    public Entry shown() {
        return entry;
    }

    private void look() {
        form = formOf(entry);
        place = NOWHERE;
        if (form == TABLE) {
            Memory memory = entry.memory();
            info = entry.longAt(0);
            table.in(memory).at(memory.getLong(info, ROOT));
        } else {
            listpack.at(Packed.segment(entry), Packed.offset(entry));
        }
    }

    private static int formOf(Entry entry) {
        int kind = entry.kind();
        return kind == TABLE ? TABLE : kind & ~Encoding.BLOCK;
    }

    private boolean hasTree() {
        return entry.memory().getLong(info, TREE) != Memory.NULL;
    }

    private Expiries tree() {
        Memory memory = entry.memory();
        tree.in(memory).at(memory.getLong(info, TREE));
        return tree;
    }

    /** The root of the table of a big hash. */
    static long memberTable(Entry entry) {
        return entry.memory().getLong(entry.longAt(0), ROOT);
    }

    // Making.

    /** The kind for a new hash of so many fields. */
    public int kindFor(int fields) {
        return fields > limits.hashEntries ? TABLE : LISTPACK;
    }

    /** The length inside the entry of a new hash of this kind. */
    public static int inlineLength(int kind) {
        return kind == LISTPACK ? Listpack.EMPTY_BYTES : 0;
    }

    /** Makes an entry that was just created with this kind and length an empty hash, and shows it. */
    public HashValue create(Entry entry) {
        this.entry = entry;
        if (entry.kind() == TABLE) {
            Memory memory = entry.memory();
            entry.longAt(0, newInfo(memory, table.in(memory).create(), 0));
            entry.longAt(8, 0);
        } else {
            listpack.at(Packed.segment(entry), Packed.offset(entry)).format();
        }
        look();
        return this;
    }

    private static long newInfo(Memory memory, long root, long recordBytes) {
        long info = memory.allocate(INFO_BYTES, Tag.VALUE);
        memory.putLong(info, ROOT, root);
        memory.putLong(info, RECORD_BYTES, recordBytes);
        memory.putLong(info, TREE, Memory.NULL);
        return info;
    }

    /** Makes room in the table of an empty hash, if it has one, for so many fields. */
    public void reserve(long fields) {
        if (form == TABLE) {
            table.expectClosely(fields);
        }
    }

    /** So many more fields are going to be set: if that is too many for a small form, it becomes a table now. */
    public void expect(int fields) {
        if (form != TABLE && fields > limits.hashEntries) {
            becomeTable();
        }
    }

    /** Fields and values of this length are going to be set: what is too long for a small form makes it a table now. */
    public void expectLength(int length) {
        if (form != TABLE && length > limits.hashValueBytes) {
            becomeTable();
        }
    }

    /** A field may get an expiry: a listpack gets room for that in any case, as in Redis. */
    public void expectExpiry() {
        if (form == LISTPACK) {
            becomeTriples();
        }
    }

    public boolean isSmall() {
        return form != TABLE;
    }

    private int width() {
        return form == LISTPACK ? 2 : 3;
    }

    // Fields by name.

    /** The number of fields, those included whose time is over and that nobody has removed yet. */
    public long size() {
        return form == TABLE ? table.size() : listpack.count() / width();
    }

    /** Shows a field; false if it is not there. */
    public boolean find(Bytes name) {
        if (form == TABLE) {
            long slot = table.find(MemberHash.of(name), name);
            place = slot == 0 ? NOWHERE : table.record(slot);
        } else {
            place = listpack.find(listpack.first(), name, width() - 1);
        }
        return place != NOWHERE;
    }

    /** The field that is shown; valid until another one is. */
    public Bytes field() {
        return form == TABLE
                ? FieldRecord.field(entry.memory(), place, field)
                : element((int) place, field, fieldDigits);
    }

    /** The value of the field that is shown; valid until another one is. */
    public Bytes value() {
        return form == TABLE
                ? FieldRecord.value(entry.memory(), place, value)
                : element(listpack.next((int) place), value, valueDigits);
    }

    private Bytes element(int position, Bytes view, byte[] digits) {
        return listpack.isNumber(position)
                ? view.set(digits, 0, Numbers.writeLong(listpack.number(position), digits, 0))
                : listpack.get(position, view);
    }

    /** When the field that is shown expires, or {@link Entry#NEVER}. */
    public long expiryMillis() {
        return switch (form) {
            case LISTPACK -> Entry.NEVER;
            case LISTPACK_EX -> expiryAt((int) place);
            default -> FieldRecord.expiryMillis(entry.memory(), place);
        };
    }

    private long expiryAt(int position) {
        long stored = listpack.number(listpack.next(listpack.next(position)));
        return stored == 0 ? Entry.NEVER : stored;
    }

    /** Whether the time of the field that is shown is over. */
    public boolean isExpired(long nowMillis) {
        return form != LISTPACK && expiryMillis() <= nowMillis;
    }

    /**
     * Sets a field. Its bytes lie outside this hash.
     *
     * @param keepExpiry whether a field that is there keeps its expiry; else it has none afterwards
     * @return whether the field is new
     */
    public boolean set(Bytes name, Bytes newValue, boolean keepExpiry) {
        if (form != TABLE && Math.max(name.length(), newValue.length()) > limits.hashValueBytes) {
            becomeTable();
        }
        boolean fresh = !find(name);
        switch (form) {
            case LISTPACK -> setInPairs(name, newValue, fresh);
            case LISTPACK_EX -> setInTriples(name, newValue, fresh, keepExpiry);
            default -> setInTable(name, newValue, fresh, keepExpiry);
        }
        if (form != TABLE && listpack.count() / width() > limits.hashEntries) {
            becomeTable();
        }
        place = NOWHERE;
        return fresh;
    }

    private void grow(int more) {
        long kept = place;
        if (more > 0) {
            Packed.resize(entry, listpack.bytes() + more);
            look();
        }
        place = kept;
    }

    private void shrink() {
        Packed.resize(entry, listpack.bytes());
        look();
    }

    private void setInPairs(Bytes name, Bytes newValue, boolean fresh) {
        if (fresh) {
            grow(Listpack.bytesFor(name) + Listpack.bytesFor(newValue));
            listpack.append(name);
            listpack.append(newValue);
        } else {
            replaceValue(newValue);
        }
    }

    private void replaceValue(Bytes newValue) {
        int at = listpack.next((int) place);
        int more = Listpack.bytesFor(newValue) - listpack.bytesAt(at);
        grow(more);
        listpack.replace(at, newValue);
        if (more < 0) {
            long kept = place;
            shrink();
            place = kept;
        }
    }

    private void setInTriples(Bytes name, Bytes newValue, boolean fresh, boolean keepExpiry) {
        if (fresh) {
            grow(Listpack.bytesFor(name) + Listpack.bytesFor(newValue) + Listpack.bytesFor(0));
            listpack.append(name);
            listpack.append(newValue);
            listpack.append(0);
            return;
        }
        replaceValue(newValue);
        if (!keepExpiry && expiryMillis() != Entry.NEVER) {
            setExpiry(Entry.NEVER);
        }
    }

    private void setInTable(Bytes name, Bytes newValue, boolean fresh, boolean keepExpiry) {
        Memory memory = entry.memory();
        long hash = MemberHash.of(name);
        if (fresh) {
            Keeper.elementChanges(entry, hash, Memory.NULL);
            long record = FieldRecord.create(memory, name, newValue, Entry.NEVER);
            table.insert(hash, record);
            countBytes(FieldRecord.blockSize(memory, record));
            return;
        }
        Keeper.elementChanges(entry, hash, place);
        long expiry = expiryMillis();
        long newExpiry = keepExpiry ? expiry : Entry.NEVER;
        if (expiry == newExpiry && FieldRecord.overwrite(memory, place, newValue)) {
            return;
        }
        long old = place;
        exchange(hash, name, FieldRecord.create(memory, name, newValue, newExpiry));
        FieldRecord.free(memory, old);
    }

    /** Puts another record in the place of the one that is shown, which is left to be freed. */
    private void exchange(long hash, Bytes name, long record) {
        Memory memory = entry.memory();
        long old = place;
        long oldExpiry = FieldRecord.expiryMillis(memory, old);
        long newExpiry = FieldRecord.expiryMillis(memory, record);
        long due = dueMillis();
        table.replace(table.find(hash, name), record);
        countBytes(FieldRecord.blockSize(memory, record) - FieldRecord.blockSize(memory, old));
        if (oldExpiry != Entry.NEVER) {
            tree().remove(oldExpiry, old);
        }
        if (newExpiry != Entry.NEVER) {
            if (!hasTree()) {
                memory.putLong(info, TREE, tree.in(memory).create());
            }
            tree().add(newExpiry, record);
        }
        tellDue(due);
        place = record;
    }

    private void countBytes(long more) {
        Memory memory = entry.memory();
        memory.putLong(info, RECORD_BYTES, memory.getLong(info, RECORD_BYTES) + more);
    }

    private void tellDue(long before) {
        if (dueMillis() != before) {
            entry.home().fieldsDue(entry, before);
        }
    }

    /** Removes the field that is shown. The last one's removal leaves an empty hash, for the caller to delete. */
    public void remove() {
        long due = dueMillis();
        if (form == TABLE) {
            Memory memory = entry.memory();
            long record = place;
            Bytes name = FieldRecord.field(memory, record, field);
            long hash = MemberHash.of(name);
            Keeper.elementChanges(entry, hash, record);
            table.remove(hash, table.find(hash, name));
            long expiry = FieldRecord.expiryMillis(memory, record);
            if (expiry != Entry.NEVER) {
                tree().remove(expiry, record);
            }
            tellDue(due);
            countBytes(-FieldRecord.blockSize(memory, record));
            FieldRecord.free(memory, record);
        } else {
            listpack.delete((int) place, width());
            tellDue(due);
            shrink();
        }
        place = NOWHERE;
    }

    // Expiry of fields.

    /** Sets when the field that is shown expires ({@link Entry#NEVER}: not at all); it is shown no more. */
    public void setExpiry(long whenMillis) {
        if (form == LISTPACK) {
            if (whenMillis == Entry.NEVER) {
                return;
            }
            Bytes name = Bytes.of(field().toByteArray());
            becomeTriples();
            find(name);
        }
        if (form == LISTPACK_EX) {
            setExpiryInTriples(whenMillis);
        } else {
            Memory memory = entry.memory();
            if (FieldRecord.expiryMillis(memory, place) != whenMillis) {
                long old = place;
                FieldRecord.field(memory, old, field);
                FieldRecord.value(memory, old, value);
                long hash = MemberHash.of(field);
                Keeper.elementChanges(entry, hash, old);
                exchange(hash, field, FieldRecord.create(memory, field, value, whenMillis));
                FieldRecord.free(memory, old);
            }
        }
        place = NOWHERE;
    }

    private void setExpiryInTriples(long whenMillis) {
        Bytes name = Bytes.of(field().toByteArray());
        Bytes text = Bytes.of(value().toByteArray());
        long stored = whenMillis == Entry.NEVER ? 0 : whenMillis;
        // Room first: while the entry moves, the order of expiry is the old one.
        grow(Listpack.bytesFor(stored));
        long due = dueMillis();
        listpack.delete((int) place, 3);
        int before = placeFor(stored);
        if (before == 0) {
            listpack.append(name);
            listpack.append(text);
            listpack.append(stored);
        } else {
            int at = listpack.insert(before, name);
            at = listpack.insert(listpack.next(at), text);
            listpack.insert(listpack.next(at), stored);
        }
        tellDue(due);
        shrink();
    }

    /** The position in front of which a field with this expiry belongs; 0 for the end. */
    private int placeFor(long stored) {
        if (stored == 0) {
            return 0;
        }
        int p = listpack.first();
        while (p != 0) {
            long other = expiryAt(p);
            if (other >= stored) {
                return p;
            }
            p = listpack.next(listpack.next(listpack.next(p)));
        }
        return 0;
    }

    /** When the first field expires, or {@link Entry#NEVER}. */
    public long dueMillis() {
        return switch (form) {
            case LISTPACK -> Entry.NEVER;
            case LISTPACK_EX -> listpack.count() == 0 ? Entry.NEVER : expiryAt(listpack.first());
            default -> !hasTree() || tree().first() == Memory.NULL ? Entry.NEVER : tree.number();
        };
    }

    /** When the first field of a hash expires, or {@link Entry#NEVER}; also of an entry that is no hash. */
    public static long dueMillis(Entry entry) {
        int kind = entry.kind();
        if (kind == TABLE) {
            Memory memory = entry.memory();
            long root = memory.getLong(entry.longAt(0), TREE);
            if (root == Memory.NULL) {
                return Entry.NEVER;
            }
            Expiries tree = new Expiries();
            tree.in(memory).at(root);
            return tree.first() == Memory.NULL ? Entry.NEVER : tree.number();
        }
        if ((kind & ~Encoding.BLOCK) != LISTPACK_EX) {
            return Entry.NEVER;
        }
        Listpack triples = new Listpack().at(Packed.segment(entry), Packed.offset(entry));
        int first = triples.first();
        if (first == 0) {
            return Entry.NEVER;
        }
        long stored = triples.number(triples.next(triples.next(first)));
        return stored == 0 ? Entry.NEVER : stored;
    }

    /** Shows a field that is the first to expire, if its time is over; else false. */
    public boolean findDue(long nowMillis) {
        if (dueMillis() > nowMillis) {
            return false;
        }
        place = form == TABLE ? tree().first() : listpack.first();
        return true;
    }

    // One form becoming another.

    private void becomeTriples() {
        int count = (int) size();
        int bytes = listpack.bytes() + count * Listpack.bytesFor(0);
        MemorySegment copy = MemorySegment.ofArray(new byte[bytes]);
        Listpack triples = new Listpack().at(copy, 0).format();
        for (int p = listpack.first(); p != 0; p = listpack.next(listpack.next(p))) {
            triples.append(element(p, field, fieldDigits));
            triples.append(element(listpack.next(p), value, valueDigits));
            triples.append(0);
        }
        Packed.replace(entry, LISTPACK_EX, copy, bytes);
        look();
    }

    private void becomeTable() {
        Memory memory = entry.memory();
        long root = table.in(memory).create();
        long fresh = newInfo(memory, root, 0);
        long bytes = 0;
        for (int p = listpack.first(); p != 0; ) {
            int valueAt = listpack.next(p);
            element(p, field, fieldDigits);
            element(valueAt, value, valueDigits);
            long expiry = form == LISTPACK ? Entry.NEVER : expiryAt(p);
            long record = FieldRecord.create(memory, field, value, expiry);
            table.insert(MemberHash.of(field), record);
            bytes += FieldRecord.blockSize(memory, record);
            if (expiry != Entry.NEVER) {
                if (memory.getLong(fresh, TREE) == Memory.NULL) {
                    memory.putLong(fresh, TREE, tree.in(memory).create());
                }
                tree.add(expiry, record);
            }
            p = listpack.next(form == LISTPACK ? valueAt : listpack.next(valueAt));
        }
        memory.putLong(fresh, RECORD_BYTES, bytes);
        Packed.replace(entry, TABLE, fresh, 0);
        look();
    }

    // Fields one after the other.

    /** The next field will be the first; the hash must not change while it is walked over. */
    public HashValue rewind() {
        started = false;
        cursor = 0;
        batchSize = 0;
        batchNext = 0;
        place = NOWHERE;
        return this;
    }

    /** Shows the next field; false if there is none. Those of small forms come as they lie. */
    public boolean next() {
        if (form == TABLE) {
            if (batchNext == batchSize && !fetchMore()) {
                return false;
            }
            place = batch[batchNext++];
            return true;
        }
        if (!started) {
            started = true;
            place = listpack.first();
        } else if (place != NOWHERE) {
            int p = (int) place;
            for (int i = width(); i > 0; i--) {
                p = listpack.next(p);
            }
            place = p;
        }
        return place != NOWHERE;
    }

    private boolean fetchMore() {
        if (started && cursor == 0) {
            return false;
        }
        started = true;
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

    /**
     * Makes {@link #next} show the fields from a cursor on, about {@code count} of a table, as {@link HashTable#scan} says, and
     * all of a small form. Returns the cursor to go on with, or 0 when that was all.
     */
    public long scan(long from, int count) {
        rewind();
        if (form != TABLE) {
            return 0;
        }
        long next = fetch(from, count);
        started = true;
        return next;
    }

    /** Shows a field drawn evenly; there must be one. */
    public void draw(RandomGenerator random) {
        place = form == TABLE ? table.random(random) : listpack.seek(random.nextInt((int) size()) * width());
    }

    /** Shows the field of a record that {@link Elements#scan} has handed out. */
    public HashValue show(long record) {
        place = record;
        return this;
    }

    /** A number that no other field of the hash has as long as it does not change. */
    public long place() {
        return place;
    }

    // What Values asks for.

    static long hashOf(Entry entry, long record) {
        return MemberHash.of(FieldRecord.field(entry.memory(), record, new Bytes()));
    }

    static Fields tableOf(Entry entry) {
        Memory memory = entry.memory();
        Fields table = new Fields();
        table.in(memory).at(memory.getLong(entry.longAt(0), ROOT));
        return table;
    }

    /** Frees about so many records of a hash that is a table, and at last all of it; returns whether nothing is left. */
    static boolean releaseStep(Entry entry, int maxRecords) {
        Memory memory = entry.memory();
        long info = entry.longAt(0);
        long tree = memory.getLong(info, TREE);
        if (tree != Memory.NULL) {
            Expiries expiries = new Expiries();
            expiries.in(memory).at(tree);
            if (!expiries.destroyStep(maxRecords, record -> {})) {
                return false;
            }
            memory.putLong(info, TREE, Memory.NULL);
        }
        long[] freed = {0};
        boolean done = tableOf(entry).destroyStep(maxRecords, record -> {
            freed[0] += FieldRecord.blockSize(memory, record);
            FieldRecord.free(memory, record);
        });
        memory.putLong(info, RECORD_BYTES, memory.getLong(info, RECORD_BYTES) - freed[0]);
        if (done) {
            memory.free(info, INFO_BYTES, Tag.VALUE);
        }
        return done;
    }

    /** Gives a copy a table of its own. */
    static void copyTable(Entry from, Entry to) {
        Memory memory = to.memory();
        Fields copy = new Fields();
        long info = newInfo(memory, copy.in(memory).create(), 0);
        Expiries expiries = new Expiries();
        expiries.in(memory);
        Bytes field = new Bytes();
        Bytes value = new Bytes();
        long[] bytes = {0};
        Fields original = tableOf(from);
        long cursor = 0;
        do {
            cursor = original.scan(cursor, BATCH, record -> {
                FieldRecord.field(from.memory(), record, field);
                FieldRecord.value(from.memory(), record, value);
                long expiry = FieldRecord.expiryMillis(from.memory(), record);
                long fresh = FieldRecord.create(memory, field, value, expiry);
                copy.insert(MemberHash.of(field), fresh);
                bytes[0] += FieldRecord.blockSize(memory, fresh);
                if (expiry != Entry.NEVER) {
                    if (memory.getLong(info, TREE) == Memory.NULL) {
                        memory.putLong(info, TREE, expiries.create());
                    }
                    expiries.add(expiry, fresh);
                }
            });
        } while (cursor != 0);
        memory.putLong(info, RECORD_BYTES, bytes[0]);
        to.longAt(0, info);
        to.longAt(8, 0);
    }

    static long externalSize(Entry entry) {
        Memory memory = entry.memory();
        long info = entry.longAt(0);
        long tree = memory.getLong(info, TREE);
        long treeBytes = 0;
        if (tree != Memory.NULL) {
            Expiries expiries = new Expiries();
            expiries.in(memory).at(tree);
            treeBytes = expiries.bytes();
        }
        return tableOf(entry).bytes() + memory.getLong(info, RECORD_BYTES) + treeBytes + Memory.blockSize(INFO_BYTES);
    }

    /** Throws if the hash is not well formed. */
    static void checkInvariants(Entry entry) {
        if (entry.kind() == TABLE) {
            checkTable(entry);
            return;
        }
        check(Listpack.isValid(Packed.segment(entry), Packed.offset(entry), Packed.length(entry)), "not a listpack");
        HashValue hash = new HashValue(new Limits()).at(entry);
        check(hash.listpack.count() % hash.width() == 0, "a field without a value");
        long before = 0;
        hash.rewind();
        while (hash.next()) {
            int position = (int) hash.place;
            Bytes name = hash.field();
            check(hash.listpack.find(hash.listpack.first(), name, hash.width() - 1) == position, "a field twice");
            long expiry = hash.expiryMillis();
            check(expiry >= before, "fields not in the order of expiry");
            before = expiry;
        }
    }

    private static void checkTable(Entry entry) {
        Fields table = tableOf(entry);
        table.checkInvariants();
        Memory memory = entry.memory();
        Bytes view = new Bytes();
        long[] bytes = {0};
        long[] expiring = {0};
        long cursor = 0;
        do {
            cursor = table.scan(cursor, BATCH, record -> {
                bytes[0] += FieldRecord.blockSize(memory, record);
                expiring[0] += FieldRecord.expires(memory, record) ? 1 : 0;
                FieldRecord.field(memory, record, view);
                long slot = table.find(MemberHash.of(view), view);
                check(slot != 0 && table.record(slot) == record, "a field twice");
            });
        } while (cursor != 0);
        long info = entry.longAt(0);
        check(bytes[0] == memory.getLong(info, RECORD_BYTES), "bytes of records");
        long root = memory.getLong(info, TREE);
        if (root == Memory.NULL) {
            check(expiring[0] == 0, "fields that expire, and no order of them");
            return;
        }
        Expiries expiries = new Expiries();
        expiries.in(memory).at(root);
        expiries.checkInvariants();
        check(expiries.size() == expiring[0], "size of the order of expiry");
        for (long r = expiries.first(); r != Memory.NULL; r = expiries.next()) {
            check(FieldRecord.expiryMillis(memory, r) == expiries.number(), "order of expiry");
        }
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("hash: " + what);
        }
    }
}
