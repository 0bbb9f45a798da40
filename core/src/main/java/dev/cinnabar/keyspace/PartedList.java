package dev.cinnabar.keyspace;

import dev.cinnabar.values.Entry;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.ListValue;

/**
 * A big list that a snapshot hands out from its left to its right end. Guarded by the lock of its partition.
 *
 * <p>What is still to come is a stretch of the list as it is now: what was there at the beginning, between what is out already
 * or was added since at the left, and what was added at the right. To add or remove at the ends, as queues do, moves its
 * bounds, and what is lost of it comes out before: at the left it is next anyway; at the right it is kept for the end. A change
 * inside the list makes all of the rest come out at once.
 */
final class PartedList extends PartedValue {

    private final ListValue view = new ListValue(new Limits());
    private long from;
    private long to;

    PartedList(Snapshot snapshot, Partition partition, Snapshot.Parts parts, Entry entry) {
        super(snapshot, partition, parts, entry);
        to = view.at(own).length();
    }

    @Override
    void endChanges(boolean left, long n) {
        if (n >= 0) {
            if (left) {
                from += n;
                to += n;
            }
            return;
        }
        long length = view.at(own).length();
        long removed = Math.min(-n, length);
        if (left) {
            if (removed > from && from < to) {
                snapshot.takeRange(this, own, from, Math.min(removed, to) - from, false);
            }
            from = Math.max(0, from - removed);
            to = Math.max(0, to - removed);
        } else {
            long rest = Math.max(from, length - removed);
            if (rest < to) {
                snapshot.takeRange(this, own, rest, to - rest, true);
                to = rest;
            }
        }
    }

    @Override
    boolean walk(int batch, long maxBytes, long deadlineNanos, Clock clock) {
        long bytes = 0;
        do {
            long n = Math.min(batch, to - from);
            if (n > 0) {
                bytes += snapshot.takeRange(this, own, from, n, false);
                from += n;
            }
        } while (from < to && bytes < maxBytes && clock.nanos() - deadlineNanos < 0);
        return from >= to;
    }
}
