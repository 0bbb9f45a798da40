package dev.cinnabar.compat.harness;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads replies from a stream, RESP2 and RESP3, strictly: what is not the protocol is an error. Owned by one client. */
final class RespReader {

    private final InputStream in;
    private int protocol = 2;

    RespReader(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    void protocol(int version) {
        protocol = version;
    }

    Resp read() throws IOException {
        int type = in.read();
        if (type < 0) {
            throw new EOFException("connection closed by the server");
        }
        String line = line();
        return switch (type) {
            case '+' -> new Resp.Simple(line);
            case '-' -> new Resp.Failure(line);
            case ':' -> new Resp.Int(Long.parseLong(line));
            case '$' -> line.equals("-1") ? nil("$-1", "nil") : new Resp.Bulk(body(length(line)));
            case '*' -> line.equals("-1") ? nil("*-1", "nil-array") : new Resp.Array(items(length(line)));
            case '_' -> protocol == 3 ? new Resp.Nil("nil") : new Resp.Nil("_");
            case '%' -> new Resp.MapReply(items(2 * length(line)));
            case '~' -> new Resp.SetReply(items(length(line)));
            case '>' -> new Resp.Push(items(length(line)));
            case ',' -> new Resp.Dbl(line);
            case '#' -> new Resp.Bool(line.equals("t"));
            case '(' -> new Resp.BigNumber(line);
            case '=' -> {
                String text = body(length(line));
                yield new Resp.Verbatim(text.substring(0, 3), text.substring(4));
            }
            default -> throw new IOException("not a RESP type: " + (char) type + line);
        };
    }

    /** Whatever bytes follow until the server closes the connection. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    int readByte() throws IOException {
        return in.read();
    }

    int available() throws IOException {
        return in.available();
    }

    private Resp nil(String wire, String shown) {
        return new Resp.Nil(protocol == 2 ? shown : wire);
    }

    private static int length(String line) throws IOException {
        int length = Integer.parseInt(line);
        if (length < 0) {
            throw new IOException("negative length " + line);
        }
        return length;
    }

    private List<Resp> items(int count) throws IOException {
        List<Resp> items = new ArrayList<>(Math.min(count, 1 << 16));
        for (int i = 0; i < count; i++) {
            items.add(read());
        }
        return items;
    }

    private String body(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("bulk string cut short");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("line cut short: " + line);
            }
            line.append((char) c);
        }
        if (in.read() != '\n') {
            throw new IOException("no line feed after: " + line);
        }
        return line.toString();
    }
}
