package dev.cinnabar.command;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.cinnabar.commands.keys.KeyCommands;
import dev.cinnabar.commands.strings.StringCommands;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.keyspace.ManualClock;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.Output;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Blocked;
import dev.cinnabar.session.Resumable;
import dev.cinnabar.session.Session;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A client that waits for a key while another one writes it, and while its wait is ended: it has exactly one reply. */
public final class BlockingStress {

    private static final Engine ENGINE = newEngine();
    private static final ThreadLocal<Dispatcher> DISPATCHERS = ThreadLocal.withInitial(ENGINE::newDispatcher);
    private static final AtomicLong KEYS = new AtomicLong();

    private static final String TAKEN = "$1\r\nx\r\n";
    private static final String ENDED = "*-1\r\n";

    private final String key = "key:" + KEYS.incrementAndGet();
    private final Session waiting = new Session(null, 0, true);
    private final ByteArrayOutputStream replies = new ByteArrayOutputStream();

    private static Engine newEngine() {
        List<CommandSpec> rows = new ArrayList<>(StringCommands.table());
        rows.addAll(KeyCommands.table());
        rows.add(CommandSpec.command("take", 2).keys(KeySpec.at(1)).handler(BlockingStress::take));
        SplittableRandom random = new SplittableRandom();
        Keyspace keyspace = new Keyspace(2, 1, new ManualClock(1), random);
        return new Engine(keyspace, new CommandTable(rows), new Settings(), random);
    }

    private static void take(Call call, Args args, Reply reply) {
        Entry entry = call.write(1);
        if (entry == null) {
            call.block(Type.STRING, 0, 1, 1);
        } else {
            reply.bulk(StringValue.view(entry, call.view(), call.scratch()));
            call.delete(1, entry);
        }
    }

    private BlockingStress() {
        waiting.resumable(new Resumable() {
            private RespWriter late = writer(replies);

            @Override
            public Output reply() {
                late = writer(replies);
                return late;
            }

            @Override
            public void resume() {
                late.drain();
            }
        });
    }

    private static RespWriter writer(ByteArrayOutputStream bytes) {
        return new RespWriter(64, new ChunkPool(new BufferAccounting()), bytes::write);
    }

    private static void run(Session session, ByteArrayOutputStream replies, String... words) {
        byte[] bytes = String.join("", words).getBytes(StandardCharsets.US_ASCII);
        Request request = new Request();
        request.begin(bytes);
        int at = 0;
        for (String word : words) {
            request.add(at, word.length());
            at += word.length();
        }
        RespWriter writer = writer(replies);
        DISPATCHERS.get().dispatch(session, request, writer);
        writer.drain();
    }

    private void waitForKey() {
        run(waiting, replies, "take", key);
    }

    private void write() {
        run(new Session(null, 0, true), new ByteArrayOutputStream(), "set", key, "x");
    }

    private void endWait() {
        Blocked blocked = waiting.blocked();
        if (blocked != null) {
            DISPATCHERS.get().giveUp(blocked, null);
        }
    }

    /** What the client was told, 1 if it took the value and 0 if not, and whether the value is still there. */
    private void look(II_Result result) {
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        run(new Session(null, 0, true), found, "del", key);
        result.r1 = switch (replies.toString(StandardCharsets.US_ASCII)) {
            case TAKEN -> 1;
            case ENDED -> 0;
            default -> -1;
        };
        result.r2 = found.toString(StandardCharsets.US_ASCII).equals(":1\r\n") ? 1 : 0;
    }

    /** The value comes while the client begins to wait. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Taken, at once or after a wait.")
    @Outcome(expect = FORBIDDEN, desc = "Missed, or taken twice.")
    @State
    public static class Begin {
        private final BlockingStress game = new BlockingStress();

        @Actor
        public void waiter() {
            game.waitForKey();
        }

        @Actor
        public void writer() {
            game.write();
        }

        @Arbiter
        public void look(II_Result result) {
            game.look(result);
        }
    }

    /** The value comes while the wait ends. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Taken.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The wait ended first, and the value is still there.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or taken twice, or no reply, or two.")
    @State
    public static class End {
        private final BlockingStress game = new BlockingStress();

        public End() {
            game.waitForKey();
        }

        @Actor
        public void writer() {
            game.write();
        }

        @Actor
        public void ender() {
            game.endWait();
        }

        @Arbiter
        public void look(II_Result result) {
            game.look(result);
        }
    }
}
