package dev.cinnabar.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.acl.Denial;
import dev.cinnabar.acl.User;
import dev.cinnabar.command.Dispatcher;
import dev.cinnabar.command.Engine;
import dev.cinnabar.session.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;

/**
 * What the TLS connections of a loop receive and send: records, handshakes, users out of certificates. Between the loop, which
 * reads sockets and runs requests, and the connections' {@link TlsChannel}s. Owned by the loop's thread.
 */
final class TlsTraffic {

    private final Loop loop;
    private final Engine engine;
    private final NetSettings settings;
    private final Dispatcher dispatcher;
    private final Sender sender;
    private final Executor handshakes;
    private final TlsBuffers buffers;

    /**
     * @param inputBytes how much a socket is read at once
     * @param handshakes runs the expensive parts of handshakes
     */
    TlsTraffic(
            Loop loop,
            Engine engine,
            NetSettings settings,
            Dispatcher dispatcher,
            Sender sender,
            Executor handshakes,
            int inputBytes) {
        this.loop = loop;
        this.engine = engine;
        this.settings = settings;
        this.dispatcher = dispatcher;
        this.sender = sender;
        this.handshakes = handshakes;
        this.buffers = new TlsBuffers(inputBytes);
    }

    /** Takes what a socket has brought: with what the channel has kept, no more than is read at once. */
    void receive(Connection connection, TlsChannel tls, ByteBuffer input) throws IOException {
        tls.begin(buffers.arrived);
        buffers.arrived.put(input).flip();
        decrypt(connection, tls);
    }

    /** Decrypts what has arrived and takes it; goes on with the handshake. */
    private void decrypt(Connection connection, TlsChannel tls) throws IOException {
        boolean wasOpen = tls.isOpen();
        buffers.plain.clear();
        TlsChannel.Next next;
        try {
            next = tls.decrypt(buffers.arrived, buffers.plain);
            while (next == TlsChannel.Next.SEND || next == TlsChannel.Next.TASK && settings.quickHandshakes) {
                if (next == TlsChannel.Next.TASK) {
                    tls.task().run();
                    tls.taskDone();
                } else {
                    buffers.records.clear();
                    tls.handshakeRecords(buffers.records);
                    sendRecords(connection);
                    if (connection.closed) {
                        return;
                    }
                }
                next = tls.decrypt(buffers.arrived, buffers.plain);
            }
        } catch (SSLException e) {
            engine.settings()
                    .log
                    .verbose((wasOpen ? "TLS of a client failed: " : "Error accepting a client connection: ")
                            + e.getMessage() + " (addr=" + connection.remoteAddress() + " laddr="
                            + connection.localAddress() + ")");
            loop.close(connection);
            if (e.getCause() instanceof RuntimeException unexpected) {
                engine.settings().failures.accept("TLS of " + connection.remoteAddress(), unexpected);
            }
            return;
        }
        tls.end(buffers.arrived);
        if (!wasOpen && tls.isOpen()) {
            opened(connection, tls);
        }
        buffers.plain.flip();
        if (buffers.plain.hasRemaining() && !connection.closed && !connection.session.isClosing()) {
            loop.take(connection, buffers.plain);
        }
        if (connection.closed) {
            return;
        }
        if (next == TlsChannel.Next.END) {
            loop.close(connection);
        } else if (next == TlsChannel.Next.TASK) {
            Runnable task = tls.task();
            connection.updateInterest();
            handshakes.execute(() -> {
                try {
                    task.run();
                } finally {
                    loop.mailbox().post(() -> goOn(connection, tls));
                }
            });
        }
    }

    /** The task of a handshake has been run. */
    private void goOn(Connection connection, TlsChannel tls) {
        tls.taskDone();
        if (connection.closed) {
            return;
        }
        loop.attend(connection, c -> {
            c.updateInterest();
            tls.begin(buffers.arrived);
            buffers.arrived.flip();
            decrypt(c, tls);
        });
    }

    /** The handshake is done. */
    private void opened(Connection connection, TlsChannel tls) throws IOException {
        byte[] refusal = connection.refusal;
        if (refusal != null) {
            send(connection, tls, refusal, 0, refusal.length);
            connection.session.closeAfterReply();
            loop.finish(connection);
        } else if (settings.userFromCertificate) {
            logIn(connection.session, tls);
        }
    }

    /** The client is the user whose name its certificate has, if there is one. */
    private void logIn(Session session, TlsChannel tls) {
        byte[] commonName = tls.commonName();
        if (commonName == null) {
            return;
        }
        String name = new String(commonName, ISO_8859_1);
        User user = engine.users().find(name);
        if (user != null && user.rights().isOn()) {
            session.logIn(user);
        } else {
            dispatcher.beginBatch();
            dispatcher.logDenial(session, Denial.TLS_CERT, name, name);
            dispatcher.endBatch();
        }
    }

    /** Encrypts bytes and sends them. */
    void send(Connection connection, TlsChannel tls, byte[] bytes, int offset, int length) {
        ByteBuffer plain = ByteBuffer.wrap(bytes, offset, length);
        try {
            while (plain.hasRemaining() && !connection.closed) {
                buffers.records.clear();
                tls.encrypt(plain, buffers.records);
                sendRecords(connection);
            }
        } catch (IOException e) {
            loop.close(connection);
        }
    }

    /** Says good-bye to a client whose connection is about to be closed. */
    void sendFarewell(Connection connection, TlsChannel tls) {
        buffers.records.clear();
        tls.farewell(buffers.records);
        sender.sendLast(connection, buffers.records.flip());
    }

    private void sendRecords(Connection connection) {
        sender.send(connection, buffers.recordBytes, 0, buffers.records.position());
    }
}
