package dev.cinnabar.persistence;

import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import dev.cinnabar.values.Views;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A short sum of data: the same where the data are, whatever encodings, order of keys and partitions are. Owned by one thread,
 * which has locked what it sums.
 *
 * <p>That of a whole is the exclusive or of those of its parts where their order does not matter, and otherwise the SHA-1 of
 * one after the other. Of times of expiry it knows only whether there is one.
 */
public final class Digest {

    private static final int BYTES = 20;
    private static final int SCAN_COUNT = 512;

    private final MessageDigest sha;
    private final Views views;
    private final Bytes view = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    private final ByteBuffer number = ByteBuffer.allocate(8);
    private final byte[] piece = new byte[4096];

    public Digest(Views views) {
        this.views = views;
        try {
            this.sha = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /** The sum of all databases; zeros where there is no key. All partitions are locked. */
    public byte[] all(Keyspace keyspace) {
        byte[] sum = new byte[BYTES];
        Entry entry = new Entry();
        for (int p = 0; p < keyspace.partitions(); p++) {
            for (int n = 0; n < keyspace.databases(); n++) {
                Database database = keyspace.partition(p).databaseIfAny(n);
                if (database == null) {
                    continue;
                }
                int index = n;
                long cursor = 0;
                do {
                    cursor = database.scan(cursor, SCAN_COUNT, record -> {
                        database.look(record, entry);
                        mix(sum, key(index, entry));
                    });
                } while (cursor != 0);
            }
        }
        return sum;
    }

    private byte[] key(int database, Entry entry) {
        byte[] value = value(entry);
        add(database);
        add(entry.key(view));
        sha.update(value);
        return sha.digest();
    }

    /** The sum of a value, and of whether it expires. */
    public byte[] value(Entry entry) {
        byte[] content = content(entry);
        add(entry.type().ordinal());
        add(entry.hasExpiry() ? 1 : 0);
        sha.update(content);
        return sha.digest();
    }

    private byte[] content(Entry entry) {
        Type type = entry.type();
        return switch (type) {
            case STRING -> {
                add(StringValue.view(entry, view, digits));
                yield sha.digest();
            }
            case LIST -> list(views.list.at(entry));
            case SET -> set(views.set.at(entry));
            case ZSET -> sortedSet(views.sortedSet.at(entry));
            case HASH -> hash(views.hash.at(entry));
            case STREAM -> stream(views.stream.at(entry));
            default -> throw new IllegalArgumentException("no values of type " + type);
        };
    }

    private byte[] list(ListValue list) {
        list.seek(0);
        do {
            add(list.element(view));
        } while (list.next());
        return sha.digest();
    }

    private byte[] set(SetValue set) {
        byte[] sum = new byte[BYTES];
        set.rewind();
        while (set.next()) {
            add(set.member());
            mix(sum, sha.digest());
        }
        return sum;
    }

    private byte[] sortedSet(SortedSetValue set) {
        for (boolean more = set.seek(0); more; more = set.next()) {
            add(set.member());
            add(Double.doubleToLongBits(set.score() + 0.0));
        }
        return sha.digest();
    }

    private byte[] hash(HashValue hash) {
        byte[] sum = new byte[BYTES];
        hash.rewind();
        while (hash.next()) {
            add(hash.field());
            add(hash.value());
            add(hash.expiryMillis() == Entry.NEVER ? 0 : 1);
            mix(sum, sha.digest());
        }
        return sum;
    }

    private byte[] stream(StreamValue stream) {
        for (boolean more = stream.seek(0, 0); more; more = stream.next()) {
            add(stream.millis());
            add(stream.sequence());
            add(stream.fields());
            for (int i = stream.fields(); i > 0; i--) {
                add(stream.nextField(view));
                add(stream.nextValue(view));
            }
        }
        add(stream.length());
        return sha.digest();
    }

    private void add(long n) {
        number.clear();
        number.putLong(n);
        sha.update(number.array());
    }

    /** Adds bytes, their length first, so that what follows each other stays apart. */
    private void add(Bytes bytes) {
        add(bytes.length());
        for (int at = 0; at < bytes.length(); at += piece.length) {
            int n = Math.min(piece.length, bytes.length() - at);
            bytes.copyTo(at, piece, 0, n);
            sha.update(piece, 0, n);
        }
    }

    private static void mix(byte[] sum, byte[] more) {
        for (int i = 0; i < BYTES; i++) {
            sum[i] ^= more[i];
        }
    }

    /** The sum of a key that is not there. */
    public static byte[] none() {
        return new byte[BYTES];
    }
}
