package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.structures.Xxh3;

/**
 * What a stream remembers of its producers, so that an entry that one of them sends twice is added once: the producers' IDs of
 * their latest entries. A flyweight; owned by one thread, what it shows is guarded by the lock of the stream's partition.
 */
public final class Idempotency {

    /*
     *   producer   0     8        16       24        28
     *              +-----+--------+--------+---------+------
     *              | ids | oldest | newest | name, n | name
     *              +-----+--------+--------+---------+------
     *
     *   id         0        16      24        28
     *              +--------+-------+---------+------
     *              | entry  | newer | name, n | name              entry: the ID of the entry in the stream
     *              +--------+-------+---------+------
     *
     * The IDs of a producer are found by a tree, and forgotten in the order in which they came: when there are more than so
     * many, and when the entry's own milliseconds are longer ago than so many seconds. The latter is done when the producer
     * sends the next one; who asks in between counts only those that are not too old.
     */

    private static final int IDS = 0;
    private static final int OLDEST = 8;
    private static final int NEWEST = 16;
    private static final int NEWER = 16;
    private static final int NAME = 24;

    /** Used by a stream that was made when nothing else was configured, and told nothing since. */
    public static final int DEFAULT_SECONDS = 100;

    public static final int DEFAULT_MOST = 100;

    public static final int MAX_SECONDS = 86_400;
    public static final int MAX_MOST = 10_000;

    private Memory memory;
    private long root;
    private long producer;
    private long id;
    private final NameTree producers = new NameTree(NAME);
    private final NameTree ids = new NameTree(NAME);

    @SuppressWarnings("NullAway.Init")
    public Idempotency() {}

    public Idempotency at(StreamValue stream) {
        return at(stream.memory(), stream.root());
    }

    private Idempotency at(Memory memory, long root) {
        this.memory = memory;
        this.root = root;
        producers.in(memory);
        ids.in(memory);
        return this;
    }

    /** A new stream remembers as much as is configured: 0 in its root stands for what is configured by default. */
    static void initialize(Memory memory, long root, Limits limits) {
        int seconds = limits.streamIdempotencySeconds;
        int most = limits.streamIdempotencyMost;
        memory.putInt(root, StreamValue.IDEMPOTENCY_SECONDS, seconds == DEFAULT_SECONDS ? 0 : seconds);
        memory.putInt(root, StreamValue.IDEMPOTENCY_MOST, most == DEFAULT_MOST ? 0 : most);
    }

    public int durationSeconds() {
        int seconds = memory.getInt(root, StreamValue.IDEMPOTENCY_SECONDS);
        return seconds == 0 ? DEFAULT_SECONDS : seconds;
    }

    /** How many IDs of each producer are remembered at most. */
    public int mostIds() {
        int most = memory.getInt(root, StreamValue.IDEMPOTENCY_MOST);
        return most == 0 ? DEFAULT_MOST : most;
    }

    /** Sets for how long and how many IDs are remembered; a change forgets them all. */
    public void configure(int seconds, int most) {
        if (seconds == durationSeconds() && most == mostIds()) {
            return;
        }
        memory.putInt(root, StreamValue.IDEMPOTENCY_SECONDS, seconds);
        memory.putInt(root, StreamValue.IDEMPOTENCY_MOST, most);
        release(memory, root);
    }

    public long everAdded() {
        return memory.getLong(root, StreamValue.IDEMPOTENCY_ADDED);
    }

    /** How many entries were not added because they were there. */
    public long duplicates() {
        return memory.getLong(root, StreamValue.IDEMPOTENCY_DUPLICATES);
    }

    private boolean open() {
        long tree = memory.getLong(root, StreamValue.PRODUCERS);
        if (tree != 0) {
            producers.at(tree);
        }
        return tree != 0;
    }

    /** How many producers have IDs that are remembered. */
    public long producers(long nowMillis) {
        long n = 0;
        if (open()) {
            for (long p = producers.first(); p != 0; p = producers.next()) {
                n += fresh(p, nowMillis) > 0 ? 1 : 0;
            }
        }
        return n;
    }

