package dev.cinnabar.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A directive that is one of a few words: the names of an enum's constants, in lower case with dashes. */
public final class EnumDirective<E extends Enum<E>> extends Directive<E, EnumDirective<E>> {

    private final List<E> choices;
    private final E byDefault;

    EnumDirective(String name, int index, List<E> choices, E byDefault) {
        super(name, index);
        this.choices = choices;
        this.byDefault = byDefault;
    }

    @Override
    EnumDirective<E> self() {
        return this;
    }

    @Override
    E defaultValue() {
        return byDefault;
    }

    @Override
    E parse(List<String> arguments, E before) throws ConfigException {
        List<String> words = new ArrayList<>();
        for (E choice : choices) {
            if (word(choice).equalsIgnoreCase(arguments.getFirst())) {
                return choice;
            }
            words.add(word(choice));
        }
        throw new ConfigException("argument(s) must be one of the following: " + String.join(", ", words));
    }

    static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    String format(E value) {
        return word(value);
    }

    @Override
    List<String> lines(String writtenName, E value) {
        return List.of(writtenName + " " + format(value));
    }
}
