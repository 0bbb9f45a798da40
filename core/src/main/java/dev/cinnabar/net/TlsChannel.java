package dev.cinnabar.net;

import dev.cinnabar.tls.CertificateNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of one connection: takes records that have arrived apart and makes records of what is to be sent, in the loop's
 * {@link TlsBuffers}. Owned by the connection's loop; knows no socket.
 */
final class TlsChannel {

    /*
     * Why a channel of our own: docs/decisions/004-tls.md. It is small because it does no input or output. The loop reads
     * into its buffer as ever and asks for what is in it (decrypt), and sends what it is given (encrypt). So an idle
     * connection holds no buffer, a slow reader's records wait in the same queue as anybody's replies, and the path of a plain
     * connection has one branch more, not another implementation of an interface.
     *
     * The expensive part of a handshake, keys and signatures, comes as a task. With the JDK's cryptography it is run by other
     * threads: for a millisecond the loop serves others. Until the task is done nothing is read, and the engine is not
     * touched: it would make us wait. Where it is quick, the loop runs it at once: to hand it over would cost as much again.
     */

    /** What {@link #decrypt} found. */
    enum Next {
        /** All that was complete has been decrypted; the next step is to read more. */
        READ,
        /** {@link #task()} has to be run, elsewhere. */
        TASK,
        /** Records of the handshake are to be sent; then decrypt again. */
        SEND,
        /** The client sends nothing more. */
        END
    }

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private boolean begun;
    private boolean open;
    private boolean working;

    /** The bytes of a record that has not wholly arrived; or all that is left while a task runs. */
    private byte @Nullable [] rest;

    TlsChannel(SSLEngine engine) {
        this.engine = engine;
    }

    /** The name in the client's certificate, as bytes of UTF-8; null if it has shown none, or has none in it. */
    byte @Nullable [] commonName() {
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            return chain[0] instanceof X509Certificate first ? CertificateNames.commonName(first) : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** Whether the handshake is done. */
    boolean isOpen() {
        return open;
    }

    /** Whether a task runs elsewhere: then nothing may be asked of this channel but that. */
    boolean isWorking() {
        return working;
    }

    /** Bytes that have arrived and wait for more. */
    int waitingBytes() {
        byte[] waiting = rest;
        return waiting == null ? 0 : waiting.length;
    }

    /** Puts what waits into the buffer, which then is ready to take what the socket has. */
    void begin(ByteBuffer arrived) {
        arrived.clear();
        byte[] waiting = rest;
        if (waiting != null) {
            arrived.put(waiting);
            rest = null;
        }
    }

    /** Keeps what of the buffer was not used. */
    void end(ByteBuffer arrived) {
        if (arrived.hasRemaining()) {
            byte[] waiting = new byte[arrived.remaining()];
            arrived.get(waiting);
            rest = waiting;
        }
    }

    /**
     * Decrypts what there is, and says what comes next.
     *
     * @throws SSLException if the client does not speak TLS as it must; {@link #farewell} has the alert for it
     */
    Next decrypt(ByteBuffer arrived, ByteBuffer plain) throws SSLException {
        while (true) {
            if (engine.isOutboundDone()) {
                return Next.END;
            }
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    if (open && !engine.getSession().getProtocol().equals("TLSv1.3")) {
                        throw new SSLException("renegotiation is not possible");
                    }
                    return Next.TASK;
                }
                case NEED_WRAP -> {
                    return Next.SEND;
                }
                default -> {}
            }
            if (!arrived.hasRemaining()) {
                return engine.isInboundDone() ? Next.END : Next.READ;
            }
            SSLEngineResult result = engine.unwrap(arrived, plain);
            begun = true;
            noteEndOfHandshake(result);
            switch (result.getStatus()) {
                case CLOSED -> {
                    return Next.END;
                }
                case BUFFER_UNDERFLOW -> {
                    return Next.READ;
                }
                case BUFFER_OVERFLOW -> throw new SSLException("a record holds more than it is long");
                case OK -> {}
            }
        }
    }

    private void noteEndOfHandshake(SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            open = true;
        }
    }

    /** The tasks that the handshake waits for, as one; {@link #taskDone} is to be called when it has run. */
    Runnable task() {
        working = true;
        return () -> {
            for (Runnable part = engine.getDelegatedTask(); part != null; part = engine.getDelegatedTask()) {
                part.run();
            }
        };
    }

    void taskDone() {
        working = false;
    }

    /** Makes records of what the handshake has to say, as many as fit. */
    void handshakeRecords(ByteBuffer records) throws SSLException {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                && records.remaining() >= TlsBuffers.MAX_RECORD_BYTES) {
            SSLEngineResult result = engine.wrap(NOTHING, records);
            noteEndOfHandshake(result);
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                return;
            }
        }
    }

    /**
     * Makes records of bytes, as many as fit.
     *
     * @throws IOException if nothing can be sent any more
     */
    void encrypt(ByteBuffer bytes, ByteBuffer records) throws IOException {
        while (bytes.hasRemaining() && records.remaining() >= TlsBuffers.MAX_RECORD_BYTES) {
            if (engine.wrap(bytes, records).getStatus() != SSLEngineResult.Status.OK) {
                throw new IOException("the connection has been closed");
            }
        }
    }

    /**
     * Makes the last records: why the handshake failed, or that nothing more comes. None if there is no way to say it, or if the
     * client does not speak TLS at all.
     */
    void farewell(ByteBuffer records) {
        if (working || !begun) {
            return;
        }
        try {
            engine.closeOutbound();
            handshakeRecords(records);
        } catch (SSLException e) {
            // Whoever cannot be told good-bye is not: the socket is closed all the same.
            records.clear();
        }
    }
}
