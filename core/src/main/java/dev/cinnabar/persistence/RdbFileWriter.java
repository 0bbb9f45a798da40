package dev.cinnabar.persistence;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Views;
import java.nio.charset.StandardCharsets;

/**
 * Writes an RDB file as bytes to wherever the {@link RdbWriter.Sink} leads: {@link #begin}, entries, {@link #end}. Owned by one
 * thread.
 *
 * <p>The version that a file needs is known when all is written, but stands at its beginning. {@link #begin} is told one that
 * is enough for whatever may come; whoever can go back, as in a file on disk, ends with {@link #neededVersion} and writes the
 * {@link #header} of that over the first.
 */
public final class RdbFileWriter implements AutoCloseable {

    /** The version of values of all types. */
    public static final int NEWEST_VERSION = ValueFormat.VERSION_NEWEST;

    private static final int BUFFER_BYTES = 64 << 10;

    private final RdbWriter out;
    private final ValueWriter values;
    private final AccessTimes accessTimes;
    private final boolean checksum;
    private final Bytes view = new Bytes();
    private int begunWith;
    private int neededVersion = ValueFormat.VERSION_BASE;
    private int database = -1;
    private long keys;

    /** A checksum of zero stands for none. */
    public RdbFileWriter(
            RdbWriter.Sink sink,
            Views views,
            AccessTimes accessTimes,
            boolean compresses,
            boolean checksum,
            BufferAccounting accounting) {
        this.out = new RdbWriter(sink, BUFFER_BYTES, compresses, accounting);
        this.values = new ValueWriter(out, views);
        this.accessTimes = accessTimes;
        this.checksum = checksum;
    }

    /** The first bytes of a file of this version. */
    static byte[] header(int version) {
        return (RdbFormat.MAGIC + Integer.toString(10_000 + version).substring(1)).getBytes(StandardCharsets.US_ASCII);
    }

    /** Begins the file, with the oldest version that is sure to be enough. */
    public void begin(int version) {
        begunWith = version;
        out.bytes(Bytes.of(header(version)));
    }

    /** Says something about the file. */
    public void auxiliary(String name, String value) {
        out.byteValue(RdbFormat.AUXILIARY);
        out.string(Bytes.of(name));
        out.string(Bytes.of(value));
    }

    public void auxiliary(String name, long value) {
        out.byteValue(RdbFormat.AUXILIARY);
        out.string(Bytes.of(name));
        out.string(value);
    }

    /** Says how many keys there will be in a database, so that a reader can make room for them. */
    public void sizes(int number, long keyCount, long expiringCount) {
        select(number);
        out.byteValue(RdbFormat.SIZES);
        out.length(keyCount);
        out.length(expiringCount);
    }

    private void select(int number) {
        if (number != database) {
            database = number;
            out.byteValue(RdbFormat.SELECT);
            out.length(number);
        }
    }

    /** Writes a key with its value. The entry's partition is locked. */
    public void entry(int number, Entry entry) {
        select(number);
        neededVersion = Math.max(neededVersion, write(out, values, accessTimes, entry, view));
        keys++;
    }

    /** Writes keys that {@link #write} has made bytes of, which need this version. */
    public void raw(int number, Bytes entries, int version, long count) {
        select(number);
        out.bytes(entries);
        neededVersion = Math.max(neededVersion, version);
        keys += count;
    }

    /** Writes a string that belongs between bytes of {@link #raw}, compressed where that is shorter. */
    public void string(int number, Bytes string) {
        select(number);
        out.string(string);
    }

    /** Makes of a key and its value what stands for them in a file; returns the version that they need. */
    static int write(RdbWriter out, ValueWriter values, AccessTimes accessTimes, Entry entry, Bytes view) {
        writeTimes(out, accessTimes, entry);
        return values.write(entry, entry.key(view));
    }

    private static void writeTimes(RdbWriter out, AccessTimes accessTimes, Entry entry) {
        if (entry.hasExpiry()) {
            out.byteValue(RdbFormat.EXPIRY_MILLIS);
            out.longValue(entry.expiryMillis());
        }
        long idleSeconds = accessTimes.idleSeconds(entry.clock());
        if (idleSeconds >= 0) {
            out.byteValue(RdbFormat.IDLE);
            out.length(idleSeconds);
        }
        int frequency = accessTimes.frequency(entry.clock());
        if (frequency >= 0) {
            out.byteValue(RdbFormat.FREQUENCY);
            out.byteValue(frequency);
        }
    }

    /** As {@link #write}, but of a big value only what stands in front of its elements. */
    static int begin(RdbWriter out, ValueWriter values, AccessTimes accessTimes, Entry entry, Bytes view) {
        writeTimes(out, accessTimes, entry);
        return values.begin(entry, entry.key(view));
    }

    /** Ends the file; all bytes have gone to the sink. The checksum is right if the file's header is of this version. */
    public void end(int version) {
        out.byteValue(RdbFormat.END);
        out.longValue(checksum ? checksum(version) : 0);
        out.flush();
    }

    /** The sum is linear: what another header changes is the sum of the change, followed by as many zeros as bytes follow. */
    private long checksum(int version) {
        long difference = sum(header(begunWith)) ^ sum(header(version));
        return out.crc() ^ Crc64.afterZeros(difference, out.position() - RdbFormat.HEADER_BYTES);
    }

    private static long sum(byte[] bytes) {
        return Crc64.update(0, bytes, 0, bytes.length);
    }

    /** The oldest version that can tell all that was written. */
    public int neededVersion() {
        return neededVersion;
    }

    /** How many keys have been written. */
    public long keys() {
        return keys;
    }

    /** How many bytes have been written. */
    public long position() {
        return out.position();
    }

    /** Gives memory back. */
    @Override
    public void close() {
        out.close();
    }
}
