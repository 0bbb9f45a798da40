package dev.cinnabar.commands.bits;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.structures.BitwiseOperation;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** BITOP: a string made bit by bit of others. Stateless. */
final class BitopCommand {

    private static final int DESTINATION = 2;
    private static final int FIRST_SOURCE = 3;

    private static final RedisError ONE_SOURCE =
            new RedisError("ERR BITOP NOT must be called with a single source key.");

    private static final BitwiseOperation[] OPERATIONS = BitwiseOperation.values();
    private static final String[] WORDS = Arrays.stream(OPERATIONS)
            .map(operation -> operation.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new);

    private BitopCommand() {}

    static CommandSpec row() {
        return BitRow.row("bitop", -4, "2.6.0", WRITE, DENYOOM)
                .keys(KeySpec.at(DESTINATION, OW, UPDATE), KeySpec.range(FIRST_SOURCE, -1, 1, RO, ACCESS))
                .summary("Combines strings bit by bit and stores the result.")
                .complexity("O(N), N being the length of all strings together.")
                .history("8.2.0", "`DIFF`, `DIFF1`, `ANDOR` and `ONE` came in.")
                .arguments(
                        Argument.oneOf(
                                "operation",
                                Arrays.stream(OPERATIONS)
                                        .map(operation -> operation.compareTo(BitwiseOperation.DIFF) < 0
                                                ? Argument.token(operation.name())
                                                : Argument.token(operation.name())
                                                        .since("8.2.0"))
                                        .toArray(Argument[]::new)),
                        Argument.key("destkey"),
                        Argument.key("key", 1).multiple())
                .handler(BitopCommand::bitop);
    }

    private static @Nullable BitwiseOperation operation(Args args) {
        for (int i = 0; i < WORDS.length; i++) {
            if (args.is(1, WORDS[i])) {
                return OPERATIONS[i];
            }
        }
        args.fail(RedisError.SYNTAX);
        return null;
    }

    static void bitop(Call call, Args args, Reply reply) {
        BitwiseOperation operation = operation(args);
        if (operation == null) {
            return;
        }
        int count = args.count() - FIRST_SOURCE;
        switch (operation) {
            case NOT -> {
                if (count != 1) {
                    args.fail(ONE_SOURCE);
                }
            }
            case DIFF, DIFF1, ANDOR -> {
                if (count < 2) {
                    args.fail(new RedisError(
                            "ERR BITOP " + operation + " must be called with at least two source keys."));
                }
            }
            default -> {}
        }
        Bytes[] sources = args.failed() ? new Bytes[0] : sources(call, args, count);
        if (args.failed()) {
            return;
        }
        int length = Arrays.stream(sources).mapToInt(Bytes::length).max().orElse(0);
        if (length > 0) {
            store(call, operation, sources, length);
        } else {
            delete(call);
        }
        reply.integer(length);
    }

    /** Views of the sources where they lie; a missing one is empty. */
    private static Bytes[] sources(Call call, Args args, int count) {
        Bytes[] sources = new Bytes[count];
        for (int i = 0; i < count; i++) {
            Bytes view = new Bytes();
            sources[i] = view;
            Entry entry = call.read(FIRST_SOURCE + i, Type.STRING);
            if (args.failed()) {
                break;
            }
            if (entry != null) {
                boolean number = StringValue.isLong(entry);
                StringValue.view(entry, view, number ? new byte[Numbers.MAX_LONG_LENGTH] : call.scratch());
            }
        }
        return sources;
    }

    private static void store(Call call, BitwiseOperation operation, Bytes[] sources, int length) {
        // Raw even where it is short, as in Redis.
        int kind = StringValue.kindFor(length) == Encoding.STRING_BLOCK ? Encoding.STRING_BLOCK : Encoding.STRING_RAW;
        Entry built = call.build(DESTINATION, kind, StringValue.inlineLength(kind, length));
        StringValue.initialize(built, kind, length);
        operation.apply(sources, StringValue.segment(built), StringValue.offset(built), length);
        call.install(DESTINATION, Entry.NEVER);
        call.notify(EventClasses.STRING, "set", DESTINATION);
    }

    private static void delete(Call call) {
        Entry old = call.write(DESTINATION);
        if (old != null) {
            call.delete(DESTINATION, old);
            call.notify(EventClasses.GENERIC, "del", DESTINATION);
        }
    }
}
