package dev.cinnabar.config;

import java.util.List;

/** A directive that is {@code yes} or {@code no}. */
public final class BoolDirective extends Directive<Boolean, BoolDirective> {

    private boolean byDefault;

    BoolDirective(String name, int index) {
        super(name, index);
    }

    BoolDirective byDefault(boolean value) {
        byDefault = value;
        return this;
    }

    @Override
    BoolDirective self() {
        return this;
    }

    @Override
    Boolean defaultValue() {
        return byDefault;
    }

    @Override
    Boolean parse(List<String> arguments, Boolean before) throws ConfigException {
        String text = arguments.getFirst();
        if (text.equalsIgnoreCase("yes")) {
            return true;
        }
        if (text.equalsIgnoreCase("no")) {
            return false;
        }
        throw new ConfigException("argument must be 'yes' or 'no'");
    }

    @Override
    String format(Boolean value) {
        return value ? "yes" : "no";
    }

    @Override
    List<String> lines(String writtenName, Boolean value) {
        return List.of(writtenName + " " + format(value));
    }
}
