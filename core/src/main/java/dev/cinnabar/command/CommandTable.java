package dev.cinnabar.command;

import dev.cinnabar.config.ConfigException;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All commands by name, in any case. Immutable once built; thread-safe.
 *
 * <p>A command is called by its own name unless it was renamed. Rules about users, and files, go on to name it as ever.
 */
public final class CommandTable {

    private final Map<String, CommandSpec> byName;
    private final Map<String, CommandSpec> byCalledName;
    private final List<CommandSpec> byId;
    private final boolean renamed;

    // Open addressing over the called names, found without making a String of what the client sent.
    private final CommandSpec[] slots;
    private final String[] names;
    private final long[] words;

    public CommandTable(Collection<CommandSpec> rows) {
        byName = new LinkedHashMap<>();
        byCalledName = byName;
        renamed = false;
        byId = new ArrayList<>();
        for (CommandSpec row : rows) {
            if (byName.put(row.name(), row) != null) {
                throw new IllegalArgumentException("two rows for " + row.name());
            }
            add(row);
            for (CommandSpec sub : row.subcommands()) {
                add(sub);
            }
        }
        slots = new CommandSpec[slotsFor(byName)];
        names = new String[slots.length];
        words = new long[slots.length];
        byName.forEach(this::place);
    }

    /** The same commands, under other names. */
    private CommandTable(CommandTable original, Map<String, CommandSpec> byCalledName) {
        this.byName = original.byName;
        this.byCalledName = byCalledName;
        this.byId = original.byId;
        this.renamed = true;
        slots = new CommandSpec[slotsFor(byCalledName)];
        names = new String[slots.length];
        words = new long[slots.length];
        byCalledName.forEach(this::place);
    }

    /**
     * The same commands, one of which is called otherwise.
     *
     * @param from how it is called so far, in any case
     * @param to how it is to be called; empty: not at all
     * @throws ConfigException if no command is called the one, or one is called the other already
     */
    public CommandTable renamed(String from, String to) throws ConfigException {
        Map<String, CommandSpec> called = new LinkedHashMap<>(byCalledName);
        CommandSpec spec = called.remove(from.toLowerCase(Locale.ROOT));
        if (spec == null) {
            throw new ConfigException("No such command in rename-command");
        }
        if (!to.isEmpty() && called.put(to.toLowerCase(Locale.ROOT), spec) != null) {
            throw new ConfigException("Target command name already exists");
        }
        return new CommandTable(this, called);
    }

    /** Whether some commands are not called as they are named. */
    boolean isRenamed() {
        return renamed;
    }

    private static int slotsFor(Map<String, CommandSpec> called) {
        return Integer.highestOneBit(called.size() * 4 + 1) * 2;
    }

    private void place(String called, CommandSpec row) {
        Bytes name = Bytes.of(called);
        long word = wordOf(name);
        int at = slotOf(name, word);
        while (slots[at] != null) {
            at = at + 1 & slots.length - 1;
        }
        slots[at] = row;
        names[at] = called;
        words[at] = word;
    }

    private void add(CommandSpec row) {
        row.freeze(byId.size());
        byId.add(row);
    }

    /** The first eight bytes of a name, or as many as there are, letters in lower case. */
    private static long wordOf(Bytes name) {
        int n = name.length();
        return Bytes.lowerCase(n < 8 ? name.tailAt(0, n) : name.longAt(0));
    }

    private int slotOf(Bytes name, long word) {
        int n = name.length();
        long mixed = n <= 8 ? word : word * 31 + Bytes.lowerCase(name.longAt(n - 8));
        return (int) ((mixed + n) * 0x9E3779B97F4A7C15L >>> 40) & slots.length - 1;
    }

    /** The command that is called so, in any case, or null; a container, where it has subcommands. */
    public @Nullable CommandSpec find(Bytes name) {
        if (name.isEmpty()) {
            return null;
        }
        long word = wordOf(name);
        for (int at = slotOf(name, word); slots[at] != null; at = at + 1 & slots.length - 1) {
            if (words[at] == word) {
                String candidate = names[at];
                if (candidate.length() == name.length() && (name.length() <= 8 || name.equalsIgnoreCase(candidate))) {
                    return slots[at];
                }
            }
        }
        return null;
    }

    /** The subcommand of a name in any case, or null. */
    public static @Nullable CommandSpec findSub(CommandSpec container, Bytes name) {
        for (CommandSpec sub : container.subcommands()) {
            if (name.equalsIgnoreCase(sub.name())) {
                return sub;
            }
        }
        return null;
    }

    /** The command of a name of its own, whatever it is called, or null. */
    @Nullable
    CommandSpec findNamed(Bytes name) {
        return isRenamed() ? byName.get(name.toString().toLowerCase(Locale.ROOT)) : find(name);
    }

    /** As {@link #findNamed(Bytes)}, a subcommand's name being {@code container|name}. */
    @Nullable
    CommandSpec findFullNamed(Bytes name) {
        return findFull(name, this::findNamed);
    }

    /** The command that is called so in full, a subcommand's name being {@code container|name}, in any case, or null. */
    public @Nullable CommandSpec findFull(Bytes name) {
        return findFull(name, this::find);
    }

    private static @Nullable CommandSpec findFull(Bytes name, Function<Bytes, @Nullable CommandSpec> containers) {
        int bar = 0;
        while (bar < name.length() && name.byteAt(bar) != '|') {
            bar++;
        }
        byte[] bytes = name.toByteArray();
        CommandSpec spec = containers.apply(new Bytes().set(bytes, 0, bar));
        return spec == null || bar == bytes.length
                ? spec
                : findSub(spec, new Bytes().set(bytes, bar + 1, bytes.length - bar - 1));
    }

    /** What a request would run, or null: a subcommand where the command has any and the request names one. */
    public @Nullable CommandSpec find(Request request) {
        CommandSpec spec = find(request.at(0));
        return spec == null || spec.subcommands().isEmpty() || request.count() == 1
                ? spec
                : findSub(spec, request.at(1));
    }

    /** What is said to a request that {@link #find} knows no command for. */
    static RedisError unknownCommand(Request request) {
        StringBuilder text = new StringBuilder("ERR unknown command '")
                .append(request.at(0).shown(128))
                .append("', with args beginning with: ");
        int from = text.length();
        for (int i = 1; i < request.count() && text.length() - from < 128; i++) {
            String arg = request.at(i).shown(128 - (text.length() - from));
            text.append('\'').append(arg).append("' ");
        }
        return RedisError.showing(text.toString());
    }

    /** What is said to a request that {@link #findSub} knows no subcommand for. */
    static RedisError unknownSubcommand(CommandSpec container, Bytes name) {
        return RedisError.showing("ERR unknown subcommand '" + name.shown(128) + "'. Try "
                + container.name().toUpperCase(Locale.ROOT) + " HELP.");
    }

    public CommandSpec byId(int id) {
        return byId.get(id);
    }

    /** How many there are, subcommands included: ids are below. */
    public int ids() {
        return byId.size();
    }

    /** All commands that can be called, without subcommands, in the order of the tables. */
    public Collection<CommandSpec> all() {
        return Collections.unmodifiableCollection(byCalledName.values());
    }
}
