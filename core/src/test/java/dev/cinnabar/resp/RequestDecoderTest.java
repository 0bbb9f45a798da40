package dev.cinnabar.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cinnabar.memory.Bytes;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests out of bytes, however they arrive.
 *
 * <p>Strategy: a stream of requests is decoded at once, byte by byte and in random pieces, with the same result; and streams
 * with random damage are decoded as far as they go. Invariants: the decoder says no, yes, or throws a {@link
 * ProtocolException}; it always moves on; it keeps nothing of what it was given.
 */
class RequestDecoderTest {

    private final RequestDecoder decoder = new RequestDecoder();
    private final Request request = new Request();

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /** All requests in a stream that comes in pieces of the sizes that {@code random} says, or one byte each without it. */
    private List<List<String>> decode(byte[] stream, Random random) throws ProtocolException {
        List<List<String>> requests = new ArrayList<>();
        decoder.reset(0);
        request.begin(stream);
        int end = 0;
        while (true) {
            while (decoder.decode(new Bytes().set(stream, 0, end), end, request)) {
                requests.add(words());
                request.begin(stream);
            }
            if (end == stream.length) {
                return requests;
            }
            end = random == null ? end + 1 : Math.min(stream.length, end + 1 + random.nextInt(20));
        }
    }

    private List<List<String>> decode(String stream) throws ProtocolException {
        byte[] bytes = bytes(stream);
        decoder.reset(0);
        List<List<String>> requests = new ArrayList<>();
        request.begin(bytes);
        while (decoder.decode(Bytes.of(bytes), bytes.length, request)) {
            requests.add(words());
            request.begin(bytes);
        }
        return requests;
    }

