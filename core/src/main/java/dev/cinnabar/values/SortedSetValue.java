package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.BTree;
import dev.cinnabar.structures.HashTable;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.structures.RecordConsumer;
import dev.cinnabar.text.Numbers;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A sorted set, seen in its entry: a view that is moved from entry to entry by {@link #at}. Owned by one thread; what it shows
 * is guarded by the lock of the entry's partition.
 *
 * <p>Its elements are members with scores, in the order of scores and, of equal scores, of members as unsigned bytes. The view
 * shows one element at a time, the one that {@link #find}, {@link #seek}, {@link #next} or {@link #draw} has come to; a
 * change of the set ends that.
 */
public final class SortedSetValue {

    /*
     * Two forms; the small one becomes the large one when it would have too many elements or a member that is too long, and
     * never goes back, as in Redis:
     *
     *   small     a listpack of member, score, member, score ... in order; a score is a number where it is a whole one, else
     *             text. Byte for byte what Redis has.
     *   large     for each element one record (score and member). A HashTable finds it by its member, a counted BTree keeps
     *             all in order: its key is the score, as a whole number of the same order, and ties are decided by reading the
     *             members.
     *
     *   entry       root                                             record
     *   +------+    +------------+-----------+------------------+    +-------+--------+
     *   | root |--->| table root | tree root | bytes of records |    | score | member |<--- slots of the table,
     *   +------+    +------------+-----------+------------------+    +-------+--------+     items of the tree
     *
     * The bytes of records are counted as Memory counts them, so that the size of all is known without a walk.
     *
     * Minus zero is equal to zero in the order, so it cannot be told from the tree's key: what is shown comes from the record.
     *
     * A range is always one of ranks: bounds by score or member are turned into ranks first, in O(log n). So what is to be
     * answered is counted before it is visited, and there is one way to visit.
     *
     * Rejected: a skip list (Redis' own; pointers of 1.33 levels and a span each cost 30 bytes an element, the tree 16); the
     * score in the tree alone (a score is asked by member more often than by anything else).
     */

    private static final int LISTPACK = Encoding.ZSET_LISTPACK;
    private static final int LARGE = Encoding.ZSET_SKIPLIST;

    // The entry, and the root of the large form.
    private static final int ROOT = 0;
    private static final int TABLE = 0;
    private static final int TREE = 8;
    private static final int RECORD_BYTES = 16;
    private static final int ROOT_BYTES = 24;

    private final Limits limits;
    private final Entry own = new Entry();
    private final Listpack listpack = new Listpack();
    private final Members table = new Members();
    private final Order tree = new Order();
    private Entry entry = own;
    private Memory memory;
    private boolean isSmall;

    /** The element that is shown: a position of the listpack, or a record. */
    private long place;

    /** Of the member that was looked for last, in the large form. */
    private long hash;

    // While it is being filled: the first element so far.
    private boolean isFilling;
    private long filledFirst;
    private long filledKey;

    // What a scan has come upon.
    private long[] scanned = {};
    private int scannedSize;
    private int scannedNext;
    private final RecordConsumer toScanned = this::addToScanned;

    private final Bytes view = new Bytes();
    private final Bytes text = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_DOUBLE_LENGTH];

    @SuppressWarnings("NullAway.Init")
    SortedSetValue(Limits limits) {
        this.limits = limits;
    }

    /** The records by their members. */
    static final class Members extends HashTable {
        private final Bytes view = new Bytes();

        Members() {
            super(Tag.TABLE);
        }

        @Override
        protected boolean matches(long record, Bytes key) {
            return ScoredRecord.is(memory(), record, key);
        }

        @Override
        protected long hashOf(long record) {
            return MemberHash.of(ScoredRecord.member(memory(), record, view));
        }
    }

    /** The records in their order. */
    private static final class Order extends BTree {
        private final Bytes view = new Bytes();
        private Bytes sought = view;
        private int side;

        Order() {
            super(Tag.TABLE, true);
        }

        /** The next search is for this member, among equal scores. */
        Order seeking(Bytes member) {
            sought = member;
            return this;
        }

        /** The next search is for what is in front of all equal scores, or if {@code side} is 1, for what is behind them. */
        Order seekingEdge(int side) {
            sought = view;
            this.side = side;
            return this;
        }

        @Override
        @SuppressWarnings("ReferenceEquality")
        protected int compareTie(long record) {
            return sought == view ? side : sought.compareTo(ScoredRecord.member(memory(), record, view));
        }
    }

    /** A score as a number that is ordered as scores are; minus zero is zero. */
    private static long key(double score) {
        long bits = Double.doubleToRawLongBits(score + 0.0);
        return bits ^ bits >> 63 & Long.MAX_VALUE;
    }

    /** An entry of this view's own, for whoever looks at several sorted sets at a time. */
    public Entry entry() {
        return own;
    }

    /** Shows the sorted set of an entry. */
    public SortedSetValue at(Entry entry) {
        this.entry = entry;
        this.memory = entry.memory();
        look();
        return this;
    }

    private void look() {
        isSmall = entry.kind() != LARGE;
        if (isSmall) {
            listpack.at(Packed.segment(entry), Packed.offset(entry));
        } else {
            long root = entry.longAt(ROOT);
            table.in(memory).at(memory.getLong(root, TABLE));
            tree.in(memory).at(memory.getLong(root, TREE));
        }
    }

    // Making.

    /** The kind for a new sorted set to which so many elements are going to be added, the first with a member so long. */
    public int kindFor(long count, int memberLength) {
        return count <= limits.zsetEntries && memberLength <= limits.zsetValueBytes ? LISTPACK : LARGE;
    }

    /** The length inside the entry of a new sorted set of this kind. */
    public static int inlineLength(int kind) {
        return kind == LISTPACK ? Listpack.EMPTY_BYTES : 0;
    }

    /** Makes an entry that was just created with this kind and length an empty sorted set, and shows it. */
    public SortedSetValue create(Entry entry) {
        this.entry = entry;
        this.memory = entry.memory();
        isSmall = entry.kind() == LISTPACK;
        if (isSmall) {
            listpack.at(Packed.segment(entry), Packed.offset(entry)).format();
        } else {
            entry.longAt(ROOT, createLarge());
        }
        return this;
    }

    /** Positions table and tree at new, empty ones. */
    private long createLarge() {
        long root = memory.allocate(ROOT_BYTES, Tag.TABLE);
        memory.putLong(root, TABLE, table.in(memory).create());
        memory.putLong(root, TREE, tree.in(memory).create());
        memory.putLong(root, RECORD_BYTES, 0);
        return root;
    }

    /**
     * So many elements are going to be added to this set, which is empty, most likely from the last to the first, and nothing else
     * is done until {@link #endFill}, which has to be called in any case. There is nothing to it for the small form.
     */
    public void beginFill(long elements) {
        if (!isSmall) {
            table.expectClosely(elements);
            tree.beginFill();
            isFilling = true;
            filledFirst = Memory.NULL;
        }
    }

    public void endFill() {
        if (isFilling) {
            isFilling = false;
            tree.endFill();
        }
    }

    /** Puts a record in front of all others, if it belongs there; else that is all that could be filled. */
    private void fill(long key, Bytes member, long record) {
        if (filledFirst == Memory.NULL
                || key < filledKey
                || key == filledKey && member.compareTo(ScoredRecord.member(memory, filledFirst, view)) < 0) {
            tree.fill(key, record);
            filledFirst = record;
            filledKey = key;
        } else {
            endFill();
            tree.seeking(member).insert(key, record);
        }
    }

    /** So many more are going to be added: if that is too many for the small form, it becomes a large one now. */
    public void expect(long count) {
        if (isSmall && count > limits.zsetEntries) {
            becomeLarge();
        }
    }

    // Elements by their member.

    public long size() {
        return isSmall ? listpack.count() >> 1 : table.size();
    }

    /** Shows the element with a member; false if there is none. */
    public boolean find(Bytes member) {
        if (isSmall) {
            place = listpack.find(listpack.first(), member, 1);
        } else {
            hash = MemberHash.of(member);
            long slot = table.find(hash, member);
            place = slot == 0 ? 0 : table.record(slot);
        }
        return place != 0;
    }

    /** Adds an element, whose member {@link #find} has just not found. Its bytes lie outside this set. */
    public void add(Bytes member, double score) {
        if (isSmall) {
            if (listpack.count() >> 1 < limits.zsetEntries && member.length() <= limits.zsetValueBytes) {
                addToListpack(member, score);
                return;
            }
            becomeLarge();
            hash = MemberHash.of(member);
        }
        Keeper.elementChanges(entry, hash, Memory.NULL);
        long record = ScoredRecord.create(memory, member, score);
        table.insert(hash, record);
        if (isFilling) {
            fill(key(score), member, record);
        } else {
            tree.seeking(member).insert(key(score), record);
        }
        countBytes(ScoredRecord.blockSize(member.length()));
        place = record;
    }

    /** Gives the member that {@link #find} has just found another score. */
    public void setScore(Bytes member, double score) {
        if (isSmall) {
            int position = (int) place;
            listpack.delete(position, 2);
            addToListpack(member, score);
            return;
        }
        Keeper.elementChanges(entry, hash, place);
        long key = key(score);
        double old = ScoredRecord.score(memory, place);
        ScoredRecord.score(memory, place, score);
        tree.seeking(member).seek(key(old));
        tree.remove();
        tree.insert(key, place);
    }

    /** Writes an element where it belongs; the listpack may be shorter than the room that it has. */
    private void addToListpack(Bytes member, double score) {
        boolean whole = isWhole(score);
        if (!whole) {
            text.set(digits, 0, Numbers.writeDouble(score, digits, 0));
        }
        int bytes = listpack.bytes()
                + Listpack.bytesFor(member)
                + (whole ? Listpack.bytesFor((long) score) : Listpack.bytesFor(text));
        Packed.resize(entry, bytes);
        listpack.at(Packed.segment(entry), Packed.offset(entry));
        int position = positionFor(member, score);
        if (position == 0) {
            listpack.append(member);
            if (whole) {
                listpack.append((long) score);
            } else {
                listpack.append(text);
            }
        } else {
            if (whole) {
                listpack.insert(position, (long) score);
            } else {
                listpack.insert(position, text);
            }
            listpack.insert(position, member);
        }
    }

    /** Whether a score is stored as a number, as in Redis. */
    private static boolean isWhole(double score) {
        return (long) score == score && Math.abs(score) <= 1L << 62;
    }

    /** The first element behind which a new one does not belong, or 0. Most new ones belong at the end: looked at first. */
    private int positionFor(Bytes member, double score) {
        int lastScore = listpack.last();
        if (lastScore == 0 || compare(listpack.previous(lastScore), lastScore, member, score) < 0) {
            return 0;
        }
        int p = listpack.first();
        while (true) {
            int s = listpack.next(p);
            if (compare(p, s, member, score) > 0) {
                return p;
            }
            p = listpack.next(s);
        }
    }

    private int compare(int position, int scorePosition, Bytes member, double score) {
        double other = scoreAt(scorePosition);
        if (other != score) {
            return other < score ? -1 : 1;
        }
        return listpack.get(position, view).compareTo(member);
    }

    private double scoreAt(int position) {
        return listpack.isNumber(position)
                ? listpack.number(position)
                : Numbers.parseDouble(listpack.get(position, view));
    }

    /** Removes the element with a member; false if there is none. The last one's removal leaves an empty set, to be deleted. */
    public boolean remove(Bytes member) {
        if (!find(member)) {
            return false;
        }
        if (isSmall) {
            listpack.delete((int) place, 2);
            fitListpack();
        } else {
            tree.seeking(member).seek(key(ScoredRecord.score(memory, place)));
            tree.remove();
            dropRecord(place, hash, member);
        }
        return true;
    }

    private void fitListpack() {
        Packed.resize(entry, listpack.bytes());
        listpack.at(Packed.segment(entry), Packed.offset(entry));
    }

    /** Frees a record that the tree has no more. The member may be the record's own. */
    private void dropRecord(long record, long hash, Bytes member) {
        Keeper.elementChanges(entry, hash, record);
        table.remove(hash, table.find(hash, member));
        countBytes(-ScoredRecord.blockSize(memory, record));
        ScoredRecord.free(memory, record);
    }

    private void countBytes(long more) {
        long root = entry.longAt(ROOT);
        memory.putLong(root, RECORD_BYTES, memory.getLong(root, RECORD_BYTES) + more);
    }

    private void becomeLarge() {
        long root = createLarge();
        long bytes = 0;
        for (int p = listpack.first(); p != 0; ) {
            int s = listpack.next(p);
            double score = scoreAt(s);
            Bytes member = listpack.get(p, text);
            long record = ScoredRecord.create(memory, member, score);
            table.insert(MemberHash.of(member), record);
            tree.seeking(member).insert(key(score), record);
            bytes += ScoredRecord.blockSize(member.length());
            p = listpack.next(s);
        }
        memory.putLong(root, RECORD_BYTES, bytes);
        Packed.replace(entry, LARGE);
        entry.longAt(ROOT, root);
        isSmall = false;
    }

    // Elements by their place in the order.

    /** Shows the element of a rank, counted from 0; false if there is none. */
    public boolean seek(long rank) {
        if (isSmall) {
            place = rank < size() ? listpack.seek((int) rank * 2) : 0;
        } else {
            place = tree.seekRank(rank);
        }
        return place != 0;
    }

    /** Shows the element behind that which {@link #seek} and the likes have come to; false at the end. */
    public boolean next() {
        if (isSmall) {
            int score = listpack.next((int) place);
            place = listpack.next(score);
        } else {
            place = tree.next();
        }
        return place != 0;
    }

    /** Shows the element in front of that which {@link #seek} and the likes have come to; false at the beginning. */
    public boolean previous() {
        if (isSmall) {
            int score = listpack.previous((int) place);
            place = score == 0 ? 0 : listpack.previous(score);
        } else {
            place = tree.previous();
        }
        return place != 0;
    }

    /** The member that is shown; valid until another one is. */
    public Bytes member() {
        return isSmall ? listpack.get((int) place, text) : ScoredRecord.member(memory, place, text);
    }

    /** The score of the element that is shown. */
    public double score() {
        return isSmall ? scoreAt(listpack.next((int) place)) : ScoredRecord.score(memory, place);
    }

    /** Where the element that is shown lies: for {@link #show}, as long as the set does not change. */
    public long place() {
        return place;
    }

    /** Shows an element again; one cannot step on from it. */
    public void show(long place) {
        this.place = place;
    }

    /** The rank of the element that {@link #find} has just found. */
    public long rank(Bytes member) {
        if (!isSmall) {
            tree.seeking(member).seek(key(ScoredRecord.score(memory, place)));
            return tree.rank();
        }
        long rank = 0;
        for (int p = listpack.first(); p != place; p = listpack.next(listpack.next(p))) {
            rank++;
        }
        return rank;
    }

    /** How many elements have a score below a bound, or if {@code included}, at most that. */
    public long countBelow(double bound, boolean included) {
        if (!isSmall) {
            tree.seekingEdge(included ? 1 : -1).seek(key(bound));
            return tree.rank();
        }
        long count = 0;
        for (int p = listpack.first(); p != 0; count++) {
            int s = listpack.next(p);
            double score = scoreAt(s);
            if (score > bound || score == bound && !included) {
                break;
            }
            p = listpack.next(s);
        }
        return count;
    }

    /**
     * How many elements have a member before a bound, or if {@code included}, not behind it: where members are in order, as of
     * elements with one score.
     */
    public long countBelow(Bytes bound, boolean included) {
        if (!isSmall) {
            // By members alone, as Redis does: a search in the tree would go by the score first.
            long low = 0;
            long high = tree.size();
            while (low < high) {
                long middle = low + high >>> 1;
                int order =
                        ScoredRecord.member(memory, tree.seekRank(middle), view).compareTo(bound);
                if (order < 0 || order == 0 && included) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
        long count = 0;
        for (int p = listpack.first(); p != 0; count++) {
            int order = listpack.get(p, view).compareTo(bound);
            if (order > 0 || order == 0 && !included) {
                break;
            }
            p = listpack.next(listpack.next(p));
        }
        return count;
    }

    /** Removes elements from a rank on, all of which must be there. */
    public void removeRange(long rank, long count) {
        if (isSmall) {
            listpack.delete(listpack.seek((int) rank * 2), (int) count * 2);
            fitListpack();
            return;
        }
        long record = tree.seekRank(rank);
        for (long i = 0; i < count; i++) {
            long next = tree.remove();
            Bytes member = ScoredRecord.member(memory, record, text);
            dropRecord(record, MemberHash.of(member), member);
            record = next;
        }
    }

    /** Shows an element drawn evenly; there must be one. */
    public void draw(RandomGenerator random) {
        if (isSmall) {
            seek(random.nextLong(size()));
        } else {
            place = table.random(random);
        }
    }

    /** Whether it is of the small form, whose elements are all near. */
    public boolean isSmall() {
        return isSmall;
    }

    /**
     * Makes {@link #nextScanned} show about {@code count} elements of a large set from a cursor on, as {@link HashTable#scan}
     * says, and all of a small one. Returns the cursor to go on with, or 0 when that was all.
     */
    public long scan(long cursor, int count) {
        scannedSize = 0;
        scannedNext = 0;
        return isSmall ? 0 : table.scan(cursor, count, toScanned);
    }

    /** Shows the next element of what {@link #scan} has looked at; false if there is none. */
    public boolean nextScanned() {
        if (isSmall) {
            return scannedNext++ == 0 ? seek(0) : next();
        }
        if (scannedNext == scannedSize) {
            return false;
        }
        place = scanned[scannedNext++];
        return true;
    }

    private void addToScanned(long record) {
        if (scannedSize == scanned.length) {
            scanned = Arrays.copyOf(scanned, Math.max(16, 2 * scannedSize));
        }
        scanned[scannedSize++] = record;
    }

    // What Values asks for.

    static long hashOf(Entry entry, long record) {
        return MemberHash.of(ScoredRecord.member(entry.memory(), record, new Bytes()));
    }

    static Members membersOf(Entry entry) {
        Members table = new Members();
        table.in(entry.memory()).at(entry.memory().getLong(entry.longAt(ROOT), TABLE));
        return table;
    }

    private static Order orderOf(Entry entry) {
        Order tree = new Order();
        tree.in(entry.memory()).at(entry.memory().getLong(entry.longAt(ROOT), TREE));
        return tree;
    }

    /** The root of the table of a big sorted set. */
    static long memberTable(Entry entry) {
        return entry.memory().getLong(entry.longAt(ROOT), TABLE);
    }

    /** Frees about so many elements of a large set, first from the table, then from the tree; returns whether nothing is left. */
    static boolean releaseStep(Entry entry, int maxRecords) {
        Memory memory = entry.memory();
        long root = entry.longAt(ROOT);
        if (memory.getLong(root, TABLE) != Memory.NULL) {
            if (!membersOf(entry).destroyStep(maxRecords, record -> {})) {
                return false;
            }
            memory.putLong(root, TABLE, Memory.NULL);
            if (maxRecords != Integer.MAX_VALUE) {
                return false;
            }
        }
        long[] freed = {0};
        boolean done = orderOf(entry).destroyStep(maxRecords, record -> {
            freed[0] += ScoredRecord.blockSize(memory, record);
            ScoredRecord.free(memory, record);
        });
        if (done) {
            memory.free(root, ROOT_BYTES, Tag.TABLE);
        } else {
            memory.putLong(root, RECORD_BYTES, memory.getLong(root, RECORD_BYTES) - freed[0]);
        }
        return done;
    }

    /** Gives a copy table, tree and records of its own. */
    static void copyLarge(Entry from, Entry to) {
        SortedSetValue copy = new SortedSetValue(new Limits());
        copy.entry = to;
        copy.memory = to.memory();
        long root = copy.createLarge();
        Order original = orderOf(from);
        Bytes member = new Bytes();
        for (long r = original.first(); r != 0; r = original.next()) {
            ScoredRecord.member(from.memory(), r, member);
            long record = ScoredRecord.create(to.memory(), member, ScoredRecord.score(from.memory(), r));
            copy.table.insert(MemberHash.of(member), record);
            copy.tree.seeking(member).insert(original.number(), record);
        }
        long bytes = from.memory().getLong(from.longAt(ROOT), RECORD_BYTES);
        to.memory().putLong(root, RECORD_BYTES, bytes);
        to.longAt(ROOT, root);
    }

    static long externalSize(Entry entry) {
        Memory memory = entry.memory();
        long root = entry.longAt(ROOT);
        long table = memory.getLong(root, TABLE) == Memory.NULL
                ? 0
                : membersOf(entry).bytes();
        return Memory.blockSize(ROOT_BYTES) + table + orderOf(entry).bytes() + memory.getLong(root, RECORD_BYTES);
    }

    /** Throws if the sorted set is not well formed. */
    static void checkInvariants(Entry entry) {
        SortedSetValue set = new SortedSetValue(new Limits()).at(entry);
        if (set.isSmall) {
            check(
                    Listpack.isValid(Packed.segment(entry), Packed.offset(entry), Packed.length(entry)),
                    "not a listpack");
            check(set.listpack.count() % 2 == 0, "a member without a score");
        } else {
            set.table.checkInvariants();
            set.tree.checkInvariants();
            check(
                    set.tree.size() == set.table.size(),
                    "a table of " + set.table.size() + ", a tree of " + set.tree.size());
        }
        set.checkOrder();
    }

    private void checkOrder() {
        long bytes = 0;
        byte[] last = {};
        double lastScore = Double.NEGATIVE_INFINITY;
        boolean shown = seek(0);
        for (long i = 0; shown; i++, shown = next()) {
            double score = score();
            byte[] member = member().toByteArray();
            check(!Double.isNaN(score), "a score that is no number");
            check(
                    i == 0
                            || lastScore < score
                            || lastScore == score && Bytes.of(last).compareTo(Bytes.of(member)) < 0,
                    "out of order");
            if (isSmall) {
                check(listpack.find(listpack.first(), Bytes.of(member), 1) == place, "a member twice");
            } else {
                check(tree.number() == key(score), "the tree's key is not the score");
                long slot = table.find(MemberHash.of(Bytes.of(member)), Bytes.of(member));
                check(slot != 0 && table.record(slot) == place, "the table has another record");
                bytes += ScoredRecord.blockSize(member.length);
            }
            last = member;
            lastScore = score;
        }
        check(isSmall || bytes == memory.getLong(entry.longAt(ROOT), RECORD_BYTES), "bytes of records");
    }

    private static void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("sorted set: " + what);
        }
    }
}
