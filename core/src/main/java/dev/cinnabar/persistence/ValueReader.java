package dev.cinnabar.persistence;

import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.Intset;
import dev.cinnabar.structures.Listpack;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Views;
import java.lang.foreign.MemorySegment;

/**
 * Builds values from RDB objects, which may be anything: the opposite of {@link ValueWriter}. Owned by one thread; the partition
 * of what is built is locked.
 *
 * <p>A value is always in the form that the settings ask for, and elements that are there twice are noticed. The bytes of a
 * listpack or an intset are checked in all that anyone here relies on, and copied where they are what commands would have
 * made ({@link RunAdoption}); else, and from any other form, the elements are added one by one as commands would add them.
 */
public final class ValueReader implements AutoCloseable {

    /** Makes the entry that a value is written into, which is then the caller's, whatever happens. */
    @FunctionalInterface
    public interface Builder {
        Entry build(int kind, int inlineLength);
    }

    private static final int BUFFER_BYTES = 4096;

    /** Runs of up to so many bytes are looked at in an array. */
    private static final int ARRAY_BYTES = 64 << 10;

    /** The last time at which a field can expire, as in Redis. */
    private static final long MAX_FIELD_EXPIRY = (1L << 46) - 1;

    private static final String BAD_ZIPMAP = "Zipmap integrity check failed";
    private static final int ZIPMAP_LONG = 254;
    private static final int ZIPMAP_END = 255;

    private final RdbReader in;
    private final Views views;
    private final StreamReader streams;
    private final RunAdoption adoption;
    private final Buffer run;
    private byte[] array = {};
    private MemorySegment arraySegment = MemorySegment.ofArray(array);

    // The run of bytes that has been read last.
    private boolean isInArray;
    private MemorySegment runSegment = arraySegment;
    private int runLength;
    private final Buffer kept;
    private final Listpack listpack = new Listpack();
    private final Listpack neighbour = new Listpack();
    private final Intset intset = new Intset();
    private final Ziplist ziplist = new Ziplist();
    private final Bytes runView = new Bytes();
    private final Bytes keptView = new Bytes();
    private final Bytes first = new Bytes();
    private final Bytes second = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

    /** Reads from bytes that are not to change meanwhile; no string in them is longer than {@code maxString} bytes. */
    public ValueReader(Bytes bytes, int maxString, Views views, BufferAccounting accounting) {
        this(new RdbReader(RdbReader.of(bytes), BUFFER_BYTES, maxString, accounting), maxString, views, accounting);
        in.total(bytes.length());
    }

    /** Reads what the reader is at; the reader is closed with this. */
    ValueReader(RdbReader in, int maxString, Views views, BufferAccounting accounting) {
        this.in = in;
        this.run = new Buffer(accounting, maxString);
        this.kept = new Buffer(accounting, maxString);
        this.streams = new StreamReader(in, run, views);
        this.views = views;
        this.adoption = new RunAdoption(views.limits());
    }

    /**
     * Whether bytes end with a version that is known here and with the right checksum, as those of DUMP do.
     *
     * @param anyChecksum whether any checksum is right
     */
    public static boolean isDump(Bytes dump, boolean anyChecksum) {
        int length = dump.length() - ValueFormat.FOOTER_BYTES;
        if (length < 0) {
            return false;
        }
        byte[] piece = new byte[BUFFER_BYTES];
        long crc = 0;
        int summed = length + 2;
        for (int at = 0; at < summed; at += piece.length) {
            int n = Math.min(piece.length, summed - at);
            dump.copyTo(at, piece, 0, n);
            crc = Crc64.update(crc, piece, 0, n);
        }
        int version = dump.byteAt(length) & 0xff | (dump.byteAt(length + 1) & 0xff) << 8;
        return version <= ValueFormat.VERSION_NEWEST && (anyChecksum || crc == dump.longAt(summed));
    }

    /** Builds the value of a dump of which {@link #isDump} is true. */
    public void restore(Builder builder) throws RdbException {
        read(in.byteValue(), builder);
        in.skip(ValueFormat.FOOTER_BYTES);
        if (!in.isAtEnd()) {
            throw corrupt("bytes behind the value");
        }
    }

    @Override
    public void close() {
        in.close();
        run.close();
        kept.close();
    }

    private RdbException corrupt(String what) {
        return new RdbException(what + " before byte " + in.position());
    }

