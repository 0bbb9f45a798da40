package dev.cinnabar.commands.keys;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.ScanOptions;
import dev.cinnabar.keyspace.Database;
import dev.cinnabar.keyspace.Partition;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** SCAN. An instance is one call. */
final class ScanCommand {

    /*
     * A cursor is the number of a partition above 24 bits of position in the hash order of its table. Which keys lie before a
     * cursor depends on their hashes alone, and the hash of a key is the same in every database and at every time. So the
     * calls of an iteration cut the keys into pieces without gap or overlap, whatever happens in between: growth, SWAPDB,
     * FLUSHALL. A key that is there from the first call to the last is answered exactly once. The cursor is less than 2^30.
     *
     * What if a cursor was made up? Any number names a place in the order or its end; nothing is kept that could be missing.
     *
     * Partitions are locked one at a time and for a bounded number of keys, and the call ends early once it has gathered
     * enough: COUNT is a wish, and a client that wishes for a billion must not stop the others.
     */

    static final int POSITION_BITS = 24;

    /** Keys looked at under one lock. */
    private static final int STEP = 512;

    /** Names gathered for one reply, in bytes, after which the call ends. */
    private static final int MAX_REPLY_BYTES = 16 << 20;

    private final Call call;
    private final int number;
    private final ScanOptions options = new ScanOptions();
    private @Nullable String type;

    private final Entry entry = new Entry();
    private final Bytes key = new Bytes();
    private int seen;
    private byte[] names = new byte[256];
    private int[] ends = new int[16];
    private int found;

    private ScanCommand(Call call) {
        this.call = call;
        this.number = call.session().database();
    }

    static void scan(Call call, Args args, Reply reply) {
        ScanCommand scan = new ScanCommand(call);
        long cursor = ScanOptions.cursor(args, 1);
        scan.readOptions(args);
        if (!args.failed()) {
            scan.run(cursor, reply);
        }
    }

    private void readOptions(Args args) {
        for (int i = 2; i < args.count() && !args.failed(); ) {
            int words = options.read(args, i);
            if (words == 0 && i + 1 < args.count() && args.is(i, "type")) {
                type = args.at(i + 1).toString().toLowerCase(Locale.ROOT);
                words = 2;
            }
            if (words == 0) {
                ScanOptions.fail(args, i);
            }
            i += words;
        }
    }

    private void run(long from, Reply reply) {
        int partitions = call.keyspace().partitions();
        long end = (long) partitions << POSITION_BITS;
        long cursor = Long.compareUnsigned(from, end) < 0 ? from : end;
        long left = options.count();
        while (cursor < end && left > 0 && length() < MAX_REPLY_BYTES) {
            int partition = (int) (cursor >>> POSITION_BITS);
            long position = cursor & (1L << POSITION_BITS) - 1;
            int wanted = (int) Math.min(left, STEP);
            seen = 0;
            long next = call.keyspace().locked(partition, p -> scan(p, position, wanted));
            left -= seen;
            cursor = next == 0 ? (long) (partition + 1) << POSITION_BITS : (long) partition << POSITION_BITS | next;
        }
        reply.array(2);
        reply.bulkInteger(cursor < end ? cursor : 0);
        reply.array(found);
        for (int i = 0; i < found; i++) {
            int begin = i == 0 ? 0 : ends[i - 1];
            reply.bulk(key.set(names, begin, ends[i] - begin));
        }
    }

    /** Looks at some keys of a locked partition; returns the position to go on with, or 0. */
    private long scan(Partition partition, long position, int wanted) {
        Database database = partition.databaseIfAny(number);
        return database == null
                ? 0
                : database.scan(position, wanted, record -> {
                    database.look(record, entry);
                    seen++;
                    if (!Partition.isExpired(entry, call.expiredUpTo())
                            && (type == null || type.equals(entry.type().typeName()))
                            && options.matches(entry.key(key))) {
                        add(entry.key(key));
                    }
                });
    }

    private int length() {
        return found == 0 ? 0 : ends[found - 1];
    }

    private void add(Bytes name) {
        int begin = length();
        int end = Math.addExact(begin, name.length());
        if (end > names.length) {
            names = Arrays.copyOf(names, (int) Math.min(Math.max(2L * names.length, end), Integer.MAX_VALUE - 16));
        }
        if (found == ends.length) {
            ends = Arrays.copyOf(ends, 2 * found);
        }
        name.copyTo(0, names, begin, name.length());
        ends[found++] = end;
    }
}
