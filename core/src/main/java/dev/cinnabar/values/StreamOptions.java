package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for when a stream is added to or cut at its beginning: which ID, and how much stays. Mutable; owned by one
 * thread.
 */
public final class StreamOptions {

    /** By what is cut. */
    public enum Strategy {
        NONE,
        /** The newest entries stay, so many. */
        MAX_LENGTH,
        /** The entries from an ID on stay. */
        MIN_ID
    }

    /** What becomes of the references to a deleted entry in the lists of pending entries. */
    public enum References {
        /** They stay. */
        KEEP,
        /** They are deleted, too. */
        DELETE,
        /** An entry is deleted only if no group may still need it. */
        ACKNOWLEDGED;

        /** What a word stands for, in any case; null for no such word. */
        public static @Nullable References of(Bytes word) {
            if (word.equalsIgnoreCase("keepref")) {
                return KEEP;
            }
            if (word.equalsIgnoreCase("delref")) {
                return DELETE;
            }
            return word.equalsIgnoreCase("acked") ? ACKNOWLEDGED : null;
        }
    }

    /** How the ID of a new entry is found. */
    public enum NewId {
        /** From the clock. */
        AUTOMATIC,
        /** The milliseconds are {@link #id}'s. */
        SEQUENCE_AUTOMATIC,
        /** It is {@link #id}. */
        GIVEN
    }

    public Strategy strategy = Strategy.NONE;
    public boolean approximate;
    public long maxLength;
    public final StreamId minId = new StreamId();

    /** How many entries may be deleted; 0: any number. */
    public long limit;

    public References references = References.KEEP;

    public NewId newId = NewId.AUTOMATIC;
    public final StreamId id = new StreamId();

    /** Whether a missing stream is left missing. */
    public boolean existing;

    /** The index of the argument that names the producer of a new entry; 0: none. */
    public int producer;

    /** The index of the argument with the producer's ID of the entry; 0: computed from its content. */
    public int producersId;

    public StreamOptions() {}

    public void clear() {
        strategy = Strategy.NONE;
        approximate = false;
        maxLength = 0;
        limit = 0;
        references = References.KEEP;
        newId = NewId.AUTOMATIC;
        existing = false;
        producer = 0;
        producersId = 0;
    }
}