    private void check(boolean condition, String otherwise) throws RdbException {
        if (!condition) {
            throw corrupt(otherwise);
        }
    }

    /** Builds a value of this type. */
    void read(int type, Builder builder) throws RdbException {
        switch (type) {
            case ValueFormat.STRING -> string(builder);
            case ValueFormat.LIST -> plainList(builder);
            case ValueFormat.LIST_QUICKLIST -> nodes(builder);
            case ValueFormat.LIST_ZIPLIST -> ziplists(builder, 1);
            case ValueFormat.LIST_ZIPLISTS -> ziplists(builder, count());
            case ValueFormat.SET -> set(builder);
            case ValueFormat.SET_INTSET -> intset(builder);
            case ValueFormat.SET_LISTPACK -> setListpack(builder);
            case ValueFormat.ZSET, ValueFormat.ZSET_TEXT -> sortedSet(builder, type == ValueFormat.ZSET_TEXT);
            case ValueFormat.ZSET_LISTPACK -> sortedSetListpack(builder);
            case ValueFormat.ZSET_ZIPLIST -> sortedSetZiplist(builder);
            case ValueFormat.HASH -> hash(builder);
            case ValueFormat.HASH_ZIPLIST -> hashZiplist(builder);
            case ValueFormat.HASH_ZIPMAP -> hashZipmap(builder);
            case ValueFormat.HASH_LISTPACK -> hashListpack(builder, 2);
            case ValueFormat.HASH_EXPIRING -> expiringHash(builder, positive(in.longValue()) - 1);
            case ValueFormat.HASH_EXPIRING_EARLY -> expiringHash(builder, 0);
            case ValueFormat.HASH_LISTPACK_EXPIRING -> {
                positive(in.longValue());
                hashListpack(builder, 3);
            }
            case ValueFormat.HASH_LISTPACK_EXPIRING_EARLY -> hashListpack(builder, 3);
            case ValueFormat.STREAM,
                    ValueFormat.STREAM_COUNTED,
                    ValueFormat.STREAM_ACTIVE,
                    ValueFormat.STREAM_IDEMPOTENT,
                    ValueFormat.STREAM_RELEASED -> streams.read(type, builder);
            default -> throw corrupt("no type of a value: " + type);
        }
    }

    private long positive(long n) throws RdbException {
        check(n >= 0, "a time that is negative");
        return n;
    }

    /** How many elements follow: there are no empty values. */
    private int count() throws RdbException {
        return filled(in.count(Integer.MAX_VALUE));
    }

    private int filled(int n) throws RdbException {
        if (n == 0) {
            throw new EmptyValueException("an empty value before byte " + in.position());
        }
        return n;
    }

    /** A copy of a string that outlives the reading of the next. */
    private Bytes kept() throws RdbException {
        return keep(in.string());
    }

    private Bytes keep(Bytes string) {
        kept.clear();
        kept.append(string);
        return kept.view(keptView);
    }

    private void string(Builder builder) throws RdbException {
        Bytes value = in.string();
        int kind = StringValue.kindFor(value);
        Entry entry = builder.build(kind, StringValue.inlineLength(kind, value.length()));
        StringValue.initialize(entry, kind, value);
    }

    // Runs of bytes.

    /**
     * Reads a string that is to be a listpack of groups of so many elements, at least one, and shows it.
     *
     * @param distinct the first of so many elements may not be there twice where the listpack is taken over; 0 if all may
     * @param maxText nor may a text in it be longer
     */
    private int listpack(String what, int width, int distinct, int maxText) throws RdbException {
        readRun();
        check(
                adoption.examine(isInArray ? array : null, runSegment, runLength, distinct, maxText),
                what + " listpack integrity check failed");
        listpack.at(runSegment, 0);
        neighbour.at(runSegment, 0);
        int n = listpack.count();
        check(n % width == 0, what + " listpack integrity check failed: " + n + " elements");
        return filled(n / width);
    }

    /** Reads a string into the array, or if it is too long for that, into the buffer. */
    private void readRun() throws RdbException {
        Bytes string = in.string();
        runLength = string.length();
        isInArray = runLength <= ARRAY_BYTES;
        if (isInArray) {
            if (array.length < runLength) {
                array = new byte[Math.max(runLength, Math.min(2 * runLength, ARRAY_BYTES))];
                arraySegment = MemorySegment.ofArray(array);
            }
            string.copyTo(0, array, 0, runLength);
            runSegment = arraySegment;
        } else {
            run.clear();
            run.append(string);
            runSegment = run.segment();
        }
    }

