package dev.cinnabar.persistence;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Views;
import java.util.Objects;

/** Keys with their values as they are in RDB files. Thread-safe. */
public final class RdbEntries implements EntryFormat {

    private static final int BUFFER_BYTES = 8 << 10;

    /** A longer string is not compressed: all its bytes would have to be had at once. */
    private static final int MAX_COMPRESSED_BYTES = 16 << 20;

    private final Limits limits;
    private final AccessTimes accessTimes;
    private final boolean compresses;
    private final BufferAccounting accounting;

    public RdbEntries(Limits limits, AccessTimes accessTimes, boolean compresses, BufferAccounting accounting) {
        this.limits = limits;
        this.accessTimes = accessTimes;
        this.compresses = compresses;
        this.accounting = accounting;
    }

    @Override
    public Encoder newEncoder(RdbWriter.Sink sink) {
        return new RdbEncoder(sink);
    }

    private final class RdbEncoder implements Encoder {
        private final RdbWriter out;
        private final ValueWriter values;
        private final Bytes view = new Bytes();

        RdbEncoder(RdbWriter.Sink sink) {
            // Not here: partitions are locked.
            out = new RdbWriter(sink, BUFFER_BYTES, false, accounting)
                    .withoutChecksum()
                    .leavingCompression(compresses ? MAX_COMPRESSED_BYTES : 0);
            values = new ValueWriter(out, new Views(limits));
        }

        @Override
        public int encode(Entry entry) {
            int version = RdbFileWriter.write(out, values, accessTimes, entry, view);
            out.flush();
            return version;
        }

        @Override
        public Begun begin(Entry entry) {
            long due = HashValue.dueMillis(entry);
            boolean isGathered = compresses && entry.isString() && StringValue.length(entry) <= MAX_COMPRESSED_BYTES;
            int version = RdbFileWriter.begin(out, values, accessTimes, entry, view);
            if (entry.isString() && !isGathered) {
                out.length(StringValue.length(entry));
            }
            out.flush();
            StreamFrames frames = entry.kind() == Encoding.STREAM ? new StreamFrames(entry, new Views(limits)) : null;
            return new Begun() {
                @Override
                public int version() {
                    return version;
                }

                @Override
                public void element(Entry own, long record) {
                    values.element(own, record, due);
                    out.flush();
                }

                @Override
                public void range(Entry own, long from, long n) {
                    values.range(own, from, n);
                    out.flush();
                }

                @Override
                public void value(Bytes element) {
                    out.string(element);
                    out.flush();
                }

                @Override
                public void bytes(Bytes some) {
                    out.bytes(some);
                    out.flush();
                }

                @Override
                public void part(StreamPart what, Memory memory, long record) {
                    if (what == StreamPart.FRAME) {
                        out.bytes(Objects.requireNonNull(frames).next(view));
                    } else {
                        values.part(what, memory, record);
                    }
                    out.flush();
                }

                @Override
                public boolean isGathered() {
                    return isGathered;
                }
            };
        }

        @Override
        public void close() {
            out.close();
        }
    }
}
