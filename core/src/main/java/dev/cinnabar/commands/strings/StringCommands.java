package dev.cinnabar.commands.strings;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.INSERT;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.strings.StringRow.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.structures.Xxh3;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strings: reading them, and changing parts of them. Stateless. */
public final class StringCommands {

    private static final RedisError OFFSET_OUT_OF_RANGE = new RedisError("ERR offset is out of range");
    private static final byte[] NOTHING = {};

    private StringCommands() {}

    /** The rows of all commands on strings. */
    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                row("get", 2, "1.0.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the value of a string key.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(StringCommands::get),
                row("mget", -2, "1.0.0", READONLY, FAST)
                        .keys(KeySpec.range(1, -1, 1, RO, ACCESS))
                        .tips("request_policy:multi_shard")
                        .summary("Answers the values of several string keys at once.")
                        .complexity("O(N), N being the number of keys.")
                        .arguments(Argument.key("key").multiple())
                        .handler(StringCommands::mget),
                row("strlen", 2, "2.2.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO))
                        .summary("Answers how many bytes a string has.")
                        .complexity("O(1)")
                        .arguments(Argument.key("key"))
                        .handler(StringCommands::strlen),
                row("digest", 2, "8.4.0", READONLY, FAST)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the XXH3 digest of a string, as 16 hexadecimal digits.")
                        .complexity("O(N), N being the length of the string.")
                        .arguments(Argument.key("key"))
                        .handler(StringCommands::digest),
                range("getrange", "2.4.0").summary("Answers a part of a string."),
                range("substr", "1.0.0").summary("Answers a part of a string.").deprecated("2.0.0", "`GETRANGE`"),
                row("append", 3, "2.0.0", WRITE, DENYOOM, FAST)
                        .keys(KeySpec.at(1, RW, INSERT))
                        .summary("Adds bytes at the end of a string, which is made if it is missing.")
                        .complexity("O(1), averaged over many calls.")
                        .arguments(Argument.key("key"), Argument.string("value"))
                        .handler(StringCommands::append),
                row("setrange", 4, "2.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Overwrites a part of a string, which grows where it is too short.")
                        .complexity("O(N), N being the number of bytes that are written.")
                        .arguments(Argument.key("key"), Argument.integer("offset"), Argument.string("value"))
                        .handler(StringCommands::setRange),
                LongestCommonSubsequence.row()));
        rows.addAll(SetCommands.table());
        rows.addAll(CounterCommands.table());
        return rows;
    }

    private static CommandSpec range(String name, String since) {
        return row(name, 4, since, READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .complexity("O(N), N being the number of bytes that are answered.")
                .arguments(Argument.key("key"), Argument.integer("start"), Argument.integer("end"))
                .handler(StringCommands::getRange);
    }

    static void get(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.STRING);
        if (!args.failed()) {
            value(call, reply, entry);
        }
    }

    /** Answers a string, or nil. */
    static void value(Call call, Reply reply, @Nullable Entry entry) {
        if (entry == null) {
            reply.nil();
        } else if (StringValue.isLong(entry)) {
            reply.bulkInteger(StringValue.longValue(entry));
        } else {
            reply.bulk(StringValue.view(entry, call.view(), call.scratch()));
        }
    }

    static void mget(Call call, Args args, Reply reply) {
        reply.array(args.count() - 1L);
        for (int i = 1; i < args.count(); i++) {
            Entry entry = call.read(i);
            value(call, reply, entry == null || !entry.isString() ? null : entry);
        }
    }

    static void strlen(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.STRING);
        if (!args.failed()) {
            reply.integer(entry == null ? 0 : StringValue.length(entry));
        }
    }

    static void digest(Call call, Args args, Reply reply) {
        Entry entry = call.read(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.nil();
        } else {
            reply.bulk(digest(call, entry));
        }
    }

    /** The digest of a string, as 16 hexadecimal digits in lower case. */
    static byte[] digest(Call call, Entry entry) {
        long hash = Xxh3.hash(StringValue.view(entry, call.view(), call.scratch()));
        return HexFormat.of().toHexDigits(hash).getBytes(StandardCharsets.ISO_8859_1);
    }

    static void getRange(Call call, Args args, Reply reply) {
        long start = args.integer(2);
        long end = args.integer(3);
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.bulk(NOTHING);
            return;
        }
        Bytes value = StringValue.view(entry, call.view(), call.scratch());
        int length = value.length();
        long from = Math.max(start < 0 ? length + start : start, 0);
        long to = Math.min(Math.max(end < 0 ? length + end : end, 0), length - 1L);
        // Two ends before the beginning both become 0: told apart here.
        if (from > to || start < 0 && end < 0 && start > end) {
            reply.bulk(NOTHING);
        } else {
            reply.bulk(value.narrow((int) from, (int) (to - from + 1)));
        }
    }

    static void append(Call call, Args args, Reply reply) {
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            SetCommands.put(call, args, 1, 2, null, Entry.NEVER);
            call.notify(EventClasses.STRING, "append", 1);
            reply.integer(args.at(2).length());
            return;
        }
        if (isTooLong(call, (long) StringValue.length(entry) + args.at(2).length())) {
            args.fail(RedisError.STRING_TOO_LONG);
            return;
        }
        int length = StringValue.append(entry, args.at(2));
        call.modified(1);
        call.notify(EventClasses.STRING, "append", 1);
        reply.integer(length);
    }

    static void setRange(Call call, Args args, Reply reply) {
        long offset = args.integer(2);
        if (args.failed()) {
            return;
        }
        if (offset < 0) {
            args.fail(OFFSET_OUT_OF_RANGE);
            return;
        }
        Entry entry = call.write(1, Type.STRING);
        if (args.failed()) {
            return;
        }
        Bytes value = args.at(3);
        if (value.isEmpty()) {
            reply.integer(entry == null ? 0 : StringValue.length(entry));
            return;
        }
        if (isTooLong(call, offset) || isTooLong(call, offset + value.length())) {
            args.fail(RedisError.STRING_TOO_LONG);
            return;
        }
        if (entry == null) {
            entry = call.create(1, Encoding.STRING_RAW, 0, Entry.NEVER);
        }
        StringValue.setRange(entry, (int) offset, value);
        call.modified(1);
        call.notify(EventClasses.STRING, "setrange", 1);
        reply.integer(StringValue.length(entry));
    }

    private static boolean isTooLong(Call call, long length) {
        return length > Math.min(call.engine().settings().maxBulkLength, StringValue.MAX_LENGTH);
    }
}
