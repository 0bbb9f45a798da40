package dev.cinnabar.commands.hashes;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import org.jspecify.annotations.Nullable;

/** What commands on hashes share: a hash that is made when it is missing, and one that goes with its last field. Stateless. */
final class Hashes {

    private Hashes() {}

    /** Shows the hash of the first key, which is made if it is missing, before so many fields are set. */
    static HashValue forSetting(Call call, @Nullable Entry entry, int fields) {
        HashValue hash = call.views().hash;
        if (entry == null) {
            return create(call, hash, fields);
        }
        hash.at(entry).expect(fields);
        return hash;
    }

    static HashValue create(Call call, HashValue hash, int fields) {
        int kind = hash.kindFor(fields);
        return hash.create(call.create(1, kind, HashValue.inlineLength(kind), Entry.NEVER));
    }

    /** Shows a field that is there and whose time is not over: the others are soon removed, and not to be seen until then. */
    static boolean find(Call call, HashValue hash, Bytes field) {
        return hash.find(field) && !hash.isExpired(call.expiredUpTo());
    }

    /** Shows the next field whose time is not over. */
    static boolean next(Call call, HashValue hash) {
        while (hash.next()) {
            if (!hash.isExpired(call.expiredUpTo())) {
                return true;
            }
        }
        return false;
    }

    /** The next event is of the fields that are every so many arguments. */
    static void tell(Call call, Args args, int first, int end, int step) {
        if (call.wantsSubKeys()) {
            for (int i = first; i < end; i += step) {
                call.subKey(args.at(i));
            }
        }
    }

    /** Fields have been removed, for this event: the key goes with the last one. */
    static void removed(Call call, HashValue hash, Entry entry, String event) {
        call.notify(EventClasses.HASH, event, 1);
        if (hash.size() == 0) {
            call.delete(1, entry);
            call.notify(EventClasses.GENERIC, "del", 1);
        } else {
            call.modified(1);
        }
    }
}
