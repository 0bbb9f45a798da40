package dev.cinnabar.commands.hashes;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.journal.Effects;

/**
 * What of a command on fields of a hash goes to the journal: only the fields that it had an effect on. Owned by the running
 * command.
 */
final class FieldEffects {

    /** Where nothing is logged. */
    private static final int[] NONE = {};

    private final Call call;
    private final Args args;
    private final int[] fields;
    private int count;

    private FieldEffects(Call call, Args args, int[] fields) {
        this.call = call;
        this.args = args;
        this.fields = fields;
    }

    static FieldEffects of(Call call, Args args) {
        return new FieldEffects(call, args, call.isJournaled() ? new int[args.count()] : NONE);
    }

    /** The argument is a field that has been changed. */
    void changed(int arg) {
        if (fields.length > 0) {
            fields[count++] = arg;
        }
    }

    /** The argument is a field that has been removed, for the time that was given is over. */
    void deleted(int arg) {
        if (fields.length > 0) {
            call.effect("HDEL", 1).word(args.at(arg)).end();
        }
    }

    /** The fields expire at a time; {@code condition}: the index of a condition that was given, or 0. */
    void logExpiry(long whenMillis, int condition) {
        if (count == 0) {
            return;
        }
        Effects effect = call.effect("HPEXPIREAT", 1).integer(whenMillis);
        if (condition > 0) {
            effect.word(args.at(condition));
        }
        end(effect);
    }

    /** The fields do not expire any more. */
    void logPersistence() {
        if (count > 0) {
            end(call.effect("HPERSIST", 1));
        }
    }

    private void end(Effects effect) {
        effect.word("FIELDS").integer(count);
        for (int i = 0; i < count; i++) {
            effect.word(args.at(fields[i]));
        }
        effect.end();
    }

    /** The fields are gone. */
    void logDeletion() {
        if (count > 0) {
            Effects effect = call.effect("HDEL", 1);
            for (int i = 0; i < count; i++) {
                effect.word(args.at(fields[i]));
            }
            effect.end();
        }
    }
}
