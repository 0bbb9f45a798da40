package dev.cinnabar.persistence;

import dev.cinnabar.keyspace.Database;
import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Views;
import java.util.function.Consumer;

/** Puts keys of a file, with their values, into a database. Owned by one thread, which holds the partition's lock. */
final class EntryLoader implements AutoCloseable {

    private final RdbReader in;
    private final ValueReader values;
    private final Buffer key;
    private final Bytes keyView = new Bytes();
    private final Entry built = new Entry();
    private final Entry found = new Entry();
    private final boolean replaces;

    /** Learns of keys whose value has no elements, and which are left out. */
    private final Consumer<Bytes> whenEmpty;

    private boolean valkey;
    private int type;

    /** Reads from {@code in}, which is closed with this; a key that is there already is replaced, or an error. */
    EntryLoader(
            RdbReader in,
            boolean replaces,
            int maxString,
            Limits limits,
            BufferAccounting accounting,
            Consumer<Bytes> whenEmpty) {
        this.whenEmpty = whenEmpty;
        this.in = in;
        this.replaces = replaces;
        this.values = new ValueReader(in, maxString, new Views(limits), accounting);
        this.key = new Buffer(accounting, maxString);
    }

    /** Whether types are numbered as Valkey does. */
    void valkey(boolean valkey) {
        this.valkey = valkey;
    }

    RdbReader in() {
        return in;
    }

    /** Reads type and key, which is then {@link #key}. */
    void begin() throws RdbException {
        type = in.byteValue();
        in.key(keyView, key);
    }

    Bytes key() {
        return keyView;
    }

    /** Reads the value, and adds it with the key. */
    void build(Database database, int number, long hash, long expiryMillis, int clock) throws RdbException {
        if (database.find(hash, keyView, found)) {
            if (!replaces) {
                throw new RdbException("the key '" + keyView.shown(128) + "' is there twice in database " + number);
            }
            database.delete(found);
        }
        if (type == ValueFormat.STRING) {
            string(database, hash, expiryMillis, clock);
        } else {
            other(database, hash, expiryMillis, clock);
        }
    }

    /** Strings come by the million: no more is done for one than has to be. */
    private void string(Database database, long hash, long expiryMillis, int clock) throws RdbException {
        Bytes value = in.string();
        int kind = StringValue.kindFor(value);
        int inlineLength = StringValue.inlineLength(kind, value.length());
        if (kind != Encoding.STRING_BLOCK) {
            database.create(hash, keyView, kind, inlineLength, expiryMillis, clock, built);
            StringValue.initialize(built, kind, value);
            return;
        }
        database.build(keyView, kind, inlineLength, clock, built);
        boolean done = false;
        try {
            StringValue.initialize(built, kind, value);
            done = true;
        } finally {
            if (!done) {
                built.free();
            }
        }
        database.install(hash, built, expiryMillis);
    }

    private void other(Database database, long hash, long expiryMillis, int clock) throws RdbException {
        boolean[] begun = {false};
        boolean done = false;
        try {
            ValueReader.Builder builder = (kind, inlineLength) -> {
                database.build(keyView, kind, inlineLength, clock, built);
                begun[0] = true;
                return built;
            };
            if (valkey && type == ValueFormat.VALKEY_HASH) {
                values.valkeyHash(builder);
            } else {
                values.read(type, builder);
            }
            done = true;
        } catch (EmptyValueException e) {
            whenEmpty.accept(keyView);
            return;
        } catch (RdbException e) {
            throw new RdbException(
                    "the value of the key '" + keyView.shown(128) + "', of type " + type + ": " + e.getMessage());
        } finally {
            if (!done && begun[0]) {
                database.discard(built);
            }
        }
        database.install(hash, built, expiryMillis);
    }

    @Override
    public void close() {
        values.close();
        key.close();
    }
}
