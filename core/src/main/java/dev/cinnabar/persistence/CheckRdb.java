package dev.cinnabar.persistence;

import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Reason;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Views;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Looks whether an RDB file is whole, as redis-check-rdb does and with its lines: every value is built, and thrown away. Used
 * by one thread, for one file.
 */
public final class CheckRdb {

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int KEY_CHARACTERS = 128;
    private static final String END = "Unexpected EOF reading RDB file";

    /** What the lines call the types of values, by their numbers. */
    private static final String[] TYPES = {
        "string",
        "list-linked",
        "set-hashtable",
        "zset-v1",
        "hash-hashtable",
        "zset-v2",
        "module-pre-release",
        "module-value",
        "",
        "hash-zipmap",
        "list-ziplist",
        "set-intset",
        "zset-ziplist",
        "hash-ziplist",
        "quicklist",
        "stream",
        "hash-listpack",
        "zset-listpack",
        "quicklist-v2",
        "stream-v2",
        "set-listpack",
        "stream-v3",
        "hash-hashtable-md-pre-release",
        "hash-listpack-md-pre-release",
        "hash-hashtable-md",
        "hash-listpack-md",
        "stream-v4",
        "stream-v5"
    };

    private final PrintStream out;
    private final BufferAccounting accounting = new BufferAccounting();
    private final Entry built = new Entry();
    private String doing = "start";
    private int type;
    private boolean hasType;
    private String key = "";
    private long length;
    private long keys;
    private long expires;
    private long expired;

    private CheckRdb(PrintStream out) {
        this.out = out;
    }

    /** Checks the file that the only word names; returns the exit code: 0 if it is as it should be. */
    public static int run(List<String> words, PrintStream out) {
        if (words.size() != 1) {
            out.println("Usage: cinnabar check-rdb <rdb-file-name>");
            return 1;
        }
        return new CheckRdb(out).check(Path.of(words.getFirst()), words.getFirst());
    }

    /**
     * Checks the RDB that a file begins with, and says what it finds.
     *
     * @param name what the file is called
     * @return how long it is; -1 if it is not as it should be
     */
    public static long preamble(Path file, String name, PrintStream out) {
        CheckRdb check = new CheckRdb(out);
        return check.check(file, name) == 0 ? check.length : -1;
    }

    private int check(Path path, String name) {
        out.println("[offset 0] Checking RDB file " + name);
        try (InputStream file = Files.newInputStream(path);
                RdbReader in = new RdbReader(
                        (target, offset, max) -> read(file, target, offset, max),
                        BUFFER_BYTES,
                        StringValue.MAX_LENGTH,
                        accounting)) {
            return check(in) ? 0 : 1;
        } catch (IOException e) {
            out.println("Cannot open the file: " + Reason.of(e));
            return 1;
        } catch (UncheckedIOException e) {
            out.println("Cannot read the file: " + Reason.of(e));
            return 1;
        }
    }

