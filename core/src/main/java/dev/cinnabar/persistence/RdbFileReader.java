package dev.cinnabar.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.Partition;
import dev.cinnabar.log.Log;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.LookAhead;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Loads an RDB file into a keyspace. One object loads one file; {@link #load} is called by one thread and returns when the
 * file has been loaded, or with what is wrong in it; then part of it is in the keyspace, and the caller's to remove.
 *
 * <p>The calling thread reads the file, sums its checksum and finds out where each key ends and to which partition it belongs.
 * Keys are handed on as they are, in batches of one partition each, to threads that build the values: these are independent of
 * each other, and locks are taken seldom. When all batches are full the reading thread builds too, so no core waits. A value
 * that is too long for a batch is built by the reading thread, straight from the file, so memory does not depend on sizes.
 */
public final class RdbFileReader {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int BATCH_BYTES = 32 << 10;

    /** Where the key begins in the file, its hash, its expiry, access clock, database, and how many bytes follow. */
    private static final int ENTRY_HEADER_BYTES = 36;

    private static final int FILE_BUFFER_BYTES = BATCH_BYTES - ENTRY_HEADER_BYTES;

    /** For so many keys at a time it is looked ahead where they will go to. */
    private static final int LOOK_AHEAD = 32;

    /** Fewer bytes no key takes in a file, whatever it says how many there are. */
    private static final int MIN_KEY_BYTES = 3;

    /** How many bytes are read between two reports of progress. */
    private static final long REPORT_BYTES = 1 << 20;

    /** Keys of one partition, each with what stands before it. */
    private static final class Batch {
        final byte[] bytes = new byte[BATCH_BYTES];
        final MemorySegment segment = MemorySegment.ofArray(bytes);
        int length;
        int partition;
    }

    /** So many of the keys that are left out are named in the log. */
    private static final int MAX_NAMED = 10;

    private static final int MAX_SHOWN = 128;

    private static final long MAX_PARK_NANOS = 100_000_000;

    private static final Batch LAST = new Batch();

    private final Keyspace keyspace;
    private final Limits limits;
    private final AccessTimes accessTimes;
    private final Log log;
    private final int maxString;
    private final BufferAccounting accounting;

    private boolean replaces;
    private boolean keepsExpired;
    private boolean checks = true;
    private int threads = Runtime.getRuntime().availableProcessors() - 1;

    private final Batch[] open;
    private final BlockingQueue<Batch> free;
    private final BlockingQueue<Batch> full;
    private volatile @Nullable Throwable failure;

    private int version;
    private boolean valkey;
    private long loaded;
    private final AtomicLong empty = new AtomicLong();
    private long delayNanos;
    private long expired;
    private long length;

    /** No string in the file is longer than {@code maxString} bytes. */
    public RdbFileReader(
            Keyspace keyspace,
            Limits limits,
            AccessTimes accessTimes,
            int maxString,
            Log log,
            BufferAccounting accounting) {
        this.keyspace = keyspace;
        this.limits = limits;
        this.accessTimes = accessTimes;
        this.maxString = maxString;
        this.log = log;
        this.accounting = accounting;
        this.open = new Batch[keyspace.partitions()];
        int batches = keyspace.partitions() + 2 * threads + 2;
        this.free = new ArrayBlockingQueue<>(batches);
        this.full = new ArrayBlockingQueue<>(batches + threads);
        for (int i = 0; i < batches; i++) {
            free.add(new Batch());
        }
    }

    /** A key that is in the keyspace already is replaced; otherwise that is an error. */
    public RdbFileReader replacing() {
        replaces = true;
        return this;
    }

    /** Keys whose time is over are kept, as where a log follows that tells of their end; otherwise they are dropped. */
    public RdbFileReader keepingExpired() {
        keepsExpired = true;
        return this;
    }

    /** The calling thread does all: for one that has locked the partitions. */
    public RdbFileReader alone() {
        threads = 0;
        return this;
    }

    /** Whether the checksum at the end is looked at. */
    public RdbFileReader checking(boolean checks) {
        this.checks = checks;
        return this;
    }

    /** Waits so many microseconds after each key, for tests; where that is negative, one for so many keys. */
    public RdbFileReader delaying(long micros) {
        delayNanos = micros < 0 ? 1000 / -micros : TimeUnit.MICROSECONDS.toNanos(micros);
        return this;
    }

    private void delay(Loading progress) {
        long end = Clock.SYSTEM.nanos() + delayNanos;
        for (long left = delayNanos; left > 0 && !progress.isCancelled(); left = end - Clock.SYSTEM.nanos()) {
            LockSupport.parkNanos(this, Math.min(left, MAX_PARK_NANOS));
        }
    }

    /** How many keys have been loaded. */
    public long loaded() {
        return loaded - empty.get();
    }

    /** How many keys have been left out because their values had no elements. */
    public long empty() {
        return empty.get();
    }

    private void leaveOut(Bytes key) {
        if (empty.incrementAndGet() <= MAX_NAMED) {
            log.notice("Loading is skipping empty key: " + key.shown(MAX_SHOWN));
        }
    }

    /** How many keys have been dropped because their time was over. */
    public long expired() {
        return expired;
    }

    /** How many bytes the file has: what follows them, if anything, is no part of it. */
    public long length() {
        return length;
    }

    /**
     * Loads the file that a source begins with.
     *
     * @throws RdbException if it is none, or damaged
     */
    public void load(RdbReader.Source source, Loading progress) throws RdbException {
        RdbReader in = new RdbReader(source, FILE_BUFFER_BYTES, maxString, accounting);
        in.total(progress.totalBytes());
        try (EntryLoader direct = newLoader(in)) {
            header(in);
            direct.valkey(valkey);
            List<Thread> workers = startWorkers();
            try (Helper helper = new Helper()) {
                body(in, direct, helper, progress);
                handOn(helper);
            } finally {
                end(workers);
            }
        }
        throwFailure();
    }

    private List<Thread> startWorkers() {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(this::work, "cinnabar-load-" + i);
            worker.setDaemon(true);
            workers.add(worker);
            worker.start();
        }
        return workers;
    }

    /** All has been read: builds what is in batches still. */
    private void handOn(Helper helper) {
        for (Batch batch : open) {
            if (batch != null) {
                full.add(batch);
            }
        }
        for (Batch batch = full.poll(); batch != null; batch = full.poll()) {
            helper.build(batch);
        }
    }

    private void throwFailure() throws RdbException {
        Throwable what = failure;
        switch (what) {
            case null -> {}
            case RdbException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(what);
        }
    }

    private void end(List<Thread> workers) {
        boolean interrupted = false;
        if (workers.isEmpty()) {
            return;
        }
        full.clear();
        for (int i = 0; i < workers.size(); i++) {
            full.add(LAST);
        }
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private EntryLoader newLoader(RdbReader in) {
        EntryLoader loader = new EntryLoader(in, replaces, maxString, limits, accounting, this::leaveOut);
        loader.valkey(valkey);
        return loader;
    }

    // The file as a whole.

    private void header(RdbReader in) throws RdbException {
        byte[] header = new byte[RdbFormat.HEADER_BYTES];
        for (int i = 0; i < header.length; i++) {
            header[i] = (byte) in.byteValue();
        }
        version = versionOf(header);
        valkey = header[0] == RdbFormat.VALKEY_MAGIC.charAt(0);
        if (version < 0) {
            throw new RdbException("Wrong signature trying to load DB from file");
        }
        if (!isKnown(version, valkey)) {
            throw new RdbException("Can't handle RDB format version " + version);
        }
    }

    static boolean isKnown(int version, boolean valkey) {
        return version >= 1 && version <= (valkey ? RdbFormat.NEWEST_VALKEY_VERSION : ValueFormat.VERSION_NEWEST);
    }

    /** The version that a file says that it has; -1 if it is no RDB file. */
    static int versionOf(byte[] header) {
        String text = new String(header, ISO_8859_1);
        String magic = text.startsWith(RdbFormat.VALKEY_MAGIC) ? RdbFormat.VALKEY_MAGIC : RdbFormat.MAGIC;
        byte[] digits = text.substring(magic.length()).getBytes(ISO_8859_1);
        if (!text.startsWith(magic)) {
            return -1;
        }
        int number = 0;
        for (byte digit : digits) {
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = 10 * number + digit - '0';
        }
        return number;
    }

    private void body(RdbReader in, EntryLoader direct, Helper helper, Loading progress) throws RdbException {
        int database = 0;
        long expiryMillis = Entry.NEVER;
        long idleSeconds = -1;
        int frequency = -1;
        int freshClock = accessTimes.clock(-1, -1);
        long reported = 0;
        long nowMillis = keyspace.clock().millis();
        while (failure == null) {
            if (in.position() - reported >= REPORT_BYTES) {
                reported = in.position();
                progress.loadedBytes(reported);
                freshClock = accessTimes.clock(-1, -1);
            }
            if (progress.isCancelled()) {
                throw new RdbException("Loading has been broken off");
            }
            in.mark();
            int type = in.byteValue();
            switch (type) {
                case RdbFormat.END -> {
                    in.unmark();
                    checksum(in);
                    length = in.position();
                    progress.loadedBytes(length);
                    return;
                }
                case RdbFormat.EXPIRY_SECONDS -> expiryMillis = TimeUnit.SECONDS.toMillis(in.intValue());
                case RdbFormat.EXPIRY_MILLIS -> expiryMillis = Math.min(in.longValue(), Entry.NEVER - 1);
                case RdbFormat.FREQUENCY -> frequency = in.byteValue();
                case RdbFormat.IDLE -> idleSeconds = in.length();
                case RdbFormat.SELECT -> database = select(in);
                case RdbFormat.SIZES -> {
                    expect(database, in.length(), (progress.totalBytes() - in.position()) / MIN_KEY_BYTES);
                    in.length();
                }
                case RdbFormat.SLOT -> {
                    in.length();
                    in.length();
                    in.length();
                }
                case RdbFormat.AUXILIARY, RdbFormat.FUNCTIONS, RdbFormat.EARLY_FUNCTION, RdbFormat.MODULE_AUXILIARY -> {
                    in.unmark();
                    about(in, type, nowMillis, progress);
                }
                default -> {
                    if (expiryMillis <= nowMillis && !keepsExpired) {
                        in.unmark();
                        in.skipString();
                        ValueSkip.skip(in, type, valkey);
                        expired++;
                    } else {
                        boolean isFresh = idleSeconds < 0 && frequency < 0;
                        int clock = isFresh ? freshClock : accessTimes.clock(idleSeconds, frequency);
                        entry(in, type, database, expiryMillis, clock, direct, helper);
                        loaded++;
                    }
                    expiryMillis = Entry.NEVER;
                    idleSeconds = -1;
                    frequency = -1;
                    if (delayNanos > 0) {
                        delay(progress);
                    }
                }
            }
            in.unmark();
        }
    }

    /** Lets the tables take room for the keys that a database is said to have, at most {@code max}. */
    private void expect(int database, long keys, long max) {
        long each = Math.min(keys < 0 ? 0 : keys, max) / keyspace.partitions();
        for (int i = 0; i < keyspace.partitions(); i++) {
            keyspace.locked(i, partition -> {
                partition.database(database).expect(each);
                return null;
            });
        }
    }

    private int select(RdbReader in) throws RdbException {
        long number = in.length();
        if (number < 0 || number >= keyspace.databases()) {
            throw new RdbException("FATAL: Data file was created with a server configured to handle more than "
                    + keyspace.databases() + " databases. Exiting");
        }
        return (int) number;
    }

    private void about(RdbReader in, int type, long nowMillis, Loading progress) throws RdbException {
        switch (type) {
            case RdbFormat.AUXILIARY -> {
                String name = in.string().toString();
                Bytes value = in.string();
                long number = !value.isEmpty() && Numbers.isLong(value) ? Numbers.toLong(value) : -1;
                switch (name) {
                    case "redis-ver" -> log.notice("Loading RDB produced by version " + value);
                    case "valkey-ver" -> log.notice("Loading RDB produced by Valkey version " + value);
                    case "ctime" -> log.notice("RDB age " + Math.max(0, nowMillis / 1000 - number) + " seconds");
                    case "used-mem" -> {
                        progress.usedMemory(Math.max(0, number));
                        log.notice("RDB memory usage when created " + megabytes(number) + " Mb");
                    }
                    case "aof-base" -> {
                        if (number == 1) {
                            log.notice("RDB is base AOF");
                        }
                    }
                    default -> {}
                }
            }
            case RdbFormat.FUNCTIONS -> {
                in.skipString();
                log.warning("The RDB file has a library of functions, which this version has not: it is left out.");
            }
            case RdbFormat.EARLY_FUNCTION -> throw new RdbException("Pre-release function format not supported.");
            default ->
                throw new RdbException("The RDB file contains AUX module data I can't load: no matching module '"
                        + moduleName(in.length()) + "'");
        }
    }

    private static String megabytes(long bytes) {
        return Long.toString(bytes >> 20)
                + '.'
                + Long.toString(100 + (bytes & (1 << 20) - 1) * 100 / (1 << 20)).substring(1);
    }

    /** The nine characters, of 6 bits each, with which the id of a module's type begins. */
    static String moduleName(long id) {
        String characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        StringBuilder name = new StringBuilder();
        for (int shift = 58; shift >= 10; shift -= 6) {
            name.append(characters.charAt((int) (id >>> shift) & 63));
        }
        return name.toString();
    }

    private void checksum(RdbReader in) throws RdbException {
        if (version < RdbFormat.VERSION_CHECKSUM) {
            return;
        }
        long sum = in.crc();
        long expected = in.longValue();
        if (!checks) {
            return;
        }
        if (expected == 0) {
            log.notice("RDB file was saved with checksum disabled: no check performed.");
        } else if (sum != expected) {
            throw new RdbException("Wrong RDB checksum expected: (" + Long.toHexString(sum) + ") but got ("
                    + Long.toHexString(expected) + "). RDB CRC error, aborting now.");
        }
    }

    // Keys.

    /** Puts a key, whose type was read since the mark, into the batch of its partition, or builds it at once. */
    private void entry(
            RdbReader in, int type, int database, long expiryMillis, int clock, EntryLoader direct, Helper helper)
            throws RdbException {
        long hash = 0;
        boolean fits = true;
        try {
            hash = keyspace.hash(in.string());
            ValueSkip.skip(in, type, valkey);
        } catch (RdbException e) {
            if (!in.isOverrun()) {
                throw e;
            }
            fits = false;
        }
        if (fits) {
            append(in, database, hash, expiryMillis, clock, helper);
            return;
        }
        in.back();
        direct.begin();
        long longHash = keyspace.hash(direct.key());
        RdbException wrong = keyspace.locked(keyspace.partitionOf(longHash), partition -> {
            try {
                direct.build(partition.database(database), database, longHash, expiryMillis, clock);
                return null;
            } catch (RdbException e) {
                return e;
            }
        });
        if (wrong != null) {
            throw wrong;
        }
    }

    private void append(RdbReader in, int database, long hash, long expiryMillis, int clock, Helper helper) {
        int partition = keyspace.partitionOf(hash);
        int size = in.sinceMark();
        Batch batch = open[partition];
        if (batch != null && batch.length + ENTRY_HEADER_BYTES + size > BATCH_BYTES) {
            full.add(batch);
            batch = null;
        }
        if (batch == null) {
            batch = freeBatch(helper);
            batch.partition = partition;
            batch.length = 0;
            open[partition] = batch;
        }
        int at = batch.length;
        LONG.set(batch.bytes, at, in.position() - size);
        LONG.set(batch.bytes, at + 8, hash);
        LONG.set(batch.bytes, at + 16, expiryMillis);
        INT.set(batch.bytes, at + 24, clock);
        INT.set(batch.bytes, at + 28, database);
        INT.set(batch.bytes, at + 32, size);
        in.copySinceMark(batch.bytes, at + ENTRY_HEADER_BYTES);
        batch.length = at + ENTRY_HEADER_BYTES + size;
    }

    /** An empty batch; builds the keys of others as long as there is none. */
    private Batch freeBatch(Helper helper) {
        while (true) {
            Batch batch = free.poll();
            if (batch != null) {
                return batch;
            }
            Batch waiting = full.poll();
            if (waiting != null) {
                helper.build(waiting);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private void work() {
        try (Helper helper = new Helper()) {
            for (Batch batch = full.take(); batch != LAST; batch = full.take()) {
                helper.build(batch);
            }
        } catch (InterruptedException e) {
            failure = e;
        }
    }

    /** Builds the keys of batches. Owned by one thread. */
    private final class Helper implements AutoCloseable {

        private final EntryLoader loader = newLoader(new RdbReader(maxString, accounting));
        private final LookAhead ahead = new LookAhead(LOOK_AHEAD);
        private final long[] hashes = new long[LOOK_AHEAD];
        private Batch batch = LAST;

        void build(Batch of) {
            batch = of;
            try {
                if (failure == null) {
                    Throwable wrong = keyspace.locked(of.partition, this::build);
                    if (wrong != null) {
                        failure = wrong;
                    }
                }
            } finally {
                batch = LAST;
                free.add(of);
            }
        }

        private @Nullable Throwable build(Partition partition) {
            RdbReader in = loader.in();
            byte[] bytes = batch.bytes;
            in.turn(bytes, batch.segment, batch.length);
            try {
                for (int at = 0, seen = 0; at < batch.length; ) {
                    if (at == seen) {
                        seen = lookAhead(at);
                    }
                    in.skip(ENTRY_HEADER_BYTES);
                    in.position((long) LONG.get(bytes, at));
                    long hash = (long) LONG.get(bytes, at + 8);
                    long expiryMillis = (long) LONG.get(bytes, at + 16);
                    int clock = (int) INT.get(bytes, at + 24);
                    int number = (int) INT.get(bytes, at + 28);
                    loader.begin();
                    loader.build(partition.database(number), number, hash, expiryMillis, clock);
                    at += ENTRY_HEADER_BYTES + (int) INT.get(bytes, at + 32);
                }
                return null;
            } catch (RdbException | RuntimeException | Error e) {
                return e;
            }
        }

        /** Reads at once where the next keys, of one database, will go to. Returns where the keys behind them begin. */
        private int lookAhead(int from) {
            byte[] bytes = batch.bytes;
            int number = (int) INT.get(bytes, from + 28);
            int count = 0;
            int at = from;
            do {
                hashes[count++] = (long) LONG.get(bytes, at + 8);
                at += ENTRY_HEADER_BYTES + (int) INT.get(bytes, at + 32);
            } while (count < LOOK_AHEAD && at < batch.length && (int) INT.get(bytes, at + 28) == number);
            keyspace.touch(number, hashes, count, ahead);
            return at;
        }

        @Override
        public void close() {
            loader.close();
        }
    }
}
