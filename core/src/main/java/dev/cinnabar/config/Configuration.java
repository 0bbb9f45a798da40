package dev.cinnabar.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Glob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * The values of all directives of one server. Thread-safe: values are read without a lock and changed under one.
 *
 * <p>Reading a value is one array access and allocates nothing, so running commands may ask each time.
 */
public final class Configuration {

    /** Is told that directives have changed, and makes it so. */
    public interface Listener {
        /** Reads the new values and acts on them; an exception undoes the change of all that were set with it. */
        void changed() throws ConfigException;
    }

    private record Registration(Set<Directive<?, ?>> directives, Listener listener) {}

    private final AtomicReferenceArray<Object> values =
            new AtomicReferenceArray<>(Directives.all().size());
    private final List<Registration> registrations = new ArrayList<>();
    private volatile Consumer<String> warnings = warning -> {};
    private final BitSet loaded = new BitSet();
    private final List<List<String>> declaredUsers = new ArrayList<>();
    private final List<List<String>> renames = new ArrayList<>();

    public Configuration() {
        for (Directive<?, ?> directive : Directives.all()) {
            values.set(directive.index(), directive.defaultValue());
        }
    }

    // Reading

    public boolean get(BoolDirective directive) {
        return (Boolean) values.get(directive.index());
    }

    public long get(NumberDirective directive) {
        return (Long) values.get(directive.index());
    }

    public String get(TextDirective directive) {
        return (String) values.get(directive.index());
    }

    public <E extends Enum<E>> E get(EnumDirective<E> directive) {
        return value(directive);
    }

    public <V> V get(ValueDirective<V> directive) {
        return value(directive);
    }

    /** The path that a directive's text names, relative to {@code dir}. */
    public Path path(TextDirective directive) {
        return Forms.path(get(Directives.DIR)).resolve(Forms.path(get(directive)));
    }

    @SuppressWarnings("unchecked") // Only put() writes, with what the same directive has parsed.
    private <V> V value(Directive<V, ?> directive) {
        return (V) values.get(directive.index());
    }

    private <V> void put(Directive<V, ?> directive, V value) {
        values.set(directive.index(), value);
    }

    <V> boolean isDefault(Directive<V, ?> directive) {
        return value(directive).equals(directive.defaultValue());
    }

    /** What CONFIG GET shows for a directive. */
    public <V> String text(Directive<V, ?> directive) {
        return directive.format(value(directive));
    }

    <V> List<String> lines(Directive<V, ?> directive, String writtenName) {
        return directive.lines(writtenName, value(directive));
    }

    /**
     * Names and texts for CONFIG GET: a pattern without wildcards shows the name as it was asked for, one with wildcards
     * shows all names and aliases that match.
     */
    public Map<String, String> matching(Collection<String> patterns) {
        Map<String, String> found = new LinkedHashMap<>();
        Set<String> seen = new LinkedHashSet<>();
        for (String pattern : patterns) {
            if (pattern.matches("(?s)[^*?\\[]*")) {
                Directive<?, ?> directive = Directives.find(pattern);
                if (directive != null && seen.add(pattern.toLowerCase(Locale.ROOT))) {
                    found.put(pattern, text(directive));
                }
                continue;
            }
            Bytes glob = Bytes.of(pattern.getBytes(ISO_8859_1));
            for (Directive<?, ?> directive : Directives.all()) {
                for (String name : names(directive)) {
                    if (Glob.matches(glob, Bytes.of(name), true) && seen.add(name)) {
                        found.put(name, text(directive));
                    }
                }
            }
        }
        return found;
    }

    private static List<String> names(Directive<?, ?> directive) {
        if (directive.isHidden()) {
            return List.of();
        }
        return directive.alias().isPresent()
                ? List.of(directive.name(), directive.alias().orElseThrow())
                : List.of(directive.name());
    }

    // Changing