    private Bytes runBytes() {
        return isInArray ? runView.set(array, 0, runLength) : runView.set(runSegment, 0, runLength);
    }

    /** Reads a string that is to be a ziplist of groups of so many elements, at least one; returns how many groups. */
    private int ziplist(String what, int width) throws RdbException {
        readRun();
        int n = ziplist.at(runBytes());
        check(n >= 0 && n % width == 0, what + " ziplist integrity check failed");
        return n / width;
    }

    // Lists.

    private void ziplists(Builder builder, int n) throws RdbException {
        ListValue list = newList(builder);
        for (int i = 0; i < n; i++) {
            for (int left = ziplist("List", 1); left > 0; left--) {
                push(list, ziplist.next(first));
            }
        }
        filled((int) Math.min(list.length(), Integer.MAX_VALUE));
    }

    private ListValue newList(Builder builder) {
        Entry entry = builder.build(Encoding.LIST_LISTPACK, ListValue.emptyLength());
        return views.list.format(entry);
    }

    private static void push(ListValue list, Bytes element) {
        list.expect(1, Listpack.bytesFor(element));
        list.push(false, element);
    }

    private void plainList(Builder builder) throws RdbException {
        int n = count();
        ListValue list = newList(builder);
        for (int i = 0; i < n; i++) {
            push(list, in.string());
        }
    }

    private void nodes(Builder builder) throws RdbException {
        int n = count();
        if (n == 1) {
            node(builder);
            return;
        }
        ListValue list = newList(builder);
        for (int i = 0; i < n; i++) {
            long container = in.length();
            if (container == ValueFormat.NODE_PLAIN) {
                push(list, plainNode());
                continue;
            }
            check(container == ValueFormat.NODE_LISTPACK, "a node that is neither plain nor a listpack");
            listpack("List", 1, 0, Integer.MAX_VALUE);
            pushListpack(list);
        }
    }

    private void node(Builder builder) throws RdbException {
        long container = in.length();
        if (container == ValueFormat.NODE_PLAIN) {
            Bytes element = plainNode();
            push(newList(builder), element);
            return;
        }
        check(container == ValueFormat.NODE_LISTPACK, "a node that is neither plain nor a listpack");
        listpack("List", 1, 0, Integer.MAX_VALUE);
        if (!adoption.list(builder, listpack, runBytes())) {
            pushListpack(newList(builder));
        }
    }

    /** An element in a node of its own, which is there because it is long. */
    private Bytes plainNode() throws RdbException {
        Bytes element = in.string();
        check(!element.isEmpty(), "List integrity check failed: a node of nothing");
        return element;
    }

    private void pushListpack(ListValue list) {
        if (adoption.isUsable()) {
            list.pushAll(listpack);
            return;
        }
        for (int p = listpack.first(); p != 0; p = listpack.next(p)) {
            push(list, listpack.get(p, first));
        }
    }

    // Sets.

    private void add(SetValue set, Bytes member) throws RdbException {
        check(set.add(member), "integrity check failed: a member that is there twice");
    }

    private SetValue newSet(Builder builder, int kind) {
        return views.set.create(builder.build(kind, SetValue.inlineLength(kind)));
    }

    private void set(Builder builder) throws RdbException {
        int n = count();
        Bytes member = in.string();
        SetValue set = newSet(builder, views.set.kindFor(member, n));
        set.reserve(in.atMost(n, 1));
        add(set, member);
        for (int i = 1; i < n; i++) {
            add(set, in.string());
        }
    }

    private void intset(Builder builder) throws RdbException {
        readRun();
        check(
                isInArray ? Intset.isValid(array, runLength) : Intset.isValid(runSegment, 0, runLength),
                "Intset integrity check failed");
        intset.at(runSegment, 0);
        int n = intset.count();
        filled(n);
        if (adoption.intset(builder, n, runBytes())) {
            return;
        }
        SetValue set = newSet(builder, views.set.kindFor(number(intset.get(0)), n));
        for (int i = 0; i < n; i++) {
            add(set, number(intset.get(i)));
        }
    }

