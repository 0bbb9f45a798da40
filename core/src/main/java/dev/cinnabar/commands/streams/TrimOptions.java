package dev.cinnabar.commands.streams;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamOptions;
import dev.cinnabar.values.StreamOptions.NewId;
import dev.cinnabar.values.StreamOptions.References;
import dev.cinnabar.values.StreamOptions.Strategy;
import dev.cinnabar.values.StreamValue;

/** The options of XADD and XTRIM, which share most of them. Stateless. */
final class TrimOptions {

    private static final RedisError BOTH =
            new RedisError("ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    private static final RedisError NEGATIVE_LENGTH = new RedisError("ERR The MAXLEN argument must be >= 0.");
    private static final RedisError NEGATIVE_LIMIT = new RedisError("ERR The LIMIT argument must be >= 0.");
    private static final RedisError LIMIT_ALONE =
            new RedisError("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    private static final RedisError NO_STRATEGY =
            new RedisError("ERR syntax error, XTRIM must be called with a trimming strategy");
    private static final RedisError LIMIT_EXACT =
            new RedisError("ERR syntax error, LIMIT cannot be used without the special ~ option");
    private static final RedisError IDMP_TWICE = new RedisError("ERR IDMP/IDMPAUTO specified multiple times");
    private static final RedisError IDMP_ID =
            new RedisError("ERR IDMP/IDMPAUTO can be used only with auto-generated IDs");
    private static final RedisError IDMP_PRODUCER = new RedisError("ERR IDMP requires a non-empty producer ID");
    private static final RedisError IDMP_EMPTY = new RedisError("ERR IDMP requires a non-empty idempotent ID");
    private static final RedisError IDMPAUTO_PRODUCER = new RedisError("ERR IDMPAUTO requires a non-empty producer ID");

    /** Cutting "about" there deletes no more at once than the entries of so many nodes. */
    private static final int NODES_AT_ONCE = 100;

    private static final long MOST_AT_ONCE = 1_000_000;
    private static final long AT_ONCE_WITHOUT_NODE_LIMIT = 10_000;

    private TrimOptions() {}

    /**
     * Reads the options behind the key.
     *
     * @param add whether the command is XADD, whose options end with the ID
     * @return where the ID is; without one, how many arguments there are
     */
    static int read(Call call, Args args, StreamOptions options, boolean add) {
        options.clear();
        boolean limitGiven = false;
        boolean referencesGiven = false;
        boolean idFound = false;
        int count = args.count();
        int i = 2;
        while (i < count && !idFound && !args.failed()) {
            int more = count - 1 - i;
            References references = References.of(args.at(i));
            if (add && StreamIds.isSign(args, i, '*')) {
                idFound = true;
            } else if (more > 0 && args.is(i, "maxlen")) {
                i = readThreshold(args, options, i, Strategy.MAX_LENGTH);
            } else if (more > 0 && args.is(i, "minid")) {
                i = readThreshold(args, options, i, Strategy.MIN_ID);
            } else if (more > 0 && args.is(i, "limit")) {
                options.limit = args.integer(i + 1);
                if (options.limit < 0) {
                    args.fail(NEGATIVE_LIMIT);
                }
                limitGiven = true;
                i += 2;
            } else if (references != null) {
                if (referencesGiven && references != options.references) {
                    args.fail(RedisError.SYNTAX);
                }
                options.references = references;
                referencesGiven = true;
                i++;
            } else if (add && args.is(i, "nomkstream")) {
                options.existing = true;
                i++;
            } else if (add && more > 0 && args.is(i, "idmpauto")) {
                readProducer(args, options, i, 1);
                i += 2;
            } else if (add && more > 1 && args.is(i, "idmp")) {
                readProducer(args, options, i, 2);
                i += 3;
            } else if (add) {
                readNewId(args, options, i);
                idFound = true;
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
        check(call, args, options, add, limitGiven);
        return i;
    }

    /**
     * Adds the options to an effect, from behind the key up to an index: "about" is exactly what is left of the stream, and
     * what concerns the producer is not said.
     */
    static void log(Call call, Args args, Effects effect, int end, StreamValue stream) {
        int i = 2;
        while (i < end) {
            if ((args.is(i, "maxlen") || args.is(i, "minid")) && i + 2 < end && StreamIds.isSign(args, i + 1, '~')) {
                boolean byLength = args.is(i, "maxlen");
                effect.word(byLength ? "MAXLEN" : "MINID").word("=");
                if (byLength) {
                    effect.integer(stream.length());
                } else {
                    GroupEffects.id(call, effect, stream.firstId(new StreamId()));
                }
                i += 3;
            } else if (args.is(i, "idmpauto")) {
                i += 2;
            } else if (args.is(i, "idmp")) {
                i += 3;
            } else {
                effect.word(args.at(i++));
            }
        }
    }

    private static int readThreshold(Args args, StreamOptions options, int index, Strategy strategy) {
        if (options.strategy != Strategy.NONE) {
            args.fail(BOTH);
        }
        options.strategy = strategy;
        int i = index + 1;
        boolean hasTwoMore = args.count() - 1 - index >= 2;
        if (hasTwoMore && StreamIds.isSign(args, i, '~')) {
            options.approximate = true;
            i++;
        } else if (hasTwoMore && StreamIds.isSign(args, i, '=')) {
            i++;
        }
        if (strategy == Strategy.MAX_LENGTH) {
            options.maxLength = args.integer(i);
            if (options.maxLength < 0) {
                args.fail(NEGATIVE_LENGTH);
            }
        } else {
            StreamIds.readOpen(args, i, options.minId);
        }
        return i + 1;
    }

    private static void readProducer(Args args, StreamOptions options, int index, int values) {
        if (options.producer != 0) {
            args.fail(IDMP_TWICE);
        }
        options.producer = index + 1;
        if (args.at(index + 1).isEmpty()) {
            args.fail(values == 1 ? IDMPAUTO_PRODUCER : IDMP_PRODUCER);
        }
        if (values == 2) {
            options.producersId = index + 2;
            if (args.at(index + 2).isEmpty()) {
                args.fail(IDMP_EMPTY);
            }
        }
    }

    private static void readNewId(Args args, StreamOptions options, int index) {
        if (options.id.readWithoutSequence(args.at(index))) {
            options.newId = NewId.SEQUENCE_AUTOMATIC;
        } else {
            options.newId = NewId.GIVEN;
            StreamIds.read(args, index, options.id);
        }
    }

    private static void check(Call call, Args args, StreamOptions options, boolean add, boolean limitGiven) {
        if (args.failed()) {
            return;
        }
        if (options.limit > 0 && options.strategy == Strategy.NONE) {
            args.fail(LIMIT_ALONE);
        } else if (!add && options.strategy == Strategy.NONE) {
            args.fail(NO_STRATEGY);
        } else if (limitGiven && !options.approximate && !call.isReplayed()) {
            args.fail(LIMIT_EXACT);
        } else if (options.producer != 0 && options.newId != NewId.AUTOMATIC) {
            args.fail(IDMP_ID);
        }
        if (!limitGiven && options.approximate) {
            long entries = call.views().limits().streamNodeEntries;
            options.limit = entries <= 0 ? AT_ONCE_WITHOUT_NODE_LIMIT : Math.min(NODES_AT_ONCE * entries, MOST_AT_ONCE);
        }
    }
}
