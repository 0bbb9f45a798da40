package dev.cinnabar.commands.streams;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.WRITE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Idempotency;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamOptions;
import dev.cinnabar.values.StreamOptions.NewId;
import dev.cinnabar.values.StreamOptions.Strategy;
import dev.cinnabar.values.StreamValue;
import dev.cinnabar.values.Type;

/** XADD. Stateless. */
final class AddCommand {

    private static final RedisError ZERO = new RedisError("ERR The ID specified in XADD must be greater than 0-0");
    private static final RedisError TOO_SMALL =
            new RedisError("ERR The ID specified in XADD is equal or smaller than the target stream top item");
    private static final RedisError EXHAUSTED =
            new RedisError("ERR The stream has exhausted the last possible ID, unable to add more items");
    private static final RedisError TOO_LARGE = new RedisError("ERR Elements are too large to be stored");

    private AddCommand() {}

    static CommandSpec row() {
        return StreamRow.row("xadd", -5, "5.0.0", WRITE, DENYOOM, FAST)
                .keys(KeySpec.at(1, KeySpec.Use.RW, KeySpec.Use.UPDATE)
                        .notes("It deletes, too, when told to cut the stream."))
                .tips("nondeterministic_output")
                .history("6.2.0", "Added `NOMKSTREAM`, `MINID` and `LIMIT`.")
                .history("7.0.0", "Takes IDs of the form `<ms>-*`.")
                .history("8.2.0", "Added `KEEPREF`, `DELREF` and `ACKED`.")
                .history("8.6.0", "Added `IDMP` and `IDMPAUTO`.")
                .summary("Adds an entry to a stream, which is created if the key is missing.")
                .complexity("O(1), and O(N) for what is cut, N being the number of entries deleted.")
                .arguments(
                        Argument.key("key"),
                        Argument.token("NOMKSTREAM").since("6.2.0").optional(),
                        StreamRow.references(),
                        Argument.oneOf(
                                        "idmp",
                                        Argument.string("producer-id").after("IDMPAUTO"),
                                        Argument.block(
                                                        "idmp-block",
                                                        Argument.string("producer-id"),
                                                        Argument.string("idempotent-id"))
                                                .after("IDMP"))
                                .since("8.6.0")
                                .optional(),
                        StreamRow.trim().optional(),
                        Argument.oneOf("id-selector", Argument.token("auto-id", "*"), Argument.string("id")),
                        Argument.block("data", Argument.string("field"), Argument.string("value"))
                                .multiple())
                .handler(AddCommand::run);
    }

    private static void run(Call call, Args args, Reply reply) {
        StreamOptions options = call.views().streamOptions;
        int field = TrimOptions.read(call, args, options, true) + 1;
        if (args.failed()) {
            return;
        }
        int words = args.count() - field;
        if (words < 2 || words % 2 != 0) {
            args.fail(call.spec().wrongArity());
            return;
        }
        if (options.newId == NewId.GIVEN && options.id.isMin()) {
            args.fail(ZERO);
            return;
        }
        Entry entry = call.write(1, Type.STREAM);
        if (args.failed()) {
            return;
        }
        if (entry == null && options.existing) {
            reply.nil();
            return;
        }
        StreamValue stream = call.views().stream;
        StreamId id = options.id;
        if (options.producer != 0 && entry != null && isDuplicate(call, args, stream.at(entry), field)) {
            EntryReply.id(call, reply, id);
            return;
        }
        StreamId last = call.views().otherStreamId.setMin();
        if (entry != null) {
            stream.at(entry).lastId(last);
            if (last.isMax()) {
                args.fail(EXHAUSTED);
                return;
            }
        }
        if (!chooseId(call, options, last)) {
            args.fail(TOO_SMALL);
            return;
        }
        if (isTooLarge(args, field)) {
            args.fail(TOO_LARGE);
            return;
        }
        if (entry == null) {
            stream.initialize(call.create(1, Encoding.STREAM, 0, Entry.NEVER));
        }
        append(call, args, stream, field, id);
        if (options.producer != 0) {
            Bytes producersId = producersId(call, args, field);
            Bytes producer = args.at(options.producer, call.views().field);
            call.views().idempotency.at(stream).remember(producer, producersId, id, call.nowMillis());
        }
        EntryReply.id(call, reply, id);
        call.modified(1);
        call.notify(EventClasses.STREAM, "xadd", 1);
        if (options.strategy != Strategy.NONE && stream.trim(options, call.views().consumerGroup) > 0) {
            call.notify(EventClasses.STREAM, "xtrim", 1);
        }
        if (call.isJournaled()
                && (options.newId != NewId.GIVEN || options.approximate && options.strategy != Strategy.NONE)) {
            log(call, args, stream, field, id);
        }
    }

