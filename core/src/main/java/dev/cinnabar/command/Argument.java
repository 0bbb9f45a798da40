package dev.cinnabar.command;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One argument of a command as COMMAND DOCS describes it; built with the methods of the kind, then refined. Immutable. */
public final class Argument {

    /** Kinds; the names, in lower case with '-', are what COMMAND DOCS answers. */
    public enum Kind {
        STRING,
        INTEGER,
        DOUBLE,
        KEY,
        PATTERN,
        UNIX_TIME,
        PURE_TOKEN,
        ONEOF,
        BLOCK;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final String name;
    private final Kind kind;
    private @Nullable String token;
    private @Nullable String since;
    private @Nullable String deprecatedSince;
    private @Nullable String displayText;
    private boolean optional;
    private boolean multiple;
    private boolean multipleToken;
    private final int keySpec;
    private final List<Argument> parts;

    private Argument(
            String name,
            Kind kind,
            @Nullable String token,
            @Nullable String since,
            @Nullable String deprecatedSince,
            @Nullable String displayText,
            boolean optional,
            boolean multiple,
            boolean multipleToken,
            int keySpec,
            List<Argument> parts) {
        this.name = name;
        this.kind = kind;
        this.token = token;
        this.since = since;
        this.deprecatedSince = deprecatedSince;
        this.displayText = displayText;
        this.optional = optional;
        this.multiple = multiple;
        this.multipleToken = multipleToken;
        this.keySpec = keySpec;
        this.parts = parts;
    }

    private static Argument of(String name, Kind kind) {
        return new Argument(name, kind, null, null, null, null, false, false, false, -1, List.of());
    }

    /** A key, described by the command's key specification of that index. */
    public static Argument key(String name, int keySpec) {
        return new Argument(name, Kind.KEY, null, null, null, null, false, false, false, keySpec, List.of());
    }

    public static Argument key(String name) {
        return key(name, 0);
    }

    public static Argument string(String name) {
        return of(name, Kind.STRING);
    }

    public static Argument integer(String name) {
        return of(name, Kind.INTEGER);
    }

    public static Argument doubleValue(String name) {
        return of(name, Kind.DOUBLE);
    }

    /** A pattern of keys, described by the command's key specification of that index. */
    public static Argument pattern(String name, int keySpec) {
        return new Argument(name, Kind.PATTERN, null, null, null, null, false, false, false, keySpec, List.of());
    }

    public static Argument pattern(String name) {
        return of(name, Kind.PATTERN);
    }

    public static Argument unixTime(String name) {
        return of(name, Kind.UNIX_TIME);
    }

    /** A word that stands for itself. */
    public static Argument token(String name, String token) {
        return new Argument(name, Kind.PURE_TOKEN, token, null, null, null, false, false, false, -1, List.of());
    }

    /** A word that stands for itself, named as it is spelt. */
    public static Argument token(String token) {
        return token(token.toLowerCase(Locale.ROOT), token);
    }

    /** One of several. */
    public static Argument oneOf(String name, Argument... parts) {
        return new Argument(name, Kind.ONEOF, null, null, null, null, false, false, false, -1, List.of(parts));
    }

    /** Several that go together. */
    public static Argument block(String name, Argument... parts) {
        return new Argument(name, Kind.BLOCK, null, null, null, null, false, false, false, -1, List.of(parts));
    }

    /** Behind a word. */
    public Argument after(String token) {
        Argument copy = copy();
        copy.token = token;
        return copy;
    }

    public Argument since(String since) {
        Argument copy = copy();
        copy.since = since;
        return copy;
    }

    public Argument deprecated(String deprecatedSince) {
        Argument copy = copy();
        copy.deprecatedSince = deprecatedSince;
        return copy;
    }

    /** Shown in syntax as this text and not as the name. */
    public Argument shownAs(String displayText) {
        Argument copy = copy();
        copy.displayText = displayText;
        return copy;
    }

    public Argument optional() {
        Argument copy = copy();
        copy.optional = true;
        return copy;
    }

    /** It may stand several times. */
    public Argument multiple() {
        Argument copy = copy();
        copy.multiple = true;
        return copy;
    }

    /** It may stand several times, each time with its word. */
    public Argument multipleWithToken() {
        Argument copy = copy();
        copy.multiple = true;
        copy.multipleToken = true;
        return copy;
    }

    /** For the methods above alone, which change it before anyone else sees it. */
    private Argument copy() {
        return new Argument(
                name,
                kind,
                token,
                since,
                deprecatedSince,
                displayText,
                optional,
                multiple,
                multipleToken,
                keySpec,
                parts);
    }

    public String name() {
        return name;
    }

    public Kind kind() {
        return kind;
    }

    public @Nullable String token() {
        return token;
    }

    public @Nullable String since() {
        return since;
    }

    public @Nullable String deprecatedSince() {
        return deprecatedSince;
    }

    /** What syntax shows for it. */
    public String displayText() {
        return displayText == null ? name : displayText;
    }

    public boolean isOptional() {
        return optional;
    }

    public boolean isMultiple() {
        return multiple;
    }

    public boolean isMultipleToken() {
        return multipleToken;
    }

    /** The index of the key specification that describes it, or -1. */
    public int keySpec() {
        return keySpec;
    }

    public List<Argument> parts() {
        return parts;
    }
}
