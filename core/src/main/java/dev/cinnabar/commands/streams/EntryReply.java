package dev.cinnabar.commands.streams;

import dev.cinnabar.command.Call;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.StreamId;
import dev.cinnabar.values.StreamValue;

/** How IDs and entries are answered. Stateless. */
final class EntryReply {

    private EntryReply() {}

    static void id(Call call, Reply reply, long millis, long sequence) {
        byte[] text = call.scratch();
        reply.bulk(call.view().set(text, 0, StreamId.write(millis, sequence, text)));
    }

    static void id(Call call, Reply reply, StreamId id) {
        id(call, reply, id.millis(), id.sequence());
    }

    /** The entry at the stream's cursor: its ID, and fields and values in turn. */
    static void entry(Call call, Reply reply, StreamValue stream) {
        reply.array(2);
        entryParts(call, reply, stream);
    }

    /** ID and fields, within an array that has been begun. */
    static void entryParts(Call call, Reply reply, StreamValue stream) {
        id(call, reply, stream.millis(), stream.sequence());
        int fields = stream.fields();
        reply.array(2L * fields);
        for (int i = 0; i < fields; i++) {
            reply.bulk(stream.nextField(call.view()));
            reply.bulk(stream.nextValue(call.view()));
        }
    }

    /** A number of entries from the cursor on. */
    static void entries(Call call, Reply reply, StreamValue stream, long n) {
        for (long i = 0; i < n; i++) {
            if (i > 0) {
                stream.next();
            }
            entry(call, reply, stream);
        }
    }
}
