package dev.cinnabar.persistence;

import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Encoding;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.HashValue;
import dev.cinnabar.values.Limits;
import dev.cinnabar.values.ListValue;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.StreamPart;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import dev.cinnabar.values.Views;
import java.util.Arrays;
import java.util.Objects;

/** Keys with their values as commands that make them: bases of append-only files that any version can run. Thread-safe. */
public final class CommandEntries implements EntryFormat {

    /*
     * A collection becomes commands of up to 64 elements each. How many there are is said in front of them, so they gather
     * first. The times of a hash's fields follow the command that has the fields.
     *
     *      RPUSH key element ...   SADD key member ...   ZADD key score member ...   HMSET key field value ...
     *      HPEXPIREAT key millis FIELDS n field ...      PEXPIREAT key millis
     *
     * While a file is loaded no key and no field expires, so it does not matter that a time may be over by then.
     */

    private static final int BUFFER_BYTES = 8 << 10;
    private static final int MAX_ELEMENTS = 64;

    /** So many bytes of elements are a command, however few they are. */
    private static final int MAX_BYTES = 64 << 10;

    private final Limits limits;
    private final BufferAccounting accounting;

    public CommandEntries(Limits limits, BufferAccounting accounting) {
        this.limits = limits;
        this.accounting = accounting;
    }

    @Override
    public Encoder newEncoder(RdbWriter.Sink sink) {
        return new CommandEncoder(sink);
    }

    private final class CommandEncoder implements Encoder {
        private final CommandWriter out;
        private final Views views = new Views(limits);
        private final StreamCommands streams;
        private final Gathering whole;
        private final Bytes keyView = new Bytes();
        private final Bytes view = new Bytes();
        private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

        CommandEncoder(RdbWriter.Sink sink) {
            out = new CommandWriter(sink, BUFFER_BYTES, accounting);
            streams = new StreamCommands(out, views);
            whole = new Gathering(out);
        }

        @Override
        public int encode(Entry entry) {
            Bytes key = entry.key(keyView);
            switch (entry.type()) {
                case STRING -> out.command(3, "SET").word(key).word(StringValue.view(entry, view, digits));
                case STREAM -> streams.write(entry, key);
                default -> {
                    whole.begin(entry.type(), key);
                    elements(entry, whole);
                    whole.flush();
                }
            }
            expiry(entry.hasExpiry() ? entry.expiryMillis() : Entry.NEVER, key);
            out.flush();
            return 0;
        }

        private void expiry(long millis, Bytes key) {
            if (millis != Entry.NEVER) {
                out.command(3, "PEXPIREAT").word(key).word(millis);
            }
        }

        private void elements(Entry entry, Gathering into) {
            switch (entry.type()) {
                case LIST -> range(entry, 0, views.list.at(entry).length(), into);
                case SET -> {
                    SetValue set = views.set.at(entry).rewind();
                    while (set.next()) {
                        into.element(set.member());
                    }
                }
                case ZSET -> {
                    SortedSetValue set = views.sortedSet.at(entry);
                    for (boolean more = set.seek(0); more; more = set.next()) {
                        into.scored(set.score(), set.member());
                    }
                }
                case HASH -> {
                    HashValue hash = views.hash.at(entry).rewind();
                    while (hash.next()) {
                        into.field(hash);
                    }
                }
                default -> throw new IllegalArgumentException("no commands for " + Encoding.nameOf(entry.kind()));
            }
        }

        private void range(Entry entry, long from, long n, Gathering into) {
            ListValue list = views.list.at(entry);
            list.seek(from);
            for (long i = 0; i < n; i++) {
                into.element(list.element(view));
                list.next();
            }
        }

