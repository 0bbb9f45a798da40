package dev.cinnabar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reply: a value of one of the types of the Redis protocol, version 3. Immutable, but for the bytes that {@link #asBytes}
 * and {@link BulkString#bytes} hand out without a copy.
 *
 * <p>Whoever cares for the exact type matches on the records; whoever knows what to expect uses {@link #asString}, {@link
 * #asLong} and the like. All of those throw {@link RedisErrorException} if the reply is an error, and {@link
 * IllegalStateException} if it is of a type that cannot be read so.
 */
@SuppressWarnings("exports") // whoever reads this API needs no annotations of nullness to use it
public sealed interface RespValue {

    /** A short text such as {@code OK}. */
    record SimpleString(String value) implements RespValue {
        @Override
        public String toString() {
            return value;
        }
    }

    /** Bytes. The array is the reply's own: whoever changes it changes the reply. */
    @SuppressWarnings("ArrayRecordComponent") // compared by contents, below; a copy at each look would cost too much
    record BulkString(byte[] bytes) implements RespValue {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof BulkString that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        /** The bytes as UTF-8 in quotes. */
        @Override
        public String toString() {
            return '"' + text(bytes) + '"';
        }
    }

    /** A whole number. */
    record Int(long value) implements RespValue {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** Nothing: no such key, no such element. */
    record Nil() implements RespValue {
        @Override
        public String toString() {
            return "nil";
        }
    }

    /** An error; its message begins with a code. */
    record ErrorReply(String message) implements RespValue {

        /** The code: the word in front, such as {@code ERR} or {@code WRONGTYPE}. */
        public String code() {
            return RedisErrorException.codeOf(message);
        }

        @Override
        public String toString() {
            return "(error) " + message;
        }
    }

    /** Values in an order. */
    record Array(List<RespValue> values) implements RespValue {
        public Array {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return values.toString();
        }
    }

    /** Pairs, in the order in which they were answered. */
    record MapReply(List<Map.Entry<RespValue, RespValue>> entries) implements RespValue {
        public MapReply {
            entries = List.copyOf(entries);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("{");
            for (Map.Entry<RespValue, RespValue> entry : entries) {
                text.append(text.length() == 1 ? "" : ", ")
                        .append(entry.getKey())
                        .append(": ")
                        .append(entry.getValue());
            }
            return text.append('}').toString();
        }
    }

    /** Values without an order. */
    record SetReply(List<RespValue> values) implements RespValue {
        public SetReply {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return "~" + values;
        }
    }

    /** A floating-point number. */
    record DoubleReply(double value) implements RespValue {
        @Override
        public String toString() {
            return Double.toString(value);
        }
    }

    /** True or false. */
    record Bool(boolean value) implements RespValue {
        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    /** Text with a format of three letters: {@code txt} or {@code mkd}. */
    record Verbatim(String format, String value) implements RespValue {
        @Override
        public String toString() {
            return value;
        }
    }

    /** A message that no command asked for, such as one of a subscription. */
    record Push(List<RespValue> values) implements RespValue {
        public Push {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return ">" + values;
        }
    }

    /** Whether this is nothing. */
    default boolean isNil() {
        return this instanceof Nil;
    }

    /** Whether this is an error. */
    default boolean isError() {
        return this instanceof ErrorReply;
    }

    /** The text of a string, bulk strings being read as UTF-8, or of a number; null for nil. */
    default @Nullable String asString() {
        return switch (this) {
            case SimpleString simple -> simple.value;
            case BulkString bulk -> text(bulk.bytes);
            case Verbatim verbatim -> verbatim.value;
            case Int number -> Long.toString(number.value);
            case DoubleReply number -> Double.toString(number.value);
            case Nil nil -> null;
            default -> throw unreadable("a string");
        };
    }

    /** The bytes of a string; null for nil. */
    default byte @Nullable [] asBytes() {
        if (this instanceof BulkString bulk) {
            return bulk.bytes;
        }
        String text = asString();
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A whole number, or a string that is one; true is 1 and false 0.
     *
     * @throws NumberFormatException if it is a string that is no number
     */
    default long asLong() {
        return switch (this) {
            case Int number -> number.value;
            case Bool bool -> bool.value ? 1 : 0;
            case BulkString bulk -> Long.parseLong(text(bulk.bytes));
            case SimpleString simple -> Long.parseLong(simple.value);
            default -> throw unreadable("a whole number");
        };
    }

    /**
     * A number, or a string that is one.
     *
     * @throws NumberFormatException if it is a string that is no number
     */
    default double asDouble() {
        return switch (this) {
            case DoubleReply number -> number.value;
            case Int number -> number.value;
            case BulkString bulk -> parseDouble(text(bulk.bytes));
            default -> throw unreadable("a number");
        };
    }

    private static double parseDouble(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** True or false, or a whole number that is not 0. */
    default boolean asBoolean() {
        return switch (this) {
            case Bool bool -> bool.value;
            case Int number -> number.value != 0;
            default -> throw unreadable("true or false");
        };
    }

    /** The values of an array, a set or a message; keys and values of a map in turn; none for nil. */
    default List<RespValue> asList() {
        return switch (this) {
            case Array array -> array.values;
            case SetReply set -> set.values;
            case Push push -> push.values;
            case MapReply map -> {
                List<RespValue> flat = new ArrayList<>(2 * map.entries.size());
                map.entries.forEach(entry -> {
                    flat.add(entry.getKey());
                    flat.add(entry.getValue());
                });
                yield flat;
            }
            case Nil nil -> List.of();
            default -> throw unreadable("a list");
        };
    }

    /** The pairs of a map, or of an array of keys and values in turn, in their order; none for nil. */
    default Map<RespValue, RespValue> asMap() {
        List<RespValue> flat = asList();
        if (flat.size() % 2 != 0) {
            throw unreadable("a map");
        }
        Map<RespValue, RespValue> map = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            map.put(flat.get(i), flat.get(i + 1));
        }
        return Collections.unmodifiableMap(map);
    }

    /** As {@link #asMap}, the keys being read as strings. */
    default Map<String, RespValue> asStringMap() {
        Map<String, RespValue> map = new LinkedHashMap<>();
        asMap().forEach((key, value) -> map.put(key.isNil() ? "" : String.valueOf(key.asString()), value));
        return Collections.unmodifiableMap(map);
    }

    /**
     * This reply, if it is no error.
     *
     * @throws RedisErrorException if it is one
     */
    default RespValue orThrow() {
        if (this instanceof ErrorReply error) {
            throw new RedisErrorException(error.message);
        }
        return this;
    }

    private RuntimeException unreadable(String kind) {
        return this instanceof ErrorReply error
                ? new RedisErrorException(error.message)
                : new IllegalStateException("not " + kind + " but " + getClass().getSimpleName() + ": " + this);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
