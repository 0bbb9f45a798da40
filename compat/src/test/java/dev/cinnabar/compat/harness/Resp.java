package dev.cinnabar.compat.harness;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A reply as it came over the wire, typed. Immutable.
 *
 * <p>{@code toString} gives the notation in which the tests write their expectations:
 *
 * <pre>
 *   +OK               simple string            'text\x00'       bulk string
 *   -ERR message      error                    1                integer
 *   nil               no value (RESP2 $-1, RESP3 _)
 *   nil-array         no array (RESP2 *-1)
 *   [1, 'a']          array                    {'a': 1}         map
 *   ~['a']            set                      &gt;['a']           push
 *   ,1.5              double                   #t  #f           boolean
 *   (123              big number               txt:'text'       verbatim string
 * </pre>
 *
 * A null that the negotiated protocol does not have is shown as its wire form ({@code $-1} in RESP3), so that it equals nothing.
 */
public sealed interface Resp {

    record Simple(String text) implements Resp {
        @Override
        public String toString() {
            return "+" + text;
        }
    }

    record Failure(String message) implements Resp {
        @Override
        public String toString() {
            return "-" + message;
        }
    }

    record Int(long value) implements Resp {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** A bulk string, one char a byte. */
    record Bulk(String latin1) implements Resp {
        public byte[] bytes() {
            return latin1.getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public String toString() {
            return quote(latin1);
        }
    }

    /** No value; {@code shown} is {@code nil}, {@code nil-array} or an out-of-place wire form. */
    record Nil(String shown) implements Resp {
        @Override
        public String toString() {
            return shown;
        }
    }

    record Array(List<Resp> items) implements Resp {
        @Override
        public String toString() {
            return items.toString();
        }
    }

    /** A map; keys and values alternate, in the order sent. */
    record MapReply(List<Resp> items) implements Resp {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("{");
            for (int i = 0; i < items.size(); i += 2) {
                text.append(i == 0 ? "" : ", ")
                        .append(items.get(i))
                        .append(": ")
                        .append(items.get(i + 1));
            }
            return text.append("}").toString();
        }
    }

    record SetReply(List<Resp> items) implements Resp {
        @Override
        public String toString() {
            return "~" + items;
        }
    }

    record Push(List<Resp> items) implements Resp {
        @Override
        public String toString() {
            return ">" + items;
        }
    }

    record Dbl(String text) implements Resp {
        @Override
        public String toString() {
            return "," + text;
        }
    }

    record Bool(boolean value) implements Resp {
        @Override
        public String toString() {
            return value ? "#t" : "#f";
        }
    }

    record BigNumber(String digits) implements Resp {
        @Override
        public String toString() {
            return "(" + digits;
        }
    }

    record Verbatim(String format, String latin1) implements Resp {
        @Override
        public String toString() {
            return format + ":" + quote(latin1);
        }
    }

    /** The elements of an array, set or push; keys and values alternating of a map. */
    default List<Resp> list() {
        return switch (this) {
            case Array array -> array.items();
            case SetReply set -> set.items();
            case MapReply map -> map.items();
            case Push push -> push.items();
            default -> throw new AssertionError("not an aggregate: " + this);
        };
    }

    /** The text of a string of any kind, one char a byte. */
    default String text() {
        return switch (this) {
            case Simple simple -> simple.text();
            case Bulk bulk -> bulk.latin1();
            case Verbatim verbatim -> verbatim.latin1();
            default -> throw new AssertionError("not a string: " + this);
        };
    }

    default long integer() {
        if (this instanceof Int(long value)) {
            return value;
        }
        throw new AssertionError("not an integer: " + this);
    }

    default boolean isNil() {
        return this instanceof Nil;
    }

    default boolean isError() {
        return this instanceof Failure;
    }

    /** The value stored under a name in a map, or in RESP2 in an array of alternating names and values. */
    default Resp field(String name) {
        List<Resp> items = list();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (items.get(i).text().equals(name)) {
                return items.get(i + 1);
            }
        }
        throw new AssertionError("no field " + name + " in " + this);
    }

    /** The same, with the elements of the outermost array or set in the order of their notation. */
    default Resp sorted() {
        List<Resp> items = list().stream()
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .collect(Collectors.toList());
        return switch (this) {
            case SetReply set -> new SetReply(items);
            default -> new Array(items);
        };
    }

    private static String quote(String latin1) {
        StringBuilder text = new StringBuilder(latin1.length() + 2).append('\'');
        for (int i = 0; i < latin1.length(); i++) {
            char c = latin1.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\'' -> text.append("\\'");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        text.append(String.format("\\x%02x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        return text.append('\'').toString();
    }
}
