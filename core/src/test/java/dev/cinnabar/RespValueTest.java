package dev.cinnabar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Replies read as Java values, and what is thrown where they cannot be. */
class RespValueTest {

    private static final RespValue NIL = new RespValue.Nil();
    private static final RespValue ERROR = new RespValue.ErrorReply("WRONGTYPE no list");

    private static RespValue bulk(String text) {
        return new RespValue.BulkString(text.getBytes(UTF_8));
    }

    private static RespValue integer(long value) {
        return new RespValue.Int(value);
    }

    @Test
    void strings() {
        assertThat(bulk("aé").asString()).isEqualTo("aé");
        assertThat(bulk("aé").asBytes()).isEqualTo("aé".getBytes(UTF_8));
        assertThat(new RespValue.SimpleString("OK").asString()).isEqualTo("OK");
        assertThat(new RespValue.Verbatim("txt", "text").asString()).isEqualTo("text");
        assertThat(integer(-5).asString()).isEqualTo("-5");
        assertThat(new RespValue.DoubleReply(1.5).asString()).isEqualTo("1.5");
        assertThat(NIL.asString()).isNull();
        assertThat(NIL.asBytes()).isNull();
        assertThatThrownBy(() -> new RespValue.Array(List.of()).asString())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not a string but Array: []");
    }

    @Test
    void numbers() {
        assertThat(integer(7).asLong()).isEqualTo(7);
        assertThat(bulk("-7").asLong()).isEqualTo(-7);
        assertThat(new RespValue.Bool(true).asLong()).isEqualTo(1);
        assertThat(integer(7).asDouble()).isEqualTo(7);
        assertThat(bulk("1e3").asDouble()).isEqualTo(1000);
        assertThat(bulk("inf").asDouble()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(bulk("-inf").asDouble()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(new RespValue.DoubleReply(2.5).asDouble()).isEqualTo(2.5);
        assertThat(integer(0).asBoolean()).isFalse();
        assertThat(new RespValue.Bool(true).asBoolean()).isTrue();
        assertThatThrownBy(() -> bulk("x").asLong()).isInstanceOf(NumberFormatException.class);
        assertThatThrownBy(NIL::asLong).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void collections() {
        RespValue list = new RespValue.Array(List.of(bulk("a"), integer(1), bulk("b"), integer(2)));
        RespValue map =
                new RespValue.MapReply(List.of(Map.entry(bulk("a"), integer(1)), Map.entry(bulk("b"), integer(2))));
        assertThat(list.asList()).hasSize(4);
        assertThat(map.asList()).isEqualTo(list.asList());
        assertThat(list.asMap()).isEqualTo(map.asMap()).containsEntry(bulk("b"), integer(2));
        assertThat(map.asStringMap()).containsExactly(Map.entry("a", integer(1)), Map.entry("b", integer(2)));
        assertThat(new RespValue.SetReply(List.of(integer(1))).asList()).containsExactly(integer(1));
        assertThat(new RespValue.Push(List.of(integer(1))).asList()).containsExactly(integer(1));
        assertThat(NIL.asList()).isEmpty();
        assertThat(NIL.asMap()).isEmpty();
        assertThatThrownBy(() -> new RespValue.Array(List.of(NIL)).asMap()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> integer(1).asList()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void errorsAreThrownWhenRead() {
        for (Runnable reading : List.<Runnable>of(
                ERROR::asString,
                ERROR::asBytes,
                ERROR::asLong,
                ERROR::asDouble,
                ERROR::asBoolean,
                ERROR::asList,
                ERROR::asMap,
                ERROR::orThrow)) {
            assertThatThrownBy(reading::run)
                    .isInstanceOfSatisfying(
                            RedisErrorException.class, e -> assertThat(e.code()).isEqualTo("WRONGTYPE"))
                    .hasMessage("WRONGTYPE no list");
        }
        assertThat(ERROR.isError()).isTrue();
        assertThat(NIL.isError()).isFalse();
        assertThat(NIL.orThrow()).isSameAs(NIL);
        assertThat(((RespValue.ErrorReply) ERROR).code()).isEqualTo("WRONGTYPE");
    }

    @Test
    void readableAndComparable() {
        assertThat(new RespValue.Array(List.of(
                        bulk("a"),
                        integer(1),
                        NIL,
                        ERROR,
                        new RespValue.SimpleString("OK"),
                        new RespValue.SetReply(List.of(new RespValue.Bool(true))),
                        new RespValue.MapReply(List.of(Map.entry(bulk("k"), new RespValue.DoubleReply(0.5)))))))
                .hasToString("[\"a\", 1, nil, (error) WRONGTYPE no list, OK, ~[true], {\"k\": 0.5}]");
        assertThat(bulk("a")).isEqualTo(bulk("a")).hasSameHashCodeAs(bulk("a")).isNotEqualTo(bulk("b"));
    }
}
