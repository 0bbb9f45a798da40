package dev.cinnabar.command;

import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.Request;
import dev.cinnabar.session.Session;
import dev.cinnabar.structures.LookAhead;
import dev.cinnabar.values.MemberAim;
import java.util.List;

/**
 * Finds out of requests, before they run, what command each is and where its keys are, and brings what look-ups of these will
 * read into the processor's cache. Owned by one thread.
 */
final class Preparation {

    /** How many keys of a batch are looked at ahead. */
    private static final int MAX_TOUCHES = 512;

    /** For how many batches the search for members rests that has found no big collection. */
    private static final int MEMBER_PAUSE = 16;

    private final CommandTable table;
    private final Keyspace keyspace;

    private final KeySpec.IndexConsumer hasher = this::hashKey;
    private final Bytes view = new Bytes();

    /** Whose keys are being hashed. */
    private Args preparing = new Args();

    private final long[] touches = new long[MAX_TOUCHES];
    private int touchCount;
    private final LookAhead ahead = new LookAhead(MAX_TOUCHES);

    /** Requests that name a member of a collection. */
    private int memberCount;

    private int memberPause;

    /** Commands are named as in files, and not as clients call them. */
    private boolean byOwnNames;

    private final MemberAim memberAim = new MemberAim();

    Preparation(CommandTable table, Keyspace keyspace) {
        this.table = table;
        this.keyspace = keyspace;
    }

    /** From now on the requests are those of files, which name commands as they are named, not as they are called. */
    void byOwnNames() {
        byOwnNames = true;
    }

    /** Prepares requests that will run one after the other. */
    void prepare(Session session, Args[] batch, int count) {
        touchCount = 0;
        memberCount = 0;
        for (int i = 0; i < count; i++) {
            prepare(batch[i]);
        }
        touch(session);
        if (memberCount > 1 && --memberPause < 0) {
            touchMembers(session, batch, count);
        }
    }

    /** Prepares a request that is alone, but may have many keys. */
    void prepare(Session session, Args args) {
        touchCount = 0;
        prepare(args);
        touch(session);
    }

    /** Finds out what a request is, without looking ahead. */
    void prepare(Args args) {
        Request request = args.request();
        args.clear();
        CommandSpec spec = byOwnNames ? table.findNamed(request.at(0)) : table.find(request.at(0));
        if (spec != null && !spec.subcommands().isEmpty() && request.count() > 1) {
            CommandSpec sub = CommandTable.findSub(spec, request.at(1));
            spec = sub != null ? sub : spec;
        }
        args.prepared(spec);
        if (spec != null && spec.accepts(request.count())) {
            preparing = args;
            List<KeySpec> keys = spec.keys();
            for (int i = 0; i < keys.size(); i++) {
                keys.get(i).forEach(request, hasher);
            }
            if (spec.memberOf(request) > 0) {
                memberCount++;
            }
        }
    }

    private void hashKey(int index) {
        long hash = keyspace.hash(preparing.at(index, view));
        preparing.addKey(index, hash, keyspace.partitionOf(hash));
        if (touchCount < MAX_TOUCHES && (touchCount == 0 || touches[touchCount - 1] != hash)) {
            touches[touchCount++] = hash;
        }
    }

    private void touch(Session session) {
        if (touchCount > 1) {
            keyspace.touch(session.database(), touches, touchCount, ahead);
        }
    }

    private void touchMembers(Session session, Args[] batch, int count) {
        ahead.clear();
        try {
            for (int i = 0; i < count && !ahead.isFull(); i++) {
                Args args = batch[i];
                CommandSpec spec = args.spec();
                if (spec == null || args.keys() == 0) {
                    continue;
                }
                int member = spec.memberOf(args.request());
                if (member > 0) {
                    long hash = args.hash(spec.firstKey());
                    keyspace.aimAtMember(session.database(), hash, args.at(member, view), memberAim, ahead);
                }
            }
            // Where there are only small collections, the search for big ones rests for some batches.
            memberPause = ahead.places() == 0 ? MEMBER_PAUSE : 0;
            ahead.run();
        } catch (RuntimeException e) {
            // Something changed under our eyes: the look-ups proper will find out what.
            ahead.clear();
        }
    }
}