        @Override
        public Begun begin(Entry entry) {
            byte[] key = entry.key(keyView).toByteArray();
            Type type = entry.type();
            long expiryMillis = entry.hasExpiry() ? entry.expiryMillis() : Entry.NEVER;
            Gathering gathering = new Gathering(out);
            StreamCommands.Parts stream =
                    type == Type.STREAM ? new StreamCommands.Parts(entry, Bytes.of(key), new Views(limits)) : null;
            if (type == Type.STRING) {
                out.command(3, "SET").word(Bytes.of(key)).beginWord(StringValue.length(entry));
                out.flush();
            } else if (stream == null) {
                gathering.begin(type, Bytes.of(key));
            }
            return new Begun() {
                @Override
                public int version() {
                    return 0;
                }

                @Override
                public void element(Entry own, long record) {
                    switch (type) {
                        case SET ->
                            gathering.element(views.set.at(own).show(record).member());
                        case ZSET -> {
                            SortedSetValue set = views.sortedSet.at(own);
                            set.show(record);
                            gathering.scored(set.score(), set.member());
                        }
                        default -> gathering.field(views.hash.at(own).show(record));
                    }
                    out.flush();
                }

                @Override
                public void range(Entry own, long from, long n) {
                    CommandEncoder.this.range(own, from, n, gathering);
                    out.flush();
                }

                @Override
                public void value(Bytes element) {
                    gathering.element(element);
                    out.flush();
                }

                @Override
                public void bytes(Bytes some) {
                    out.raw(some);
                    out.flush();
                }

                @Override
                public void part(StreamPart what, Memory memory, long record) {
                    Objects.requireNonNull(stream).write(what, memory, record, streams);
                    out.flush();
                }

                @Override
                public boolean isGathered() {
                    return false;
                }

                @Override
                public void end() {
                    if (type == Type.STRING) {
                        out.endWord();
                    }
                    gathering.flush();
                    expiry(expiryMillis, Bytes.of(key));
                    out.flush();
                    gathering.close();
                }
            };
        }

        @Override
        public void close() {
            whole.close();
            out.close();
        }
    }

    /** Words that are being gathered; they grow as they must, and are not kept when they have. */
    private final class Words {
        private byte[] bytes = new byte[0];
        private int length;
        final CommandWriter writer = new CommandWriter(this::append, 512, accounting);
        int elements;

        private void append(byte[] source, int offset, int n) {
            if (bytes.length - length < n) {
                bytes = Arrays.copyOf(
                        bytes, Math.max(Math.addExact(length, n), Math.clamp(2L * length, 1024, 1 << 30)));
            }
            System.arraycopy(source, offset, bytes, length, n);
            length += n;
        }

        boolean isFull() {
            return elements == MAX_ELEMENTS || length >= MAX_BYTES;
        }

        void moveTo(CommandWriter out, Bytes view) {
            writer.flush();
            out.raw(view.set(bytes, 0, length));
            length = 0;
            elements = 0;
            if (bytes.length > 2 * MAX_BYTES) {
                bytes = new byte[0];
            }
        }
    }

    /** Makes commands of the elements of one value. */
    private final class Gathering implements AutoCloseable {
        private final CommandWriter out;
        private final Words elements = new Words();

        /** Of fields that have the same time. */
        private final Words timed = new Words();

        /** Commands with the times of the fields that are in {@link #elements}. */
        private final Words times = new Words();

        private long timeMillis = Entry.NEVER;
        private final Bytes view = new Bytes();
        private Bytes key = view;
        private String name = "";
        private int wordsEach;

        Gathering(CommandWriter out) {
            this.out = out;
        }

        void begin(Type type, Bytes ofKey) {
            key = ofKey;
            name = switch (type) {
                case LIST -> "RPUSH";
                case SET -> "SADD";
                case ZSET -> "ZADD";
                default -> "HMSET";
            };
            wordsEach = type == Type.ZSET || type == Type.HASH ? 2 : 1;
        }

        void element(Bytes element) {
            elements.writer.word(element);
            added();
        }

        void scored(double score, Bytes member) {
            elements.writer.word(score).word(member);
            added();
        }

        void field(HashValue hash) {
            elements.writer.word(hash.field()).word(hash.value());
            long millis = hash.expiryMillis();
            if (millis != Entry.NEVER) {
                if (millis != timeMillis) {
                    endTimed();
                    timeMillis = millis;
                }
                timed.writer.word(hash.field());
                timed.elements++;
            }
            added();
        }

        private void added() {
            elements.writer.flush();
            elements.elements++;
            if (elements.isFull()) {
                flush();
            }
        }

        private void endTimed() {
            int n = timed.elements;
            if (n > 0) {
                times.writer
                        .command(5 + n, "HPEXPIREAT")
                        .word(key)
                        .word(timeMillis)
                        .word("FIELDS")
                        .word(n);
                timed.moveTo(times.writer, view);
            }
        }

        void flush() {
            int n = elements.elements;
            if (n > 0) {
                out.command(2 + n * wordsEach, name).word(key);
                elements.moveTo(out, view);
                endTimed();
                times.moveTo(out, view);
            }
        }

        @Override
        public void close() {
            elements.writer.close();
            timed.writer.close();
            times.writer.close();
        }
    }
}
