package dev.cinnabar.compat.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;

/**
 * A conversation written down: lines {@code command -> reply}, played against a server and compared.
 *
 * <p>The expectation is in the notation of {@link Resp}, or one of
 *
 * <pre>
 *   /regex/                   the notation matches
 *   a || b                    a in RESP2, b in RESP3
 *   unordered ['a', 'b']      the elements in any order (write them sorted)
 *   any                       whatever, errors too
 * </pre>
 *
 * Empty lines and lines that start with {@code #} say nothing.
 */
final class Transcript {

    private static final String ARROW = " -> ";

    private Transcript() {}

    static void play(Client client, String text) {
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            int arrow = stripped.lastIndexOf(ARROW);
            if (arrow < 0) {
                throw new IllegalArgumentException("no ' -> ' in line " + number + ": " + stripped);
            }
            String command = stripped.substring(0, arrow).strip();
            String expected =
                    forProtocol(stripped.substring(arrow + ARROW.length()).strip(), client.protocol());
            Resp reply = client.run(command).reply();
            check("line " + number + ": " + command, expected, reply);
        }
    }

    private static String forProtocol(String expected, int protocol) {
        int bar = expected.indexOf(" || ");
        if (bar < 0) {
            return expected;
        }
        return (protocol == 2 ? expected.substring(0, bar) : expected.substring(bar + 4)).strip();
    }

    static void check(String description, String expected, Resp reply) {
        if (expected.equals("any")) {
            return;
        }
        if (expected.length() > 1 && expected.startsWith("/") && expected.endsWith("/")) {
            Pattern pattern = Pattern.compile(expected.substring(1, expected.length() - 1), Pattern.DOTALL);
            assertThat(reply.toString()).as(description).matches(pattern);
        } else if (expected.startsWith("unordered ")) {
            assertThat(reply.sorted().toString())
                    .as(description)
                    .isEqualTo(expected.substring("unordered ".length()).strip());
        } else {
            assertThat(reply.toString()).as(description).isEqualTo(expected);
        }
    }
}
