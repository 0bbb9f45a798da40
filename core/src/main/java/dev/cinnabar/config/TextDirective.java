package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.text.Quote;
import java.util.List;
import java.util.function.Predicate;

/** A directive that is any text, empty for none. */
public final class TextDirective extends Directive<String, TextDirective> {

    private String byDefault = "";
    private Predicate<String> accepted = text -> true;
    private String complaint = "";

    TextDirective(String name, int index) {
        super(name, index);
    }

    TextDirective byDefault(String text) {
        byDefault = text;
        return this;
    }

    TextDirective accepting(Predicate<String> accepted, String complaint) {
        this.accepted = accepted;
        this.complaint = complaint;
        return this;
    }

    @Override
    TextDirective self() {
        return this;
    }

    @Override
    String defaultValue() {
        return byDefault;
    }

    @Override
    String parse(List<String> arguments, String before) throws ConfigException {
        String text = arguments.getFirst();
        if (!accepted.test(text)) {
            throw new ConfigException(complaint);
        }
        return text;
    }

    @Override
    String format(String value) {
        return value;
    }

    @Override
    List<String> lines(String writtenName, String value) {
        return value.isEmpty() && byDefault.isEmpty()
                ? List.of()
                : List.of(writtenName + " " + Quote.quote(value.getBytes(ISO_8859_1)));
    }
}
