package dev.cinnabar.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The blocks of a file in PEM form (RFC 7468, and with the headers of RFC 1421 that older keys have). Stateless.
 *
 * <p>What stands between blocks is a comment.
 */
final class Pem {

    /** A block: its label, its headers if any, and what its base 64 says. */
    static final class Block {
        private final String label;
        private final Map<String, String> headers;
        private final byte[] der;

        private Block(String label, Map<String, String> headers, byte[] der) {
            this.label = label;
            this.headers = headers;
            this.der = der;
        }

        String label() {
            return label;
        }

        Map<String, String> headers() {
            return headers;
        }

        byte[] der() {
            return der;
        }
    }

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private Pem() {}

    /** @throws IOException with a text for the log, if the file cannot be read or is not PEM */
    static List<Block> read(Path file) throws IOException {
        try {
            return parse(Files.readString(file, ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new IOException("No such file or directory", e);
        }
    }

    static List<Block> parse(String text) throws IOException {
        List<Block> blocks = new ArrayList<>();
        String label = null;
        Map<String, String> headers = new TreeMap<>();
        StringBuilder base64 = new StringBuilder();
        for (String untrimmed : text.split("\n", -1)) {
            String line = untrimmed.strip();
            if (label == null) {
                if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                    label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                    headers.clear();
                    base64.setLength(0);
                }
            } else if (line.startsWith(END)) {
                if (!line.equals(END + label + DASHES)) {
                    throw new IOException("bad end line: " + line);
                }
                blocks.add(new Block(label, Map.copyOf(headers), decode(base64.toString())));
                label = null;
            } else if (base64.isEmpty() && line.indexOf(':') > 0) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            } else {
                base64.append(line);
            }
        }
        if (label != null) {
            throw new IOException("no end line for " + label);
        }
        return blocks;
    }

    private static byte[] decode(String base64) throws IOException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException("bad base64 decode", e);
        }
    }
}