    /** How many IDs are remembered. */
    public long ids(long nowMillis) {
        long n = 0;
        if (open()) {
            for (long p = producers.first(); p != 0; p = producers.next()) {
                n += fresh(p, nowMillis);
            }
        }
        return n;
    }

    private long fresh(long producer, long nowMillis) {
        ids.at(memory.getLong(producer, IDS));
        long n = ids.size();
        long id = memory.getLong(producer, OLDEST);
        while (id != 0 && isTooOld(id, nowMillis)) {
            n--;
            id = memory.getLong(id, NEWER);
        }
        return n;
    }

    private boolean isTooOld(long id, long nowMillis) {
        return nowMillis - memory.getLong(id, IdTree.MILLIS) >= 1000L * durationSeconds();
    }

    /** Looks for what a producer has sent under an ID of its own: the ID of the entry. False if it is not remembered. */
    public boolean find(Bytes producer, Bytes id, long nowMillis, StreamId into) {
        if (!open()) {
            return false;
        }
        long record = producers.find(producer);
        if (record == 0) {
            return false;
        }
        ids.at(memory.getLong(record, IDS));
        long found = ids.find(id);
        if (found == 0 || isTooOld(found, nowMillis)) {
            return false;
        }
        into.set(memory.getLong(found, IdTree.MILLIS), memory.getLong(found, IdTree.SEQUENCE));
        return true;
    }

    public void countDuplicate() {
        memory.putLong(root, StreamValue.IDEMPOTENCY_DUPLICATES, duplicates() + 1);
    }

    /** Remembers what a producer has sent under an ID of its own, which it has not sent before. */
    public void remember(Bytes producer, Bytes id, StreamId entry, long nowMillis) {
        if (!open()) {
            memory.putLong(root, StreamValue.PRODUCERS, producers.create());
        }
        long record = producers.find(producer);
        if (record == 0) {
            record = memory.allocate(bytes(producer.length()), Tag.VALUE);
            memory.putLong(record, IDS, ids.create());
            memory.putLong(record, OLDEST, 0);
            memory.putLong(record, NEWEST, 0);
            producers.writeName(record, producer);
            producers.insert(record);
        }
        ids.at(memory.getLong(record, IDS));
        long oldest = memory.getLong(record, OLDEST);
        while (oldest != 0 && (ids.size() >= mostIds() || isTooOld(oldest, nowMillis))) {
            forgetOldest(record);
            oldest = memory.getLong(record, OLDEST);
        }
        long fresh = memory.allocate(bytes(id.length()), Tag.VALUE);
        memory.putLong(fresh, IdTree.MILLIS, entry.millis());
        memory.putLong(fresh, IdTree.SEQUENCE, entry.sequence());
        memory.putLong(fresh, NEWER, 0);
        ids.writeName(fresh, id);
        ids.insert(fresh);
        long newest = memory.getLong(record, NEWEST);
        if (newest == 0) {
            memory.putLong(record, OLDEST, fresh);
        } else {
            memory.putLong(newest, NEWER, fresh);
        }
        memory.putLong(record, NEWEST, fresh);
        memory.putLong(root, StreamValue.IDEMPOTENCY_ADDED, everAdded() + 1);
    }

    private void forgetOldest(long producer) {
        long id = memory.getLong(producer, OLDEST);
        if (ids.find(ids.name(id, new Bytes())) != id) {
            throw new IllegalStateException("an ID of a producer is not in its tree");
        }
        ids.remove();
        long newer = memory.getLong(id, NEWER);
        memory.putLong(producer, OLDEST, newer);
        if (newer == 0) {
            memory.putLong(producer, NEWEST, 0);
        }
        memory.free(id, bytes(ids.nameLength(id)), Tag.VALUE);
    }

    private static long bytes(int nameLength) {
        return NAME + 4L + nameLength;
    }

    // All that is remembered, in the order in which it came: a cursor over producers, and one over the IDs of a
    // producer.

