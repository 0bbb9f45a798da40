package dev.cinnabar.acl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.text.Glob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Commands, keys and channels that belong together: who has it may run such a command with such keys and channels. Changed
 * by the thread that makes it, until it is part of published {@link Rights}; immutable from then on.
 *
 * <p>Texts have a char for each byte.
 */
public final class Selector {

    /*
     * Rules come one by one and each changes what those before it have left: "+@all -get" is not "-get +@all". What they
     * come to is kept in a bit for each command. That cannot be turned back into few rules, and would forget what commands
     * of a later version are to be; so the rules are kept beside it, without those that a later one has made void: the same
     * one the other way round, those of subcommands before that of their command, all before "+@all" or "-@all".
     *
     * A rule "+select|0" for a command without subcommands allows it with this first argument only.
     */

    /** A key may be read. */
    public static final int READ = 1;

    /** A key may be written. */
    public static final int WRITE = 2;

    private static final int READ_AND_WRITE = READ | WRITE;

    private record KeyPattern(String text, Bytes pattern, int access) {
        String shown() {
            return switch (access) {
                case READ -> "%R~" + text;
                case WRITE -> "%W~" + text;
                default -> "~" + text;
            };
        }
    }

    private record ChannelPattern(String text, Bytes pattern) {}

    private record FirstArgument(int command, String text, String folded) {}

    private boolean allKeys;
    private boolean allChannels;
    private boolean allCommands;

    /** Whether commands of later versions are allowed: what {@link #rules} begin from. */
    private boolean futureCommands;

    private final BitSet commands;
    private final List<FirstArgument> firstArguments;
    private final List<KeyPattern> keys;
    private final List<ChannelPattern> channels;

    /** Such as "+get" and "-@dangerous". */
    private final List<String> rules;

    /** Allows nothing, or nothing but all channels. */
    Selector(boolean allChannels) {
        this.allChannels = allChannels;
        this.commands = new BitSet();
        this.firstArguments = new ArrayList<>(0);
        this.keys = new ArrayList<>(1);
        this.channels = new ArrayList<>(0);
        this.rules = new ArrayList<>();
    }

    /** A copy, to be changed. */
    Selector(Selector other) {
        this.allKeys = other.allKeys;
        this.allChannels = other.allChannels;
        this.allCommands = other.allCommands;
        this.futureCommands = other.futureCommands;
        this.commands = (BitSet) other.commands.clone();
        this.firstArguments = new ArrayList<>(other.firstArguments);
        this.keys = new ArrayList<>(other.keys);
        this.channels = new ArrayList<>(other.channels);
        this.rules = new ArrayList<>(other.rules);
    }

    // Checks.

    boolean allowsAll() {
        return allCommands && allKeys && allChannels;
    }

    /** Whether the command itself is allowed, whatever its arguments. */
    public boolean allowsCommand(int command) {
        return allCommands || commands.get(command);
    }

    /** Whether a command is allowed with this first argument. */
    public boolean allowsFirstArgument(int command, Bytes argument) {
        for (int i = 0; i < firstArguments.size(); i++) {
            FirstArgument allowed = firstArguments.get(i);
            if (allowed.command == command && argument.equalsIgnoreCase(allowed.folded)) {
                return true;
            }
        }
        return false;
    }

    public boolean allowsAllKeys() {
        return allKeys;
    }

    /** Whether every key may be read. */
    public boolean allowsReadingAllKeys() {
        return allKeys || keys.stream().anyMatch(key -> key.text.equals("*") && (key.access & READ) != 0);
    }

    /** Whether a key may be used so: for {@link #READ}, {@link #WRITE}, both, or neither. */
    public boolean allowsKey(Bytes key, int access) {
        if (allKeys) {
            return true;
        }
        for (int i = 0; i < keys.size(); i++) {
            KeyPattern allowed = keys.get(i);
            if ((allowed.access & access) == access && Glob.matches(allowed.pattern, key)) {
                return true;
            }
        }
        return false;
    }

