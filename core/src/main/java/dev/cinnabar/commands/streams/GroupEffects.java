package dev.cinnabar.commands.streams;

import dev.cinnabar.command.Call;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.ConsumerGroup;
import dev.cinnabar.values.StreamId;

/** What deliveries to consumers leave in the journal. Stateless. */
final class GroupEffects {

    private GroupEffects() {}

    /**
     * The pending entry that the group shows belongs to a consumer, as it is now; of an entry that is deleted, this takes it
     * off the list.
     *
     * @param key the index of the stream's key among the arguments, as the others are
     */
    static void claimed(Call call, int key, int groupName, int consumer, ConsumerGroup group) {
        if (!call.isJournaled()) {
            return;
        }
        StreamId scratch = new StreamId();
        Effects effect = call.effect("XCLAIM", key);
        call.words(effect, groupName, groupName + 1);
        call.words(effect, consumer, consumer + 1).integer(0);
        id(call, effect, group.pendingId(scratch))
                .word("TIME")
                .integer(group.deliveryMillis())
                .word("RETRYCOUNT")
                .integer(group.deliveryCount())
                .word("FORCE")
                .word("JUSTID")
                .word("LASTID");
        id(call, effect, group.lastId(scratch)).end();
    }

    /** The group has read up to where it is now. */
    static void advanced(Call call, int key, int groupName, ConsumerGroup group) {
        if (!call.isJournaled()) {
            return;
        }
        Effects effect = call.effect("XGROUP").word("SETID");
        call.words(effect, key, key + 1);
        call.words(effect, groupName, groupName + 1);
        id(call, effect, group.lastId(new StreamId()))
                .word("ENTRIESREAD")
                .integer(group.entriesRead())
                .end();
    }

    /** There is a consumer that was not there before. */
    static void created(Call call, int key, int groupName, int consumer) {
        if (!call.isJournaled()) {
            return;
        }
        Effects effect = call.effect("XGROUP").word("CREATECONSUMER");
        call.words(effect, key, key + 1);
        call.words(effect, groupName, groupName + 1);
        call.words(effect, consumer, consumer + 1).end();
    }

    /** Adds an ID to an effect. */
    static Effects id(Call call, Effects effect, StreamId id) {
        byte[] digits = call.scratch();
        int dash = writeUnsigned(id.millis(), digits, 0);
        digits[dash] = '-';
        int end = writeUnsigned(id.sequence(), digits, dash + 1);
        return effect.word(digits, 0, end);
    }

    private static int writeUnsigned(long n, byte[] target, int offset) {
        if (n >= 0) {
            return Numbers.writeLong(n, target, offset);
        }
        long tenth = Long.divideUnsigned(n, 10);
        int end = Numbers.writeLong(tenth, target, offset);
        target[end] = (byte) ('0' + (n - tenth * 10));
        return end + 1;
    }
}
