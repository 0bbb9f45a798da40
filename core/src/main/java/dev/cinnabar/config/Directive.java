package dev.cinnabar.config;

import java.util.List;
import java.util.Optional;

/**
 * One row of the table of directives: a name of the configuration, what it can be and how that is written. Built by
 * {@link Directives} with the chained methods and not changed afterwards; its values live in a {@link Configuration}.
 *
 * <p>Arguments and texts are byte strings: a {@code char} for each byte (ISO 8859-1).
 *
 * @param <V> the type of its values, immutable and with a useful {@code equals}
 * @param <D> the class itself, for chaining
 */
public abstract class Directive<V, D extends Directive<V, D>> {

    private final String name;
    private final int index;
    private String alias = "";
    private boolean mutable;
    private boolean protectedByDefault;
    private boolean sensitive;
    private boolean hidden;
    private boolean multipleArguments;
    private boolean withoutEffect;
    private boolean alwaysWritten;
    private String onlyDefaultComplaint = "";

    Directive(String name, int index) {
        this.name = name;
        this.index = index;
    }

    abstract D self();

    abstract V defaultValue();

    /** What arguments mean, in a file or in CONFIG SET. */
    abstract V parse(List<String> arguments, V before) throws ConfigException;

    /** What a further line of the same name means; for most directives the last line wins. */
    V parseFurther(List<String> arguments, V before) throws ConfigException {
        return parse(arguments, before);
    }

    /** The text CONFIG GET shows. */
    abstract String format(V value);

    /** The lines of a file that set a value; none where the file has better not to mention it. */
    abstract List<String> lines(String writtenName, V value);

    // The table's vocabulary.

    /** It can be changed while the server runs. */
    D mutable() {
        mutable = true;
        return self();
    }

    /** It can be changed while the server runs only if {@code enable-protected-configs} allows that. */
    D guarded() {
        mutable = true;
        protectedByDefault = true;
        return self();
    }

    /** Its value is not to be shown in logs. */
    D sensitive() {
        sensitive = true;
        return self();
    }

    /** CONFIG GET shows it only by its whole name. */
    D hidden() {
        hidden = true;
        return self();
    }

    /** A line may have any number of arguments. */
    D multipleArguments() {
        multipleArguments = true;
        return self();
    }

    D alias(String other) {
        alias = other;
        return self();
    }

    /** What it asks for is not here: every value but the default is refused. */
    D onlyDefault() {
        return onlyDefault("this version supports only the default, '" + format(defaultValue()) + "'");
    }

    /** As {@link #onlyDefault()}, with a reason of its own. */
    D onlyDefault(String complaint) {
        onlyDefaultComplaint = complaint;
        return self();
    }

    /** What it asks for is not here, but to go without does no harm: other values than the default are warned about. */
    D withoutEffect() {
        withoutEffect = true;
        return self();
    }

    /** CONFIG REWRITE writes it though it is at its default: that may be another one when the file is read. */
    D alwaysWritten() {
        alwaysWritten = true;
        return self();
    }

    // What others may know.

    public String name() {
        return name;
    }

    /** The other name under which it is known as well. */
    public Optional<String> alias() {
        return alias.isEmpty() ? Optional.empty() : Optional.of(alias);
    }

    public boolean isSensitive() {
        return sensitive;
    }

    boolean isAlwaysWritten() {
        return alwaysWritten;
    }

    int index() {
        return index;
    }

    boolean isMutable() {
        return mutable;
    }

    boolean isGuarded() {
        return protectedByDefault;
    }

    boolean isHidden() {
        return hidden;
    }

    boolean takesMultipleArguments() {
        return multipleArguments;
    }

    boolean isIneffective(V value) {
        return withoutEffect && !value.equals(defaultValue());
    }

    boolean hasNoEffect() {
        return withoutEffect;
    }

    /** Why no other value than the default is taken; empty if others are. */
    String onlyDefaultComplaint() {
        return onlyDefaultComplaint;
    }

    void check(V value) throws ConfigException {
        if (!onlyDefaultComplaint.isEmpty() && !value.equals(defaultValue())) {
            throw new ConfigException(onlyDefaultComplaint);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
