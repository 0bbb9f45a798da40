package dev.cinnabar.commands.lists;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.ListValue;

/** Steps that commands on lists share. Stateless. */
final class Lists {

    /** For the one number that has no opposite, where numbers count from the left or from the right. */
    static final RedisError NO_OPPOSITE = new RedisError(
            "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");

    private Lists() {}

    /** Makes a missing key an empty list, shown by {@code list}. */
    static void create(Call call, int key, ListValue list) {
        list.format(call.create(key, Encoding.LIST_LISTPACK, ListValue.emptyLength(), Entry.NEVER));
    }

    /** Whether an argument that names an end of a list says the left one; an error if it says neither. */
    static boolean isLeft(Args args, int index) {
        if (args.is(index, "left")) {
            return true;
        }
        if (!args.is(index, "right")) {
            args.fail(RedisError.SYNTAX);
        }
        return false;
    }

    /** Answers the first {@code n} elements of an end, from the end on, and removes them. */
    static void pop(Call call, Reply reply, ListValue list, boolean left, long n) {
        list.seek(left ? 0 : list.length() - 1);
        for (long i = 0; i < n; i++) {
            if (i > 0) {
                step(list, left);
            }
            reply.bulk(list.element(call.view()));
        }
        list.removeEnd(left, n);
    }

    static void step(ListValue list, boolean forwards) {
        if (forwards) {
            list.next();
        } else {
            list.previous();
        }
    }

    /** So many elements have been popped off a list: says so, and deletes it if it is empty. */
    static void popped(Call call, int key, Entry entry, ListValue list, boolean left, long n) {
        call.notify(EventClasses.LIST, left ? "lpop" : "rpop", key);
        removed(call, key, entry, list, n);
    }

    /** So many elements have been removed from a list: it takes its small form if it is short, and is deleted if it is empty. */
    static void removed(Call call, int key, Entry entry, ListValue list, long n) {
        call.changes(key, n);
        if (list.length() == 0) {
            call.delete(key, entry);
            call.notify(EventClasses.GENERIC, "del", key);
        } else {
            list.shrink();
            call.modified(key);
        }
    }
}