    private List<String> words() {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < request.count(); i++) {
            words.add(new String(request.at(i).toByteArray(), ISO_8859_1));
        }
        return words;
    }

    private static byte[] encode(List<String> words) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(bytes("*" + words.size() + "\r\n"));
        for (String word : words) {
            bytes.writeBytes(bytes("$" + word.length() + "\r\n" + word + "\r\n"));
        }
        return bytes.toByteArray();
    }

    @Test
    void arraysOfBulkStrings() throws ProtocolException {
        assertThat(decode("*2\r\n$3\r\nGET\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n"))
                .containsExactly(List.of("GET", ""), List.of("PING"));
        assertThat(decode("*1\r\n$4\r\n\r\n\r\n\r\n")).containsExactly(List.of("\r\n\r\n"));
        assertThat(decode("*1\r\n$4\r\nPINGxx"))
                .as("any two bytes end a bulk string")
                .containsExactly(List.of("PING"));
        assertThat(decode("*2\r\n$3\r\nGET\r\n$1\r\nx\r")).isEmpty();
    }

    @Test
    void emptyRequestsAreRequestsOfNoWords() throws ProtocolException {
        assertThat(decode("*0\r\n*-1\r\n*-9223372036854775808\r\n\r\n\n   \r\nPING\r\n"))
                .containsExactly(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of("PING"));
    }

    @Test
    void inlineCommands() throws ProtocolException {
        assertThat(decode("PING\r\n  GET   x \nSET \"a \\x41\\n\\\"\" 'b \\x41 \\''\r\nSET y \"\"\r\n"))
                .containsExactly(
                        List.of("PING"),
                        List.of("GET", "x"),
                        List.of("SET", "a A\n\"", "b \\x41 '"),
                        List.of("SET", "y", ""));
        assertThat(decode("PING")).isEmpty();
        assertThat(decode("SET k " + "v".repeat(70_000) + "\r\n")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "*1RNGETRN                      | expected '$', got 'G'",
                "*1RN:5RN                       | expected '$', got ':'",
                "*1RNRNPINGRN                   | expected '$', got 'CR'",
                "*1RN$-1RN                      | invalid bulk length",
                "*1RN$-10RN                     | invalid bulk length",
                "*1RN$abcRN                     | invalid bulk length",
                "*1RN$RN                        | invalid bulk length",
                "*1RN$01RN                      | invalid bulk length",
                "*1RN$ 4RN                      | invalid bulk length",
                "*1RN$536870913RN               | invalid bulk length",
                "*1RN$9223372036854775807RN     | invalid bulk length",
                "*1RN$9223372036854775808RN     | invalid bulk length",
                "*abcRN                         | invalid multibulk length",
                "*RN                            | invalid multibulk length",
                "*-RN                           | invalid multibulk length",
                "*-0RN                          | invalid multibulk length",
                "*+1RN                          | invalid multibulk length",
                "*2147483648RN                  | invalid multibulk length",
                "*-9223372036854775809RN        | invalid multibulk length",
                "*20000000000000000000RN        | invalid multibulk length",
                "*1 RN                          | invalid multibulk length",
                "SET \"xRN                      | unbalanced quotes in request",
                "SET 'xRN                       | unbalanced quotes in request",
                "SET \"x\"yRN                   | unbalanced quotes in request",
            })
    void protocolErrors(String stream, String message) {
        String text = stream.replace("RN", "\r\n");
        String expected = "Protocol error: " + message.replace("CR", "\r");
        assertThatThrownBy(() -> decode(text))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(expected);
        assertThatThrownBy(() -> decode(bytes(text), null))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(expected);
    }

    @ParameterizedTest
    @CsvSource({"'',too big inline request", "*,too big mbulk count string", "'*1\r\n$',too big bulk count string"})
    void linesWithoutAnEnd(String beginning, String message) throws ProtocolException {
        assertThat(decode(beginning + "1".repeat(65_535))).isEmpty();
        assertThatThrownBy(() -> decode(beginning + "1".repeat(65_537)))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("Protocol error: " + message);
    }

    @Test
    void strangersMaySayLittle() throws ProtocolException {
        decoder.limits(512 << 20, false);
        assertThat(decode("*10\r\n" + "$1\r\na\r\n".repeat(10))).hasSize(1);
        assertThat(decode("*1\r\n$16384\r\n" + "x".repeat(16_384) + "\r\n")).hasSize(1);
        assertThatThrownBy(() -> decode("*11\r\n")).hasMessage("Protocol error: unauthenticated multibulk length");
        assertThatThrownBy(() -> decode("*1\r\n$16385\r\n")).hasMessage("Protocol error: unauthenticated bulk length");
        decoder.limits(100, true);
        assertThat(decode("*1\r\n$100\r\n" + "x".repeat(100) + "\r\n")).hasSize(1);
        assertThatThrownBy(() -> decode("*1\r\n$101\r\n")).hasMessage("Protocol error: invalid bulk length");
    }

    @Test
    void aHugeCountTakesNoMemoryInAdvance() throws ProtocolException {
        assertThat(decode("*2147483647\r\n$1\r\na\r\n$1\r\nb\r\n$1")).isEmpty();
        assertThat(request.count()).isEqualTo(2);
    }

    @Test
    void moreWordsThanViews() throws ProtocolException {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            words.add("word " + i);
        }
        byte[] stream = encode(words);
        decoder.reset(0);
        request.begin(stream);
        assertThat(decoder.decode(Bytes.of(stream), stream.length, request)).isTrue();
        assertThat(words()).isEqualTo(words);
        request.trim();
        assertThat(request.count()).isZero();
    }

    @Test
    void aRequestWhoseBytesMoveWhileItArrives() throws ProtocolException {
        byte[] stream = encode(List.of("SET", "key", "v".repeat(1_000)));
        RequestDecoder slow = new RequestDecoder();
        slow.reset(0);
        try (Arena arena = Arena.ofConfined()) {
            for (int end = 1; end <= stream.length; end++) {
                if (slow.needed() > end) {
                    continue;
                }
                MemorySegment moved = arena.allocate(stream.length);
                MemorySegment.copy(stream, 0, moved, ValueLayout.JAVA_BYTE, 0, end);
                request.moveTo(moved);
                assertThat(slow.decode(new Bytes().set(moved, 0, end), end, request))
                        .isEqualTo(end == stream.length);
            }
            assertThat(words()).containsExactly("SET", "key", "v".repeat(1_000));
            assertThat(slow.start()).isEqualTo(stream.length);
        }
    }

    @Test
    void theWholeLengthOfABulkIsKnownInAdvance() throws ProtocolException {
        byte[] stream = bytes("*1\r\n$100000\r\nabc");
        decoder.reset(0);
        request.begin(stream);
        assertThat(decoder.decode(Bytes.of(stream), stream.length, request)).isFalse();
        assertThat(decoder.needed()).isEqualTo(13 + 100_000 + 2);
    }

    // Random streams

    private static final String[] WORDS = {"", "a", "GET", "\r\n", "$3\r\n", "*1\r\n", "with blanks", "x".repeat(300)};

    private static byte[] randomStream(Random random, List<List<String>> expected) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int n = random.nextInt(10); n >= 0; n--) {
            if (random.nextInt(5) == 0) {
                stream.writeBytes(bytes("inline  'a b'\r\n"));
                expected.add(List.of("inline", "a b"));
            } else {
                List<String> words = new ArrayList<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    words.add(WORDS[random.nextInt(WORDS.length)]);
                }
                stream.writeBytes(encode(words));
                expected.add(words);
            }
        }
        return stream.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void howeverItIsCut(long seed) throws ProtocolException {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            List<List<String>> expected = new ArrayList<>();
            byte[] stream = randomStream(random, expected);
            assertThat(decode(new String(stream, ISO_8859_1))).as("at once").isEqualTo(expected);
            assertThat(decode(stream, null)).as("byte by byte").isEqualTo(expected);
            assertThat(decode(stream, random)).as("in pieces").isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void damagedStreamsEndWithAnErrorOrWaitForMore(long seed) {
        Random random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] stream = randomStream(random, new ArrayList<>());
            for (int i = random.nextInt(4); i >= 0; i--) {
                stream[random.nextInt(stream.length)] = (byte)
                        (random.nextBoolean()
                                ? random.nextInt(256)
                                : "*$-0123456789\r\n\"'".charAt(random.nextInt(17)));
            }
            List<List<String>> atOnce = null;
            List<List<String>> inPieces = null;
            try {
                atOnce = decode(new String(stream, ISO_8859_1));
            } catch (ProtocolException e) {
                assertThat(e.getMessage()).startsWith("Protocol error: ");
                refused++;
            }
            try {
                inPieces = decode(stream, random);
            } catch (ProtocolException e) {
                assertThat(e.getMessage()).startsWith("Protocol error: ");
            }
            assertThat(inPieces).as("round %d", round).isEqualTo(atOnce);
        }
        assertThat(refused).as("the damage is found now and then").isBetween(100, 1_900);
    }
}