    private static int read(InputStream file, byte[] target, int offset, int max) {
        try {
            return file.read(target, offset, max);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean check(RdbReader in) {
        boolean whole = false;
        try (Keyspace keyspace = new Keyspace(1, 1, Clock.SYSTEM, new SecureRandom())) {
            keyspace.lock(keyspace.all());
            try (ValueReader values = new ValueReader(in, StringValue.MAX_LENGTH, new Views(new Limits()), accounting);
                    Buffer kept = new Buffer(accounting, StringValue.MAX_LENGTH)) {
                body(in, values, keyspace.partition(0).database(0), kept);
                tell(in, "\\o/ RDB looks OK! \\o/");
                whole = true;
                length = in.position();
            } finally {
                keyspace.unlock(keyspace.all());
            }
        } catch (RdbException e) {
            out.println("--- RDB ERROR DETECTED ---");
            tell(in, e instanceof RdbException.EndException ? END : String.valueOf(e.getMessage()));
            out.println("[additional info] While doing: " + doing);
            if (!key.isEmpty()) {
                out.println("[additional info] Reading key '" + key + "'");
            }
            if (hasType) {
                out.println("[additional info] Reading type " + type + " (" + nameOf(type) + ")");
            }
        }
        out.println("[info] " + keys + " keys read");
        out.println("[info] " + expires + " expires");
        out.println("[info] " + expired + " already expired");
        return whole;
    }

    private void tell(RdbReader in, String text) {
        out.println("[offset " + in.position() + "] " + text);
    }

    private static String nameOf(int type) {
        return type < TYPES.length ? TYPES[type] : "unknown";
    }

    private void body(RdbReader in, ValueReader values, Database database, Buffer kept) throws RdbException {
        byte[] header = new byte[RdbFormat.HEADER_BYTES];
        for (int i = 0; i < header.length; i++) {
            header[i] = (byte) in.byteValue();
        }
        int version = RdbFileReader.versionOf(header);
        boolean valkey = header[0] == RdbFormat.VALKEY_MAGIC.charAt(0);
        if (version < 0) {
            throw new RdbException("Wrong signature trying to load DB from file");
        }
        if (!RdbFileReader.isKnown(version, valkey)) {
            throw new RdbException("Can't handle RDB format version " + version);
        }
        long nowMillis = Clock.SYSTEM.millis();
        long expiryMillis = Entry.NEVER;
        while (true) {
            doing = "read-type";
            int code = in.byteValue();
            switch (code) {
                case RdbFormat.END -> {
                    checksum(in, version);
                    return;
                }
                case RdbFormat.EXPIRY_SECONDS, RdbFormat.EXPIRY_MILLIS -> {
                    doing = "read-expire";
                    expiryMillis =
                            code == RdbFormat.EXPIRY_MILLIS ? in.longValue() : TimeUnit.SECONDS.toMillis(in.intValue());
                }
                case RdbFormat.SELECT -> {
                    doing = "read-len";
                    long number = in.length();
                    tell(in, "Selecting DB ID " + number);
                }
                case RdbFormat.FREQUENCY, RdbFormat.IDLE, RdbFormat.SIZES, RdbFormat.SLOT -> {
                    doing = "read-len";
                    numbers(in, code);
                }
                case RdbFormat.AUXILIARY -> {
                    doing = "read-aux";
                    String name = in.string().toString();
                    String value = in.string().toString();
                    tell(in, "AUX FIELD " + name + " = '" + value + "'");
                }
                case RdbFormat.FUNCTIONS -> {
                    doing = "read-function";
                    in.skipString();
                }
                case RdbFormat.MODULE_AUXILIARY ->
                    throw new RdbException(
                            "AUX data of module " + RdbFileReader.moduleName(in.length()) + ", which is not known");
                default -> {
                    hasType = true;
                    type = code;
                    value(in, values, database, kept, valkey);
                    expires += expiryMillis == Entry.NEVER ? 0 : 1;
                    expired += expiryMillis < nowMillis ? 1 : 0;
                    expiryMillis = Entry.NEVER;
                    key = "";
                    hasType = false;
                }
            }
        }
    }

    private static void numbers(RdbReader in, int code) throws RdbException {
        if (code == RdbFormat.FREQUENCY) {
            in.byteValue();
            return;
        }
        int count = code == RdbFormat.IDLE ? 1 : code == RdbFormat.SIZES ? 2 : 3;
        for (int i = 0; i < count; i++) {
            in.length();
        }
    }

    private void value(RdbReader in, ValueReader values, Database database, Buffer kept, boolean valkey)
            throws RdbException {
        doing = "read-key";
        kept.clear();
        kept.append(in.string());
        Bytes name = kept.view(new Bytes());
        key = name.shown(KEY_CHARACTERS);
        keys++;
        doing = "read-object-value";
        boolean[] begun = {false};
        ValueReader.Builder builder = (kind, inlineLength) -> {
            database.build(name, kind, inlineLength, 0, built);
            begun[0] = true;
            return built;
        };
        try {
            if (valkey && type == ValueFormat.VALKEY_HASH) {
                values.valkeyHash(builder);
            } else {
                values.read(type, builder);
            }
        } finally {
            if (begun[0]) {
                database.discard(built);
            }
        }
    }

    private void checksum(RdbReader in, int version) throws RdbException {
        doing = "check-sum";
        if (version < RdbFormat.VERSION_CHECKSUM) {
            return;
        }
        long sum = in.crc();
        long expected = in.longValue();
        if (expected == 0) {
            tell(in, "RDB file was saved with checksum disabled: no check performed.");
        } else if (sum != expected) {
            throw new RdbException("RDB CRC error");
        } else {
            tell(in, "Checksum OK");
        }
    }
}
