package dev.cinnabar.command;

import dev.cinnabar.resp.Request;
import dev.cinnabar.values.Type;
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
 */
public record Waiting(
        Type type,
        boolean forLoss,
        long timeoutMillis,
        int firstKey,
        int keys,
        @Nullable Request rewritten) {}
