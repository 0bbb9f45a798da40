package dev.cinnabar.command;

import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.values.Type;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a command waits for.
 *
 * @param type what one of the keys must hold for the command to be tried again
 * @param forLoss whether it is also tried again when a key is gone, or holds something else, to say so
 * @param timeoutMillis how long at most; 0: without limit
 * @param firstKey the index of the first of the keys among the arguments of the running command; they follow one another
 * @param keys how many keys
 * @param rewritten the command as it is to be tried again, if not as it was sent: its keys must be the same
 * @param againMillis when it is tried again though no key has changed, in milliseconds since 1970; {@link #NEVER}: not so. If
 *     that try waits again, what it says then holds
 * @param late writes the reply when the time is over; null: it is the nil array
 */
public record Waiting(
        Type type,
        boolean forLoss,
        long timeoutMillis,
        int firstKey,
        int keys,
        @Nullable Request rewritten,
        long againMillis,
        @Nullable Consumer<Reply> late) {

    /** The passing of time alone is no reason to try again. */
    public static final long NEVER = Long.MAX_VALUE;

    /** It is tried again when a key has changed, and only then. */
    public Waiting(
            Type type, boolean forLoss, long timeoutMillis, int firstKey, int keys, @Nullable Request rewritten) {
        this(type, forLoss, timeoutMillis, firstKey, keys, rewritten, NEVER, null);
    }

    /** It waits for no key: it is tried again at that time. */
    public static Waiting withoutKeys(long timeoutMillis, long againMillis, Consumer<Reply> late) {
        return new Waiting(Type.STRING, false, timeoutMillis, 1, 0, null, againMillis, late);
    }
}