    /** Where to say that a directive was set to what has no effect. */
    public void warnings(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /** Registers who acts on changes of some directives. What is set before the server runs is told to nobody. */
    public synchronized void onChange(Listener listener, Directive<?, ?>... directives) {
        registrations.add(new Registration(Set.of(directives), listener));
    }

    /** A line {@code user} of a file: a name, and rules. */
    public synchronized void declareUser(List<String> words) {
        declaredUsers.add(List.copyOf(words));
    }

    /** The users that files have declared. */
    public synchronized List<List<String>> declaredUsers() {
        return List.copyOf(declaredUsers);
    }

    /** A line {@code rename-command} of a file: how a command was called so far, and how it is to be called. */
    public synchronized void renameCommand(List<String> words) {
        renames.add(List.copyOf(words));
    }

    /** Under which names commands are to be called, in the order in which files have said so. */
    public synchronized List<List<String>> renames() {
        return List.copyOf(renames);
    }

    /** Sets a directive as a line of a file does. */
    public synchronized void load(String name, List<String> arguments) throws ConfigException {
        Directive<?, ?> directive = Directives.find(name);
        if (directive == null) {
            throw new ConfigException("Bad directive or wrong number of arguments");
        }
        if (arguments.size() != 1 && !directive.takesMultipleArguments()) {
            throw new ConfigException("wrong number of arguments");
        }
        boolean inOneWord = directive.takesMultipleArguments() && arguments.size() == 1;
        parseAndPut(directive, inOneWord ? words(arguments.getFirst()) : arguments, loaded.get(directive.index()));
        loaded.set(directive.index());
    }

    private <V> void parseAndPut(Directive<V, ?> directive, List<String> arguments, boolean further)
            throws ConfigException {
        V before = value(directive);
        V value = further ? directive.parseFurther(arguments, before) : directive.parse(arguments, before);
        directive.check(value);
        put(directive, value);
        if (directive.isIneffective(value)) {
            warnings.accept("'" + directive.name() + "' has no effect in this version");
        }
    }

    /**
     * Sets directives as CONFIG SET does, all or none.
     *
     * @param names one for each text; unknown ones, and one twice, are errors
     * @param guardedToo whether the client may set what {@code enable-protected-configs} is about
     * @throws ConfigException with the text of the reply's error, without its code
     */
    public synchronized void set(List<String> names, List<String> texts, boolean guardedToo) throws ConfigException {
        List<Directive<?, ?>> directives = settable(names, guardedToo);
        List<Object> before = directives.stream()
                .map(directive -> values.get(directive.index()))
                .toList();
        String current = names.getFirst();
        try {
            for (int i = 0; i < directives.size(); i++) {
                current = written(names.get(i));
                Directive<?, ?> directive = directives.get(i);
                String text = texts.get(i);
                parseAndPut(directive, directive.takesMultipleArguments() ? words(text) : List.of(text), false);
            }
            Set<Registration> told = new LinkedHashSet<>();
            for (int i = 0; i < directives.size(); i++) {
                current = written(names.get(i));
                tell(directives.get(i), told);
            }
        } catch (ConfigException e) {
            restore(directives, before, e);
            throw failed(current, e.getMessage());
        }
    }

    private static List<Directive<?, ?>> settable(List<String> names, boolean guardedToo) throws ConfigException {
        List<Directive<?, ?>> directives = new ArrayList<>();
        for (String name : names) {
            Directive<?, ?> directive = Directives.find(name);
            if (directive == null) {
                throw new ConfigException("Unknown option or number of arguments for CONFIG SET - '" + name + "'");
            }
            if (!directive.isMutable()) {
                throw failed(written(name), "can't set immutable config");
            }
            if (directive.isGuarded() && !guardedToo) {
                throw failed(written(name), "can't set protected config");
            }
            if (directives.contains(directive)) {
                throw failed(written(name), "duplicate parameter");
            }
            directives.add(directive);
        }
        return directives;
    }

    private static String written(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Several arguments come as one text, a single space between them: two spaces are an empty argument. */
    private static List<String> words(String text) {
        return List.of(text.split(" ", -1));
    }

    private static ConfigException failed(String name, String why) {
        return new ConfigException("CONFIG SET failed (possibly related to argument '" + name + "') - " + why);
    }

    /** Tells those that have registered for a directive, each once in all. */
    private void tell(Directive<?, ?> directive, Set<Registration> told) throws ConfigException {
        for (Registration registration : registrations) {
            if (registration.directives.contains(directive) && told.add(registration)) {
                registration.listener.changed();
            }
        }
    }

    /** Back to the values before; those who have acted on the new ones act on these. */
    private void restore(List<Directive<?, ?>> directives, List<Object> before, ConfigException cause) {
        for (int i = 0; i < directives.size(); i++) {
            values.set(directives.get(i).index(), before.get(i));
        }
        Set<Registration> told = new LinkedHashSet<>();
        for (Directive<?, ?> directive : directives) {
            try {
                tell(directive, told);
            } catch (ConfigException e) {
                cause.addSuppressed(e);
            }
        }
    }
}
