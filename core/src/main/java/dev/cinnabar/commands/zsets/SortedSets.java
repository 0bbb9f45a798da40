package dev.cinnabar.commands.zsets;

import dev.cinnabar.command.Call;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SortedSetValue;

/** What the commands on sorted sets share: making keys, telling changes, answering elements. Stateless. */
public final class SortedSets {

    private SortedSets() {}

    /** Makes a missing key an empty sorted set, which the caller fills with so many elements, and shows it. */
    public static SortedSetValue create(Call call, int arg, long elements, int memberLength) {
        SortedSetValue set = call.views().sortedSet;
        int kind = set.kindFor(elements, memberLength);
        return set.create(call.create(arg, kind, SortedSetValue.inlineLength(kind), Entry.NEVER));
    }

    /** Elements have been added or have another score. */
    public static void changed(Call call, int arg, String event) {
        call.modified(arg);
        call.notify(EventClasses.SORTED_SET, event, arg);
    }

    /** Elements have been removed: the key is deleted if there are no more. */
    static void removed(Call call, int arg, Entry entry, SortedSetValue set, String event) {
        call.notify(EventClasses.SORTED_SET, event, arg);
        if (set.size() == 0) {
            call.delete(arg, entry);
            call.notify(EventClasses.GENERIC, "del", arg);
        } else {
            call.modified(arg);
        }
    }

    /** All elements are removed with one command: the key is deleted as a whole, which takes bounded steps. */
    static void removedAll(Call call, int arg, Entry entry, String event) {
        call.notify(EventClasses.SORTED_SET, event, arg);
        call.delete(arg, entry);
        call.notify(EventClasses.GENERIC, "del", arg);
    }

    /** Begins to build a sorted set for a key, shown by a view of its own; {@link #store} or {@link Call#discard} it. */
    public static SortedSetValue build(Call call, int arg) {
        SortedSetValue set = call.views().sortedSet;
        int kind = set.kindFor(0, 0);
        return set.create(call.build(arg, kind, SortedSetValue.inlineLength(kind)));
    }

    /** Gives the key what was built for it, and deletes it if that is empty; answers the number of elements. */
    public static void store(Call call, Reply reply, int arg, SortedSetValue built, String event) {
        long size = built.size();
        if (size > 0) {
            call.install(arg, Entry.NEVER);
            call.notify(EventClasses.SORTED_SET, event, arg);
        } else {
            call.discard(arg);
            deleteIfAny(call, arg);
        }
        reply.integer(size);
    }

    /** Deletes a key, of whatever type, for nothing is to be stored in it. */
    public static void deleteIfAny(Call call, int arg) {
        Entry old = call.write(arg);
        if (old != null) {
            call.delete(arg, old);
            call.notify(EventClasses.GENERIC, "del", arg);
        }
    }

    /** Begins an answer of elements: with scores these are pairs, which version 2 of the protocol lays end to end. */
    static void array(Reply reply, long elements, boolean withScores) {
        reply.array(withScores && !reply.isResp3() ? 2 * elements : elements);
    }

    /** Answers the element that is shown, in an {@link #array}. */
    static void element(Reply reply, SortedSetValue set, boolean withScores) {
        if (!withScores) {
            reply.bulk(set.member());
            return;
        }
        if (reply.isResp3()) {
            reply.array(2);
        }
        pair(reply, set);
    }

    /** Answers member and score of the element that is shown. */
    static void pair(Reply reply, SortedSetValue set) {
        reply.bulk(set.member());
        reply.doubleValue(set.score());
    }

    /** Answers elements from a rank on, upwards or downwards. */
    static void range(Reply reply, SortedSetValue set, long rank, long count, boolean reverse, boolean withScores) {
        array(reply, count, withScores);
        elements(reply, set, rank, count, reverse, withScores);
    }

    static void elements(Reply reply, SortedSetValue set, long rank, long count, boolean reverse, boolean withScores) {
        if (count == 0) {
            return;
        }
        set.seek(rank);
        element(reply, set, withScores);
        for (long i = 1; i < count; i++) {
            if (reverse) {
                set.previous();
            } else {
                set.next();
            }
            element(reply, set, withScores);
        }
    }
}
