package dev.cinnabar.journal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Numbers;
import java.util.Arrays;

/**
 * The effects of one locked step, as requests that have them again, until the journal takes them. Owned by one thread and
 * reused: allocates nothing once it has grown.
 *
 * <pre>
 * effects.begin(database, "PEXPIREAT").word(key).integer(millis).end();
 * </pre>
 */
public final class Effects {

    /*
     * An effect is written as it will stand in the journal. How many words it has is known only at its end: room for the
     * longest head is left in front of it, and the head is written flush with the first word.
     *
     *      start of the room          starts[i]                                       ends[i]
     *      |..........................|*3\r\n|$3\r\nSET\r\n|$1\r\nk\r\n|$1\r\nv\r\n|
     */

    private static final int HEAD = 16;
    private static final int KEPT_BYTES = 1 << 20;

    private byte[] bytes = new byte[512];
    private int length;
    private int count;
    private int[] databases = new int[4];
    private int[] starts = new int[4];
    private int[] ends = new int[4];
    private int words;
    private boolean separate;

    /** Begins an effect on a database. */
    public Effects begin(int database) {
        if (count == starts.length) {
            databases = Arrays.copyOf(databases, 2 * count);
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        databases[count] = database;
        ensure(HEAD);
        length += HEAD;
        starts[count] = length;
        words = 0;
        return this;
    }

    public Effects begin(int database, String name) {
        return begin(database).word(name);
    }

    /** Ends the effect: it counts from now on. */
    public void end() {
        int digits = Numbers.lengthOf(words);
        int start = starts[count] - 3 - digits;
        bytes[start] = '*';
        int at = Numbers.writeLong(words, bytes, start + 1);
        bytes[at] = '\r';
        bytes[at + 1] = '\n';
        starts[count] = start;
        ends[count++] = length;
    }

    public Effects word(Bytes word) {
        int n = word.length();
        wordHead(n);
        word.copyTo(0, bytes, length, n);
        wordTail(n);
        return this;
    }

    public Effects word(byte[] word) {
        wordHead(word.length);
        System.arraycopy(word, 0, bytes, length, word.length);
        wordTail(word.length);
        return this;
    }

    /** A part of an array. */
    public Effects word(byte[] array, int offset, int n) {
        wordHead(n);
        System.arraycopy(array, offset, bytes, length, n);
        wordTail(n);
        return this;
    }

    @SuppressWarnings("deprecation") // The low bytes are all there is in ASCII.
    public Effects word(String ascii) {
        int n = ascii.length();
        wordHead(n);
        ascii.getBytes(0, n, bytes, length);
        wordTail(n);
        return this;
    }

    public Effects integer(long n) {
        int digits = Numbers.lengthOf(n);
        wordHead(digits);
        Numbers.writeLong(n, bytes, length);
        wordTail(digits);
        return this;
    }

    private void wordHead(int n) {
        ensure(n + 32L);
        bytes[length++] = '$';
        length = Numbers.writeLong(n, bytes, length);
        bytes[length++] = '\r';
        bytes[length++] = '\n';
        words++;
    }

    private void wordTail(int n) {
        length += n;
        bytes[length++] = '\r';
        bytes[length++] = '\n';
    }

    private void ensure(long more) {
        long needed = length + more;
        if (needed > bytes.length) {
            if (needed > Integer.MAX_VALUE - 8) {
                throw new OutOfMemoryError("the effects of one step are longer than 2 GB");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.clamp(2L * bytes.length, needed, Integer.MAX_VALUE - 8));
        }
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public int count() {
        return count;
    }

    /** These effects have nothing to do with each other: they are no transaction. */
    public void separate() {
        separate = true;
    }

    boolean isTransaction() {
        return count > 1 && !separate;
    }

    int database(int i) {
        return databases[i];
    }

    byte[] bytes() {
        return bytes;
    }

    int start(int i) {
        return starts[i];
    }

    int end(int i) {
        return ends[i];
    }

    /** Forgets all. */
    public void clear() {
        length = 0;
        count = 0;
        separate = false;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[512];
        }
    }

    /** As the journal will have it, for tests and messages. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(new String(bytes, starts[i], ends[i] - starts[i], ISO_8859_1));
        }
        return text.toString();
    }
}