    /** Whether there is anything that a stream does not have from the beginning. */
    public boolean isUsed() {
        return memory.getInt(root, StreamValue.IDEMPOTENCY_SECONDS) != 0
                || memory.getInt(root, StreamValue.IDEMPOTENCY_MOST) != 0
                || memory.getLong(root, StreamValue.PRODUCERS) != 0
                || everAdded() != 0
                || duplicates() != 0;
    }

    /** How many producers there are, those included whose IDs are all too old. */
    public long producers() {
        return open() ? producers.size() : 0;
    }

    public boolean firstProducer() {
        return open() && showProducer(producers.first());
    }

    public boolean nextProducer() {
        return showProducer(producers.next());
    }

    private boolean showProducer(long record) {
        producer = record;
        id = 0;
        if (record != 0) {
            ids.at(memory.getLong(record, IDS));
        }
        return record != 0;
    }

    public Bytes producerName(Bytes view) {
        return producers.name(producer, view);
    }

    /** How many IDs the producer has, those included that are too old. */
    public long producerIds() {
        return ids.size();
    }

    /** Goes to the producer's next ID, at first the oldest; false if there is none. */
    public boolean nextId() {
        id = id == 0 ? memory.getLong(producer, OLDEST) : memory.getLong(id, NEWER);
        return id != 0;
    }

    public Bytes idName(Bytes view) {
        return ids.name(id, view);
    }

    /** The ID of the entry that was added. */
    public StreamId idEntry(StreamId into) {
        return into.set(memory.getLong(id, IdTree.MILLIS), memory.getLong(id, IdTree.SEQUENCE));
    }

    /** Remembers what was remembered elsewhere. Returns false if the producer has this ID, or as many as may be. */
    public boolean restore(Bytes producerName, Bytes idName, StreamId entry) {
        if (open() && producers.find(producerName) != 0) {
            ids.at(memory.getLong(producers.find(producerName), IDS));
            if (ids.size() >= mostIds() || ids.find(idName) != 0) {
                return false;
            }
        }
        remember(producerName, idName, entry, Long.MIN_VALUE / 2);
        return true;
    }

    public void setCounts(long everAdded, long duplicates) {
        memory.putLong(root, StreamValue.IDEMPOTENCY_ADDED, everAdded);
        memory.putLong(root, StreamValue.IDEMPOTENCY_DUPLICATES, duplicates);
    }

    // An ID computed from the content of an entry.

    /** The bytes of a computed ID. */
    public static final int DIGEST_BYTES = 16;

    /**
     * Adds a field and its value to a digest: the digests of all pairs are summed up, so that their order does not matter. Two
     * sums, since one of 64 bits would let two entries of a busy producer meet by chance.
     */
    public static void digest(Bytes field, Bytes value, byte[] digest) {
        long a = Xxh3.hash(field);
        long b = Xxh3.hash(value);
        long length = (long) field.length() << 32 | value.length();
        add(digest, 0, mix(a + 0x9E3779B97F4A7C15L * mix(b ^ length)));
        add(digest, 8, mix(b + 0xC2B2AE3D27D4EB4FL * mix(a + length)));
    }

    private static long mix(long x) {
        x = (x ^ x >>> 32) * 0xD6E8FEB86659FD93L;
        x = (x ^ x >>> 32) * 0xD6E8FEB86659FD93L;
        return x ^ x >>> 32;
    }

    private static void add(byte[] digest, int at, long n) {
        long sum = 0;
        for (int i = 7; i >= 0; i--) {
            sum = sum << 8 | digest[at + i] & 0xff;
        }
        sum += n;
        for (int i = 0; i < 8; i++) {
            digest[at + i] = (byte) (sum >>> 8 * i);
        }
    }

    // As a whole: at most some thousand IDs for each producer.

