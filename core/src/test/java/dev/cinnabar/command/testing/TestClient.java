package dev.cinnabar.command.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.keyspace.ManualClock;
import dev.cinnabar.memory.BufferAccounting;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.ChunkPool;
import dev.cinnabar.resp.Output;
import dev.cinnabar.resp.ProtocolException;
import dev.cinnabar.resp.Request;
import dev.cinnabar.resp.RequestDecoder;
import dev.cinnabar.resp.RespWriter;
import dev.cinnabar.session.Inbox;
import dev.cinnabar.session.Postbox;
import dev.cinnabar.session.Push;
import dev.cinnabar.session.Resumable;
import dev.cinnabar.session.Session;
import dev.cinnabar.session.Subscription;
import dev.cinnabar.text.ArgumentSplitter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client of a {@link TestEngine}, without a connection: its requests take the way of real ones, through decoder,
 * dispatcher and writer. Owned by one thread. Replies are in the notation of {@link ReplyText}.
 */
public final class TestClient {

    private final ManualClock clock;
    private final Session session;
    private final Engine engine;
    private final ByteArrayOutputStream late = new ByteArrayOutputStream();
    private final RespWriter lateWriter = new RespWriter(1024, new ChunkPool(new BufferAccounting()), late::write);
    private final ByteArrayOutputStream pushes = new ByteArrayOutputStream();
    private @Nullable List<Runnable> held;
    private volatile boolean resumed;
    private final Dispatcher dispatcher;
    private final RequestDecoder decoder = new RequestDecoder();
    private final Request request = new Request();
    private final ByteArrayOutputStream replies = new ByteArrayOutputStream();
    private final RespWriter writer = new RespWriter(16 << 10, new ChunkPool(new BufferAccounting()), replies::write);

    TestClient(Engine engine, ManualClock clock) {
        this(engine, clock, new Session(null, clock.millis(), engine.users().defaultUser(), true));
    }

    TestClient(Engine engine, ManualClock clock, Session session) {
        this.clock = clock;
        this.session = session;
        this.engine = engine;
        this.dispatcher = engine.newDispatcher();
        session.inbox(new Inbox() {
            @Override
            public Postbox postbox() {
                return (push, subscribers, except) -> onTheWay(() -> {
                    for (Subscription subscription : subscribers) {
                        if (subscription.isActive() && subscription.session() != except) {
                            deliver(push);
                        }
                    }
                });
            }

            @Override
            public void post(Push push) {
                onTheWay(() -> deliver(push));
            }
        });
        session.resumable(new Resumable() {
            @Override
            public Output reply() {
                late.reset();
                return lateWriter;
            }

            @Override
            public void resume() {
                lateWriter.drain();
                session.blocked(null);
                resumed = true;
            }
        });
    }

    private void onTheWay(Runnable delivery) {
        synchronized (pushes) {
            if (held == null) {
                delivery.run();
            } else {
                held.add(delivery);
            }
        }
    }

    private void deliver(Push push) {
        byte[] bytes = push.bytesFor(session);
        if (bytes != null) {
            pushes.writeBytes(bytes);
        }
    }

    /** Messages stay on their way until {@link #releasePushes}. */
    public void holdPushes() {
        synchronized (pushes) {
            held = new ArrayList<>();
        }
    }

    public void releasePushes() {
        synchronized (pushes) {
            List<Runnable> released = held == null ? List.of() : held;
            held = null;
            released.forEach(Runnable::run);
        }
    }

    /** The messages that have come since this was asked last, other than those that followed a reply. */
    public String pushes() {
        synchronized (pushes) {
            String text = ReplyText.of(pushes.toByteArray());
            pushes.reset();
            return text;
        }
    }

    /** Whether the last command waits for keys. */
    public boolean isBlocked() {
        return session.isBlocked();
    }

    /** The reply that has ended the last wait; null if none has since this was asked last. */
    public @Nullable String lateReply() {
        if (!resumed) {
            return null;
        }
        resumed = false;
        return ReplyText.of(late.toByteArray());
    }

    /** The client disconnects. */
    public void disconnect() {
        engine.end(session);
    }

    public Session session() {
        return session;
    }

    /** Switches to version 2 or 3 of the protocol. */
    public TestClient protocol(int version) {
        session.protocol(version);
        return this;
    }

    /** Runs a command and gives its reply, "" if it waits; a char is a byte. */
    public String call(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = words[i].getBytes(ISO_8859_1);
        }
        return call(bytes);
    }

    public String call(byte[]... words) {
        byte[] reply = send(words);
        return reply.length == 0 ? "" : ReplyText.of(reply);
    }

    /** The reply as it would go over the wire. */
    public byte[] send(byte[]... words) {
        byte[] bytes = encode(words);
        Bytes window = Bytes.of(bytes);
        request.begin(bytes);
        decoder.reset(0);
        try {
            assertThat(decoder.decode(window, bytes.length, request)).isTrue();
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
        writer.protocol(session.protocol());
        dispatcher.beginBatch();
        dispatcher.dispatch(session, request, writer);
        dispatcher.endBatch();
        writer.drain();
        byte[] reply = replies.toByteArray();
        replies.reset();
        return reply;
    }

    private static byte[] encode(byte[][] words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("*" + words.length + "\r\n").getBytes(ISO_8859_1));
        for (byte[] word : words) {
            bytes.writeBytes(("$" + word.length + "\r\n").getBytes(ISO_8859_1));
            bytes.writeBytes(word);
            bytes.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    /** Runs a command written in one line, words quoted as redis-cli has them, and gives its reply. */
    public String run(String line) {
        List<byte[]> words = ArgumentSplitter.split(line.getBytes(ISO_8859_1));
        if (words == null) {
            throw new IllegalArgumentException("unbalanced quotes: " + line);
        }
        return call(words.toArray(byte[][]::new));
    }

    /**
     * Plays a conversation, a line {@code command -> reply} each. A reply is in the notation of {@link ReplyText}, or {@code
     * /a regular expression for it/}, or {@code in version 2 || in version 3}. A line {@code advance 1000} moves the clock
     * by milliseconds; empty lines and those that begin with {@code #} say nothing.
     */
    public void replies(String transcript) {
        int number = 0;
        for (String line : transcript.lines().map(String::strip).toList()) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("advance ")) {
                clock.advanceMillis(Long.parseLong(line.substring(8)));
                continue;
            }
            int arrow = line.lastIndexOf(" -> ");
            if (arrow < 0) {
                throw new IllegalArgumentException("no ' -> ' in line " + number + ": " + line);
            }
            String command = line.substring(0, arrow).strip();
            int protocol = session.protocol();
            check(number, command, line.substring(arrow + 4).strip(), protocol, run(command));
        }
    }

    private static void check(int number, String command, String expected, int protocol, String reply) {
        int bar = expected.indexOf(" || ");
        String wanted =
                bar < 0 ? expected : (protocol == 2 ? expected.substring(0, bar) : expected.substring(bar + 4)).strip();
        if (wanted.length() > 1 && wanted.startsWith("/") && wanted.endsWith("/")) {
            Pattern pattern = Pattern.compile(wanted.substring(1, wanted.length() - 1), Pattern.DOTALL);
            assertThat(reply).as("line %d: %s", number, command).matches(pattern);
        } else {
            assertThat(reply).as("line %d: %s", number, command).isEqualTo(wanted);
        }
    }
}
