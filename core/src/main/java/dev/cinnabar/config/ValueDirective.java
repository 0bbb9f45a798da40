package dev.cinnabar.config;

import java.util.List;
import java.util.function.Function;

/** A directive with a form of its own: save points, limits by class, lists. */
public final class ValueDirective<V> extends Directive<V, ValueDirective<V>> {

    /** Reads arguments; {@code before} is the value so far, for forms that change parts of it. */
    interface Parser<V> {
        V parse(List<String> arguments, V before) throws ConfigException;
    }

    private final Parser<V> parser;
    private final Function<V, String> formatter;
    private final V byDefault;
    private Parser<V> furtherParser;
    private Function<V, List<String>> rest;

    ValueDirective(String name, int index, V byDefault, Parser<V> parser, Function<V, String> formatter) {
        super(name, index);
        this.byDefault = byDefault;
        this.parser = parser;
        this.furtherParser = parser;
        this.formatter = formatter;
        this.rest = value -> List.of(formatter.apply(value));
    }

    /** A further line of a file adds to the lines before it. */
    ValueDirective<V> adding(Parser<V> parser) {
        furtherParser = parser;
        return this;
    }

    /** How a file says it: what follows the name, for each line. */
    ValueDirective<V> written(Function<V, List<String>> restOfLines) {
        rest = restOfLines;
        return this;
    }

    @Override
    ValueDirective<V> self() {
        return this;
    }

    @Override
    V defaultValue() {
        return byDefault;
    }

    @Override
    V parse(List<String> arguments, V before) throws ConfigException {
        return parser.parse(arguments, before);
    }

    @Override
    V parseFurther(List<String> arguments, V before) throws ConfigException {
        return furtherParser.parse(arguments, before);
    }

    @Override
    String format(V value) {
        return formatter.apply(value);
    }

    @Override
    List<String> lines(String writtenName, V value) {
        return rest.apply(value).stream().map(text -> writtenName + " " + text).toList();
    }
}