    /** The ID is the one that was chosen, and what was cut off is cut off exactly. */
    private static void log(Call call, Args args, StreamValue stream, int field, StreamId id) {
        Effects effect = call.effect("XADD", 1);
        TrimOptions.log(call, args, effect, field - 1, stream);
        call.words(GroupEffects.id(call, effect, id), field, args.count()).end();
        StreamOptions options = call.views().streamOptions;
        if (options.producer != 0) {
            call.words(call.effect("XIDMPRECORD", 1), options.producer, options.producer + 1)
                    .word(producersId(call, args, field));
            GroupEffects.id(call, effect, id).end();
        }
    }

    /** Whether the producer has sent this entry before: the ID of the options is the entry's then. */
    private static boolean isDuplicate(Call call, Args args, StreamValue stream, int field) {
        StreamOptions options = call.views().streamOptions;
        Idempotency known = call.views().idempotency.at(stream);
        Bytes producersId = producersId(call, args, field);
        boolean found =
                known.find(args.at(options.producer, call.views().field), producersId, call.nowMillis(), options.id);
        if (found) {
            known.countDuplicate();
            call.changed(1);
            call.noEffect();
        }
        return found;
    }

    /** The producer's ID of the entry: what it says, or what is computed from the content. */
    private static Bytes producersId(Call call, Args args, int field) {
        StreamOptions options = call.views().streamOptions;
        if (options.producersId != 0) {
            return args.at(options.producersId, call.views().value);
        }
        Bytes name = call.views().field;
        Bytes value = call.views().value;
        byte[] digest = new byte[Idempotency.DIGEST_BYTES];
        for (int i = field; i < args.count(); i += 2) {
            Idempotency.digest(args.at(i, name), args.at(i + 1, value), digest);
        }
        return value.set(digest, 0, digest.length);
    }

    /** Makes the ID of the options the new entry's; false if it is not behind the last one. */
    private static boolean chooseId(Call call, StreamOptions options, StreamId last) {
        StreamId id = options.id;
        switch (options.newId) {
            case AUTOMATIC -> {
                if (Long.compareUnsigned(call.nowMillis(), last.millis()) > 0) {
                    id.set(call.nowMillis(), 0);
                } else {
                    // The clock has not moved, or has moved back.
                    id.set(last).increment();
                }
            }
            case SEQUENCE_AUTOMATIC -> {
                if (id.millis() == last.millis()) {
                    if (last.sequence() == -1) {
                        return false;
                    }
                    id.set(last).increment();
                }
            }
            default -> {}
        }
        return id.compareTo(last) > 0;
    }

    private static boolean isTooLarge(Args args, int field) {
        long bytes = 0;
        for (int i = field; i < args.count(); i++) {
            bytes += args.at(i).length();
        }
        return bytes > StreamValue.MAX_ENTRY_BYTES;
    }

    private static void append(Call call, Args args, StreamValue stream, int field, StreamId id) {
        Bytes name = call.views().field;
        Bytes value = call.views().value;
        int end = args.count();
        stream.begin((end - field) / 2);
        for (int i = field; i < end; i += 2) {
            stream.announce(args.at(i, name), args.at(i + 1, value));
        }
        stream.open(id.millis(), id.sequence());
        if (stream.isFirstOfNode()) {
            for (int i = field; i < end; i += 2) {
                stream.name(args.at(i, name));
            }
            stream.named();
        }
        for (int i = field; i < end; i += 2) {
            stream.add(args.at(i, name), args.at(i + 1, value));
        }
        stream.end();
    }
}