    public boolean allowsAllChannels() {
        return allChannels;
    }

    /** Whether a channel may be used; a pattern of channels must be one of those given, letter by letter. */
    public boolean allowsChannel(Bytes channel, boolean isPattern) {
        if (allChannels) {
            return true;
        }
        for (int i = 0; i < channels.size(); i++) {
            Bytes allowed = channels.get(i).pattern;
            if (isPattern ? allowed.contentEquals(channel) : Glob.matches(allowed, channel)) {
                return true;
            }
        }
        return false;
    }

    // Rules.

    /** Changes what is allowed by one rule. */
    void apply(String rule, Catalogue catalogue) throws AclException {
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "" -> {}
            case "allkeys", "~*" -> {
                allKeys = true;
                keys.clear();
            }
            case "resetkeys" -> {
                allKeys = false;
                keys.clear();
            }
            case "allchannels", "&*" -> {
                allChannels = true;
                channels.clear();
            }
            case "resetchannels" -> {
                allChannels = false;
                channels.clear();
            }
            case "allcommands", "+@all" -> allCommands(true, catalogue.size());
            case "nocommands", "-@all" -> allCommands(false, catalogue.size());
            default -> applyOther(rule, catalogue);
        }
    }

    private void applyOther(String rule, Catalogue catalogue) throws AclException {
        switch (rule.charAt(0)) {
            case '~', '%' -> addKeys(rule);
            case '&' -> addChannels(rule.substring(1));
            case '+', '-' -> {
                boolean allowed = rule.charAt(0) == '+';
                String what = rule.substring(1);
                if (what.startsWith("@")) {
                    category(what.substring(1), allowed, catalogue);
                } else if (allowed && what.indexOf('|') >= 0) {
                    addPart(what, catalogue);
                } else {
                    int command = known(what, catalogue);
                    set(command, allowed, catalogue);
                    remember(catalogue.name(command), allowed);
                }
            }
            default -> throw new AclException(AclException.SYNTAX);
        }
    }

    /** Allows everything. */
    void allowAll(int commandCount) {
        allCommands(true, commandCount);
        allKeys = true;
        allChannels = true;
    }

    private void allCommands(boolean allowed, int commandCount) {
        allCommands = allowed;
        futureCommands = allowed;
        commands.set(0, commandCount, allowed);
        firstArguments.clear();
        rules.clear();
    }

    private void category(String name, boolean allowed, Catalogue catalogue) throws AclException {
        String category = name.toLowerCase(Locale.ROOT);
        if (!catalogue.categories().contains(category)) {
            throw new AclException(AclException.UNKNOWN);
        }
        for (int command = 0; command < catalogue.size(); command++) {
            if (catalogue.isInCategory(command, category)) {
                set(command, allowed, catalogue);
            }
        }
        remember("@" + category, allowed);
    }

    /** A subcommand, or a command with a first argument. */
    private void addPart(String what, Catalogue catalogue) throws AclException {
        int bar = what.lastIndexOf('|');
        int command = known(what.substring(0, bar), catalogue);
        if (catalogue.isSubcommand(command)) {
            throw new AclException(AclException.FIRST_ARGUMENT_OF_SUBCOMMAND);
        }
        String part = what.substring(bar + 1);
        if (part.isEmpty()) {
            throw new AclException(AclException.SYNTAX);
        }
        if (!catalogue.subcommands(command).isEmpty()) {
            set(known(what, catalogue), true, catalogue);
        } else if (!allowsFirstArgument(command, Bytes.of(part.getBytes(ISO_8859_1)))) {
            firstArguments.add(new FirstArgument(command, part, part.toLowerCase(Locale.ROOT)));
        }
        remember(what.toLowerCase(Locale.ROOT), true);
    }

    private static int known(String name, Catalogue catalogue) throws AclException {
        int command = catalogue.find(name);
        if (command < 0) {
            throw new AclException(AclException.UNKNOWN);
        }
        return command;
    }

    /** Allows or denies a command with all its subcommands. */
    private void set(int command, boolean allowed, Catalogue catalogue) {
        commands.set(command, allowed);
        if (!allowed) {
            allCommands = false;
        }
        firstArguments.removeIf(first -> first.command == command);
        for (int sub : catalogue.subcommands(command)) {
            set(sub, allowed, catalogue);
        }
    }

    /** Adds a rule to those that count, and takes out those that it makes void. */
    private void remember(String what, boolean allowed) {
        rules.removeIf(rule -> rule.startsWith(what, 1)
                && (rule.length() == what.length() + 1 || rule.charAt(what.length() + 1) == '|'));
        rules.add((allowed ? "+" : "-") + what);
    }

    private void addKeys(String rule) throws AclException {
        if (allKeys) {
            throw new AclException(AclException.KEYS_AFTER_ALL);
        }
        // Without a '~', the pattern is the empty one.
        int tilde = rule.indexOf('~') < 0 ? rule.length() : rule.indexOf('~');
        int access = rule.charAt(0) == '~' ? READ_AND_WRITE : access(rule, tilde);
        String text = rule.substring(Math.min(tilde + 1, rule.length()));
        refuseBlanks(text);
        for (int i = 0; i < keys.size(); i++) {
            KeyPattern old = keys.get(i);
            if (old.text.equals(text)) {
                keys.set(i, new KeyPattern(text, old.pattern, old.access | access));
                return;
            }
        }
        keys.add(new KeyPattern(text, Bytes.of(text.getBytes(ISO_8859_1)), access));
    }

    /** What stands between '%' and '~': R, W or both, each once. */
    private static int access(String rule, int tilde) throws AclException {
        int access = 0;
        for (int i = 1; i < tilde; i++) {
            int letter = switch (rule.charAt(i)) {
                case 'R', 'r' -> READ;
                case 'W', 'w' -> WRITE;
                default -> 0;
            };
            if (letter == 0 || (access & letter) != 0) {
                throw new AclException(AclException.SYNTAX);
            }
            access |= letter;
        }
        if (access == 0) {
            throw new AclException(AclException.SYNTAX);
        }
        return access;
    }

    private void addChannels(String text) throws AclException {
        if (allChannels) {
            throw new AclException(AclException.CHANNELS_AFTER_ALL);
        }
        refuseBlanks(text);
        ChannelPattern pattern = new ChannelPattern(text, Bytes.of(text.getBytes(ISO_8859_1)));
        if (channels.stream().noneMatch(old -> old.text.equals(text))) {
            channels.add(pattern);
        }
    }

    static boolean hasBlanks(String text) {
        return text.chars().anyMatch(c -> c == 0 || c == ' ' || c >= '\t' && c <= '\r');
    }

    private static void refuseBlanks(String text) throws AclException {
        if (hasBlanks(text)) {
            throw new AclException(AclException.SYNTAX);
        }
    }

    // Descriptions.

    /** The rules about commands, as few as say it. */
    public String describeCommands() {
        String base = futureCommands ? "+@all" : "-@all";
        return rules.isEmpty() ? base : base + " " + String.join(" ", rules);
    }

    /** The patterns of keys. */
    public String describeKeys() {
        return allKeys
                ? "~*"
                : String.join(" ", keys.stream().map(KeyPattern::shown).toList());
    }

    /** The patterns of channels. */
    public String describeChannels() {
        return allChannels
                ? "&*"
                : String.join(" ", channels.stream().map(c -> "&" + c.text).toList());
    }

    /** All rules, such as a file has them. */
    String describe() {
        List<@Nullable String> parts = new ArrayList<>(Arrays.asList(describeKeys(), describeChannels()));
        if (!allChannels) {
            parts.add(1, "resetchannels");
        }
        parts.add(describeCommands());
        parts.removeIf(part -> part == null || part.isEmpty());
        return String.join(" ", parts);
    }
}
