package dev.cinnabar.compat.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;

/** What the server replied to a command, with the assertions that read well behind it. Immutable. */
public record Answer(String command, Resp reply) {

    /** Equals in the notation of {@link Resp}; see {@link Transcript} for the other forms an expectation can take. */
    public Answer is(String expected) {
        Transcript.check(command, expected, reply);
        return this;
    }

    public Answer is(long expected) {
        assertThat(reply.toString()).as(command).isEqualTo(Long.toString(expected));
        return this;
    }

    public Answer isOk() {
        return is("+OK");
    }

    public Answer isNil() {
        assertThat(reply.isNil()).as("%s replied %s, not nil", command, reply).isTrue();
        return this;
    }

    public Answer isBulk(String latin1) {
        assertThat(reply).as(command).isEqualTo(new Resp.Bulk(latin1));
        return this;
    }

    public Answer isError(String message) {
        assertThat(reply.toString()).as(command).isEqualTo("-" + message);
        return this;
    }

    public Answer isErrorStarting(String prefix) {
        assertThat(reply.toString()).as(command).startsWith("-" + prefix);
        return this;
    }

    public Answer matches(String regex) {
        assertThat(reply.toString()).as(command).matches(Pattern.compile(regex, Pattern.DOTALL));
        return this;
    }

    public Answer isBetween(long low, long high) {
        assertThat(integer()).as(command).isBetween(low, high);
        return this;
    }

    public long integer() {
        return reply.integer();
    }

    public String text() {
        return reply.text();
    }

    public List<Resp> list() {
        return reply.list();
    }

    /** The elements as texts; for arrays of strings. */
    public List<String> texts() {
        return reply.list().stream().map(Resp::text).toList();
    }
}
