package dev.cinnabar.command.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The fixture itself: that it shows what the engine replies, and fails where it should. */
class TestEngineTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @Test
    void showsReplies() {
        redis.replies("""
                SET x "a\\r\\n"   -> +OK
                GET x             -> 'a\\r\\n'
                GET y             -> nil
                INCR n            -> 1
                PING              -> /\\+PO.*/
                """);
        assertThat(redis.call("GET")).isEqualTo("-ERR wrong number of arguments for 'get' command");
    }

    @Test
    void failsWhereTheReplyIsAnother() {
        assertThatThrownBy(() -> redis.replies("PING -> +PANG"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("line 1: PING");
    }

    @Test
    void clientsShareTheKeysAndHaveProtocolsOfTheirOwn() {
        TestClient other = redis.newClient().protocol(3);
        redis.call("SET", "x", "1");
        assertThat(other.call("GET", "x")).isEqualTo("'1'");
        assertThat(new String(other.send("GET".getBytes(ISO_8859_1), "y".getBytes(ISO_8859_1)), ISO_8859_1))
                .isEqualTo("_\r\n");
    }

    @Test
    void readsEveryTypeOfTheProtocol() {
        String reply = "*3\r\n%1\r\n$1\r\na\r\n:1\r\n~1\r\n,1.5\r\n=7\r\ntxt:a'b\r\n*-1\r\n$-1\r\n";
        assertThat(ReplyText.of(reply.getBytes(ISO_8859_1)))
                .isEqualTo("[{'a': 1}, ~[,1.5], txt:'a\\'b'] nil-array nil");
    }
}
