package dev.cinnabar.acl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What was denied: how often, and the last cases. Thread-safe.
 *
 * <p>Cases that are alike and follow each other within a minute are one entry with a count.
 */
public final class AccessLog {

    private static final long GROUPED_FOR_MILLIS = 60_000;

    /** How many of the last entries are looked at for one that is alike. */
    private static final int LOOKED_AT = 10;

    /**
     * One case, or several that are alike.
     *
     * @param context where the command was: "toplevel", "multi"
     * @param object the command, key or channel
     * @param client who it was, as CLIENT LIST shows him
     * @param number how many entries there were before
     */
    public record Entry(
            long count,
            Denial reason,
            String context,
            String object,
            String user,
            String client,
            long number,
            long createdMillis,
            long updatedMillis) {

        private boolean isLike(
                Denial otherReason, String otherContext, String otherObject, String otherUser, long now) {
            return reason == otherReason
                    && context.equals(otherContext)
                    && object.equals(otherObject)
                    && user.equals(otherUser)
                    && now - updatedMillis <= GROUPED_FOR_MILLIS;
        }
    }

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private final AtomicLongArray denied = new AtomicLongArray(Denial.values().length);
    private long next;

    public AccessLog() {}

    /** Something was denied. */
    public void add(
            Denial reason, String context, String object, String user, String client, long nowMillis, long maxEntries) {
        denied.incrementAndGet(reason.ordinal());
        synchronized (this) {
            int looked = 0;
            Entry alike = null;
            for (Iterator<Entry> some = entries.iterator(); some.hasNext() && looked < LOOKED_AT; looked++) {
                Entry entry = some.next();
                if (entry.isLike(reason, context, object, user, nowMillis)) {
                    alike = entry;
                    some.remove();
                    break;
                }
            }
            entries.addFirst(
                    alike == null
                            ? new Entry(1, reason, context, object, user, client, next++, nowMillis, nowMillis)
                            : new Entry(
                                    alike.count + 1,
                                    reason,
                                    context,
                                    object,
                                    user,
                                    client,
                                    alike.number,
                                    alike.createdMillis,
                                    nowMillis));
            trim(maxEntries);
        }
    }

    private void trim(long maxEntries) {
        while (entries.size() > maxEntries) {
            entries.removeLast();
        }
    }

    /** The last entries, the newest first. */
    public synchronized List<Entry> last(long count) {
        List<Entry> last = new ArrayList<>();
        for (Entry entry : entries) {
            if (last.size() >= count) {
                break;
            }
            last.add(entry);
        }
        return last;
    }

    /** Forgets the entries. */
    public synchronized void reset() {
        entries.clear();
    }

    /** How often something was denied for this reason. */
    public long denied(Denial reason) {
        return denied.get(reason.ordinal());
    }

    /** Counts from zero again. */
    public void resetStatistics() {
        for (int i = 0; i < denied.length(); i++) {
            denied.set(i, 0);
        }
    }
}
