package dev.cinnabar.commands.strings;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.OptionGroup;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import org.jspecify.annotations.Nullable;

/** Conditions on what a key holds, by the value itself or by its digest. Stateless: which one, is its number in a group. */
final class ValueCondition {

    /** The words in the order of their numbers, all with what to compare with. */
    static final String[] WORDS = {"ifeq=", "ifne=", "ifdeq=", "ifdne="};

    /** The condition of a command that knows no others. */
    static final OptionGroup ALONE = OptionGroup.of(WORDS);

    private static final int IFEQ = 1;
    private static final int IFNE = 2;
    private static final int IFDEQ = 3;
    private static final int DIGEST_LENGTH = 16;
    private static final RedisError NO_DIGEST = new RedisError("ERR digest must be exactly 16 hexadecimal characters");

    private ValueCondition() {}

    /** Whether a string, or a missing one, meets the condition of that number; a digest that can be none is an error. */
    static boolean holds(Call call, Args args, int number, int operand, @Nullable Entry entry) {
        boolean wantsEqual = number == IFEQ || number == IFDEQ;
        if (entry == null) {
            return !wantsEqual;
        }
        if (number == IFEQ || number == IFNE) {
            return args.at(operand).contentEquals(StringValue.view(entry, call.view(), call.scratch())) == wantsEqual;
        }
        if (args.at(operand).length() != DIGEST_LENGTH) {
            args.fail(NO_DIGEST);
            return false;
        }
        return isDigest(args, operand, StringCommands.digest(call, entry)) == wantsEqual;
    }

    private static boolean isDigest(Args args, int operand, byte[] digest) {
        for (int i = 0; i < DIGEST_LENGTH; i++) {
            int c = args.at(operand).byteAt(i);
            if ((c >= 'A' && c <= 'F' ? c | 0x20 : c) != digest[i]) {
                return false;
            }
        }
        return true;
    }

    /** How COMMAND DOCS describes the conditions. */
    static Argument[] arguments() {
        return new Argument[] {
            Argument.string("ifeq-value").after("IFEQ"),
            Argument.string("ifne-value").after("IFNE"),
            Argument.integer("ifdeq-digest").after("IFDEQ"),
            Argument.integer("ifdne-digest").after("IFDNE")
        };
    }
}
