package dev.cinnabar.commands.keys;

import static dev.cinnabar.command.Flag.ASKING;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.config.Directives;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Buffer;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.persistence.RdbException;
import dev.cinnabar.persistence.RdbWriter;
import dev.cinnabar.persistence.ValueReader;
import dev.cinnabar.persistence.ValueWriter;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import java.nio.BufferOverflowException;
import java.util.List;

/** Values as bytes that another server can make values of. Stateless. */
final class DumpCommands {

    private static final RedisError BUSY = new RedisError("BUSYKEY Target key name already exists.");
    private static final RedisError NO_DUMP = new RedisError("ERR DUMP payload version or checksum are wrong");
    private static final RedisError BAD_FORMAT = new RedisError("ERR Bad data format");
    private static final RedisError BAD_TTL = new RedisError("ERR Invalid TTL value, must be >= 0");
    private static final RedisError BAD_IDLE_TIME = new RedisError("ERR Invalid IDLETIME value, must be >= 0");
    private static final RedisError BAD_FREQUENCY = new RedisError("ERR Invalid FREQ value, must be >= 0 and <= 255");

    private static final int BUFFER_BYTES = 8192;
    private static final int MAX_FREQUENCY = 255;

    private DumpCommands() {}

    static List<CommandSpec> table() {
        return List.of(
                KeyCommands.row("dump", 2, "2.6.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .tips("nondeterministic_output")
                        .summary("Answers a value as bytes for RESTORE, here or on another server.")
                        .complexity("O(N), N being the number of elements, and of the bytes of all.")
                        .arguments(Argument.key("key"))
                        .handler(DumpCommands::dump),
                restoring("restore", "2.6.0", Group.GENERIC)
                        .history("3.0.0", "Added `REPLACE`.")
                        .history("5.0.0", "Added `ABSTTL`, `IDLETIME` and `FREQ`."),
                restoring("restore-asking", "3.0.0", Group.SERVER, ASKING));
    }

    private static CommandSpec restoring(String name, String since, Group group, Flag... more) {
        Flag[] flags = more.length == 0 ? new Flag[] {WRITE, DENYOOM} : new Flag[] {WRITE, DENYOOM, more[0]};
        return KeyCommands.row(name, -4, since, flags)
                .group(group)
                .categories(Category.KEYSPACE, Category.DANGEROUS)
                .keys(KeySpec.at(1, OW, UPDATE))
                .summary("Gives a key the value that DUMP has answered.")
                .complexity(
                        "O(N), N being the number of elements, and of the bytes of all; O(N log N) for a sorted set.")
                .arguments(
                        Argument.key("key"),
                        Argument.integer("ttl"),
                        Argument.string("serialized-value"),
                        Argument.token("REPLACE").since("3.0.0").optional(),
                        Argument.token("ABSTTL").since("5.0.0").optional(),
                        Argument.integer("seconds")
                                .after("IDLETIME")
                                .since("5.0.0")
                                .optional(),
                        Argument.integer("frequency")
                                .after("FREQ")
                                .since("5.0.0")
                                .optional())
                .handler(DumpCommands::restore);
    }

    static void dump(Call call, Args args, Reply reply) {
        Entry entry = call.read(1);
        if (entry == null) {
            reply.nil();
            return;
        }
        BufferAccounting accounting = new BufferAccounting();
        boolean compresses = call.engine().settings().configuration().get(Directives.RDBCOMPRESSION);
        try (Buffer bytes = new Buffer(accounting, maxLength(call));
                RdbWriter writer = new RdbWriter(bytes::append, BUFFER_BYTES, compresses, accounting)) {
            new ValueWriter(writer, call.views()).dump(entry);
            reply.bulk(bytes.view(call.view()));
        } catch (BufferOverflowException e) {
            args.fail(RedisError.STRING_TOO_LONG);
        }
    }

    private static int maxLength(Call call) {
        return (int) Math.min(call.engine().settings().maxBulkLength, StringValue.MAX_LENGTH);
    }

    static void restore(Call call, Args args, Reply reply) {
        boolean replace = false;
        boolean absolute = false;
        long idleSeconds = -1;
        int frequency = -1;
        for (int i = 4; i < args.count() && !args.failed(); i++) {
            boolean hasMore = i + 1 < args.count();
            if (args.is(i, "replace")) {
                replace = true;
            } else if (args.is(i, "absttl")) {
                absolute = true;
            } else if (args.is(i, "idletime") && hasMore && frequency == -1) {
                idleSeconds = args.integer(++i);
                if (idleSeconds < 0) {
                    args.fail(BAD_IDLE_TIME);
                }
            } else if (args.is(i, "freq") && hasMore && idleSeconds == -1) {
                long n = args.integer(++i);
                if (n < 0 || n > MAX_FREQUENCY) {
                    args.fail(BAD_FREQUENCY);
                }
                frequency = (int) n;
            } else {
                args.fail(RedisError.SYNTAX);
            }
        }
        if (args.failed()) {
            return;
        }
        Entry old = call.write(1);
        if (old != null && !replace) {
            args.fail(BUSY);
            return;
        }
        long ttl = args.integer(2);
        if (ttl < 0) {
            args.fail(BAD_TTL);
        }
        if (!args.failed() && !ValueReader.isDump(args.at(3), call.engine().settings().skipsChecksums)) {
            args.fail(NO_DUMP);
        }
        if (args.failed() || !build(call, args)) {
            return;
        }
        long expiryMillis = expiry(ttl, absolute, call.nowMillis());
        if (expiryMillis <= call.expiredUpTo()) {
            call.discard(1);
            if (old != null) {
                call.delete(1, old);
                call.notify(EventClasses.GENERIC, "del", 1);
                call.effectOfExpiry(1);
            }
        } else {
            int clock = call.engine().accessClock(idleSeconds, frequency, call.nowMillis());
            call.install(1, expiryMillis, clock);
            call.notify(EventClasses.GENERIC, "restore", 1);
            if (call.isJournaled() && ttl != 0 && !absolute) {
                call.words(call.effect("RESTORE", 1).integer(expiryMillis), 3, args.count())
                        .word("ABSTTL")
                        .end();
            }
        }
        reply.ok();
    }

    private static long expiry(long ttl, boolean absolute, long nowMillis) {
        if (ttl == 0) {
            return Entry.NEVER;
        }
        // The one time that stands for none is never meant, nor is one that passes it.
        long longest = Entry.NEVER - 1;
        return absolute ? Math.min(ttl, longest) : ttl > longest - nowMillis ? longest : ttl + nowMillis;
    }

    /** Builds the value aside; where that is none, nothing is left of it. */
    private static boolean build(Call call, Args args) {
        boolean[] begun = {false};
        boolean done = false;
        try (ValueReader reader =
                new ValueReader(args.at(3, new Bytes()), maxLength(call), call.views(), new BufferAccounting())) {
            reader.restore((kind, inlineLength) -> {
                Entry entry = call.build(1, kind, inlineLength);
                begun[0] = true;
                return entry;
            });
            done = true;
        } catch (RdbException | BufferOverflowException e) {
            call.engine().settings().log.warning("RESTORE of what is no value: " + e.getMessage());
            args.fail(BAD_FORMAT);
        } finally {
            if (!done && begun[0]) {
                call.discard(1);
            }
        }
        return done;
    }
}
