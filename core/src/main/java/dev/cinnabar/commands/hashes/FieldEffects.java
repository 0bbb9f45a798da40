package dev.cinnabar.commands.hashes;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.journal.Effects;

/**
 * The fields of a hash that a command had an effect on: they alone go to the journal, and are told with its events. Owned by
 * the running command.
 */
final class FieldEffects {

    /** Where nobody wants to know. */
    private static final int[] NONE = {};

    private final Call call;
    private final Args args;
    private final boolean logs;
    private final boolean tells;

    /** Those that were changed from the front, those that were deleted from the back. */
    private final int[] fields;

    private int count;
    private int deleted;

    private FieldEffects(Call call, Args args) {
        this.call = call;
        this.args = args;
        this.logs = call.isJournaled();
        this.tells = call.wantsSubKeys();
        this.fields = logs || tells ? new int[args.count()] : NONE;
    }

    static FieldEffects of(Call call, Args args) {
        return new FieldEffects(call, args);
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
            fields[fields.length - ++deleted] = arg;
        }
        if (logs) {
            call.effect("HDEL", 1).word(args.at(arg)).end();
        }
    }

    /** The next event is of the fields that have been changed. */
    void tellChanged() {
        for (int i = 0; i < count && tells; i++) {
            call.subKey(args.at(fields[i]));
        }
    }

    /** The next event is of the fields that have been removed. */
    void tellDeleted() {
        for (int i = 1; i <= deleted && tells; i++) {
            call.subKey(args.at(fields[fields.length - i]));
        }
    }

    /** The fields expire at a time; {@code condition}: the index of a condition that was given, or 0. */
    void logExpiry(long whenMillis, int condition) {
        if (count == 0 || !logs) {
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
        if (count > 0 && logs) {
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
        if (count > 0 && logs) {
            Effects effect = call.effect("HDEL", 1);
            for (int i = 0; i < count; i++) {
                effect.word(args.at(fields[i]));
            }
            effect.end();
        }
    }
}