    private Bytes number(long n) {
        return first.set(digits, 0, Numbers.writeLong(n, digits, 0));
    }

    /** Numbers alone stay a listpack, as in Redis. */
    private void setListpack(Builder builder) throws RdbException {
        int n = listpack("Set", 1, 1, views.limits().setValueBytes);
        if (adoption.set(builder, listpack, runBytes())) {
            return;
        }
        boolean small = n <= views.limits().setListpackEntries;
        SetValue set = newSet(builder, small ? Encoding.SET_LISTPACK : Encoding.SET_HASHTABLE);
        for (int p = listpack.first(); p != 0; p = listpack.next(p)) {
            add(set, listpack.get(p, first));
        }
    }

    // Sorted sets.

    private SortedSetValue newSortedSet(Builder builder, int count, int memberLength) {
        int kind = views.sortedSet.kindFor(count, memberLength);
        return views.sortedSet.create(builder.build(kind, SortedSetValue.inlineLength(kind)));
    }

    private void add(SortedSetValue set, Bytes member, double score) throws RdbException {
        check(!Double.isNaN(score), "Zset with NAN score detected");
        check(!set.find(member), "integrity check failed: a member that is there twice");
        set.add(member, score);
    }

    private void sortedSet(Builder builder, boolean asText) throws RdbException {
        int n = count();
        Bytes member = kept();
        double score = asText ? in.doubleText() : in.doubleValue();
        SortedSetValue set = newSortedSet(builder, n, member.length());
        set.beginFill(in.atMost(n, asText ? 2 : 9));
        try {
            add(set, member, score);
            for (int i = 1; i < n; i++) {
                member = kept();
                score = asText ? in.doubleText() : in.doubleValue();
                add(set, member, score);
            }
        } finally {
            set.endFill();
        }
    }

    private void sortedSetListpack(Builder builder) throws RdbException {
        int n = listpack("Zset", 2, 2, views.limits().zsetValueBytes);
        if (adoption.sortedSet(builder, listpack, runSegment, runBytes())) {
            return;
        }
        SortedSetValue set = newSortedSet(builder, n, listpack.textLength(listpack.first()));
        for (int p = listpack.first(); p != 0; ) {
            int s = listpack.next(p);
            double score = listpack.isNumber(s) ? listpack.number(s) : Numbers.parseDouble(neighbour.get(s, second));
            add(set, listpack.get(p, first), score);
            p = listpack.next(s);
        }
    }

    private void sortedSetZiplist(Builder builder) throws RdbException {
        int n = filled(ziplist("Zset", 2));
        SortedSetValue set = null;
        for (int i = 0; i < n; i++) {
            Bytes member = keep(ziplist.next(first));
            if (set == null) {
                set = newSortedSet(builder, n, member.length());
            }
            add(set, member, Numbers.parseDouble(ziplist.next(second)));
        }
    }

    // Hashes.

    private void hashZiplist(Builder builder) throws RdbException {
        int n = filled(ziplist("Hash", 2));
        HashValue hash = newHash(builder, n);
        for (int i = 0; i < n; i++) {
            Bytes field = keep(ziplist.next(first));
            set(hash, field, ziplist.next(second), Entry.NEVER);
        }
    }

    /*
     * A zipmap: a byte (how many, or 254 or more for unknown), then length, field, length, a byte for how many bytes are spare,
     * value, spare bytes; at the end 255. A length is one byte, or 254 and four, lowest first.
     */
    private void hashZipmap(Builder builder) throws RdbException {
        readRun();
        Bytes map = runBytes();
        HashValue hash = newHash(builder, 1);
        int p = 1;
        int n = 0;
        while (zipmapByte(map, p) != ZIPMAP_END) {
            int length = zipmapLength(map, p, 0);
            p += zipmapHeader(map, p);
            Bytes field = keep(zipmapPart(map, p, length));
            p += length;
            int valueLength = zipmapLength(map, p, 1);
            p += zipmapHeader(map, p);
            int spare = zipmapByte(map, p++);
            set(hash, field, zipmapPart(map, p, valueLength), Entry.NEVER);
            p += valueLength + spare;
            n++;
        }
        int said = zipmapByte(map, 0);
        check(p == map.length() - 1 && (said >= ZIPMAP_LONG || said == n), BAD_ZIPMAP);
        filled(n);
    }