    /** Frees what a stream remembers of producers. */
    static void release(Memory memory, long root) {
        long tree = memory.getLong(root, StreamValue.PRODUCERS);
        if (tree == 0) {
            return;
        }
        NameTree producers = new NameTree(NAME).in(memory);
        producers.at(tree);
        while (!releaseStep(memory, producers, Integer.MAX_VALUE)) {}
        memory.putLong(root, StreamValue.PRODUCERS, 0);
    }

    /** Frees some; returns whether nothing is left. */
    static boolean releaseStep(Memory memory, long root, int maxBlocks) {
        long tree = memory.getLong(root, StreamValue.PRODUCERS);
        if (tree == 0) {
            return true;
        }
        NameTree producers = new NameTree(NAME).in(memory);
        producers.at(tree);
        boolean done = releaseStep(memory, producers, maxBlocks);
        if (done) {
            memory.putLong(root, StreamValue.PRODUCERS, 0);
        }
        return done;
    }

    private static boolean releaseStep(Memory memory, NameTree producers, int maxBlocks) {
        NameTree ids = new NameTree(NAME).in(memory);
        long left = maxBlocks;
        for (long producer = producers.first(); producer != 0; producer = producers.first()) {
            if (left <= 0) {
                return false;
            }
            ids.at(memory.getLong(producer, IDS));
            left -= 1 + ids.size();
            ids.destroyStep(Integer.MAX_VALUE, id -> memory.free(id, bytes(memory.getInt(id, NAME)), Tag.VALUE));
            producers.remove();
            memory.free(producer, bytes(memory.getInt(producer, NAME)), Tag.VALUE);
        }
        producers.destroy();
        return true;
    }

    static long size(Memory memory, long root) {
        long tree = memory.getLong(root, StreamValue.PRODUCERS);
        if (tree == 0) {
            return 0;
        }
        NameTree producers = new NameTree(NAME).in(memory);
        NameTree ids = new NameTree(NAME).in(memory);
        long total = producers.at(tree).bytes();
        for (long producer = producers.first(); producer != 0; producer = producers.next()) {
            total += Memory.blockSize(bytes(memory.getInt(producer, NAME)));
            total += ids.at(memory.getLong(producer, IDS)).bytes();
            for (long id = ids.first(); id != 0; id = ids.next()) {
                total += Memory.blockSize(bytes(memory.getInt(id, NAME)));
            }
        }
        return total;
    }

    /** Makes a stream remember what another one does; it remembers nothing yet. */
    static void copy(StreamValue from, StreamValue to) {
        Idempotency source = new Idempotency().at(from);
        Idempotency target = new Idempotency().at(to);
        if (!source.open()) {
            return;
        }
        long added = target.everAdded();
        Bytes producer = new Bytes();
        Bytes id = new Bytes();
        StreamId entry = new StreamId();
        for (long p = source.producers.first(); p != 0; p = source.producers.next()) {
            source.producers.name(p, producer);
            for (long i = source.memory.getLong(p, OLDEST); i != 0; i = source.memory.getLong(i, NEWER)) {
                entry.set(source.memory.getLong(i, IdTree.MILLIS), source.memory.getLong(i, IdTree.SEQUENCE));
                target.remember(producer, source.ids.name(i, id), entry, Long.MIN_VALUE / 2);
            }
        }
        target.memory.putLong(target.root, StreamValue.IDEMPOTENCY_ADDED, added);
    }

    /** Throws if what is remembered is not well formed. */
    static void check(StreamValue stream) {
        Idempotency all = new Idempotency().at(stream);
        if (!all.open()) {
            return;
        }
        all.producers.checkInvariants();
        for (long p = all.producers.first(); p != 0; p = all.producers.next()) {
            all.ids.at(all.memory.getLong(p, IDS));
            all.ids.checkInvariants();
            long n = 0;
            long last = 0;
            for (long i = all.memory.getLong(p, OLDEST); i != 0; i = all.memory.getLong(i, NEWER)) {
                n++;
                last = i;
            }
            if (n != all.ids.size() || last != all.memory.getLong(p, NEWEST) || n > all.mostIds()) {
                throw new IllegalStateException("stream: IDs of a producer");
            }
        }
    }
}