    private int zipmapByte(Bytes map, int at) throws RdbException {
        check(at < map.length(), BAD_ZIPMAP);
        return map.byteAt(at) & 0xff;
    }

    private int zipmapHeader(Bytes map, int at) throws RdbException {
        return zipmapByte(map, at) == ZIPMAP_LONG ? 5 : 1;
    }

    /** A length that leaves room for itself, so many bytes more, what it tells, and the end. */
    private int zipmapLength(Bytes map, int at, int more) throws RdbException {
        int header = zipmapHeader(map, at);
        check(at + header < map.length() && zipmapByte(map, at) <= ZIPMAP_LONG, BAD_ZIPMAP);
        long length = zipmapByte(map, at);
        if (header > 1) {
            length = 0;
            for (int i = header - 1; i > 0; i--) {
                length = length << 8 | zipmapByte(map, at + i);
            }
        }
        check(length <= map.length() - (long) at - header - more - 1, BAD_ZIPMAP);
        return (int) length;
    }

    private Bytes zipmapPart(Bytes map, int at, int length) throws RdbException {
        check(at + (long) length < map.length(), BAD_ZIPMAP);
        return new Bytes().set(runSegment, at, length);
    }

    private HashValue newHash(Builder builder, int count) {
        int kind = views.hash.kindFor(count);
        return views.hash.create(builder.build(kind, HashValue.inlineLength(kind)));
    }

    private void set(HashValue hash, Bytes field, Bytes value, long expiryMillis) throws RdbException {
        check(hash.set(field, value, false), "Hash integrity check failed: a field that is there twice");
        if (expiryMillis != Entry.NEVER) {
            check(hash.find(field), "a field that is lost");
            hash.setExpiry(expiryMillis);
        }
    }

    private void hash(Builder builder) throws RdbException {
        int n = count();
        HashValue hash = newHash(builder, n);
        hash.reserve(in.atMost(n, 2));
        for (int i = 0; i < n; i++) {
            Bytes field = kept();
            set(hash, field, in.string(), Entry.NEVER);
        }
    }

    /** Of fields with times, which count from {@code base} on, 0 being none. */
    private void expiringHash(Builder builder, long base) throws RdbException {
        int n = count();
        HashValue hash = newHash(builder, n);
        hash.expectExpiry();
        hash.reserve(in.atMost(n, 3));
        for (int i = 0; i < n; i++) {
            long time = positive(in.length());
            long expiry = time == 0 ? Entry.NEVER : expiry(base + time);
            Bytes field = kept();
            set(hash, field, in.string(), expiry);
        }
    }

    /** Valkey's hash of fields with times of 8 bytes, -1 being none. */
    void valkeyHash(Builder builder) throws RdbException {
        int n = count();
        HashValue hash = newHash(builder, n);
        hash.expectExpiry();
        hash.reserve(in.atMost(n, 3));
        for (int i = 0; i < n; i++) {
            Bytes field = kept();
            set(hash, field, in.string(), Entry.NEVER);
            long time = in.longValue();
            if (time != -1) {
                check(hash.find(field), "a field that is lost");
                hash.setExpiry(expiry(time));
            }
        }
    }

    /** Within what commands accept, which is also what the compact form can tell. */
    private long expiry(long millis) throws RdbException {
        check(millis >= 0 && millis <= MAX_FIELD_EXPIRY, "a time that is out of range");
        return millis;
    }

    private void hashListpack(Builder builder, int width) throws RdbException {
        int n = listpack("Hash", width, width == 2 ? 2 : 0, views.limits().hashValueBytes);
        if (width == 2 && adoption.hash(builder, listpack, runBytes())) {
            return;
        }
        HashValue hash = newHash(builder, n);
        if (width == 3) {
            hash.expectExpiry();
        }
        for (int p = listpack.first(); p != 0; ) {
            int v = listpack.next(p);
            int last = v;
            long expiry = Entry.NEVER;
            if (width == 3) {
                last = listpack.next(v);
                check(listpack.isNumber(last), "a time that is no number");
                long time = listpack.number(last);
                expiry = time == 0 ? Entry.NEVER : expiry(time);
            }
            set(hash, listpack.get(p, first), neighbour.get(v, second), expiry);
            p = listpack.next(last);
        }
    }
}
