package dev.cinnabar.command;

import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One row of the command table: everything that is known about a command. Built by the family's table with the chained
 * methods, then handed to a {@link CommandTable}, after which it does not change any more.
 */
public final class CommandSpec {

    /** Which partitions are locked while the handler runs. */
    public enum Locks {
        /** Those of the command's keys. */
        KEYS,
        /** All. */
        ALL,
        /** None: it touches no data, or locks by itself. */
        NONE
    }

    /** What a version of Redis changed. */
    public record Change(String version, String change) {}

    private final String name;
    private final int arity;
    private String fullName;
    private int flags;
    private int firstKey;
    private int lastKey;
    private int keyStep;
    private Group group = Group.GENERIC;
    private final Set<Category> categories = EnumSet.noneOf(Category.class);
    private final List<KeySpec> keys = new ArrayList<>(1);
    private int firstChannel;
    private boolean manyChannels;
    private boolean channelPatterns;
    private final List<String> tips = new ArrayList<>(0);
    private final List<Argument> arguments = new ArrayList<>();
    private final List<Change> history = new ArrayList<>(0);
    private final List<CommandSpec> subcommands = new ArrayList<>(0);
    private Locks locks = Locks.KEYS;
    private @Nullable Predicate<Request> lockedAll;
    private int member;
    private boolean insideMulti;
    private boolean quick;
    private boolean whileSubscribed;
    private boolean mayReplicate;
    private boolean touchesData;
    private boolean endsTransaction;
    private boolean debug;
    private boolean system;
    private String since = "1.0.0";
    private String summary = "";
    private String complexity = "";
    private @Nullable String deprecatedSince;
    private @Nullable String replacedBy;
    private @Nullable Handler handler;
    private @Nullable CommandSpec parent;
    private int id = -1;

    private CommandSpec(String name, int arity, Flag... flags) {
        this.name = name;
        this.fullName = name;
        this.arity = arity;
        for (Flag flag : flags) {
            this.flags |= flag.bit;
        }
    }

    /**
     * A row.
     *
     * @param name in lower case
     * @param arity how many arguments, the name included; negative: at least so many
     */
    public static CommandSpec command(String name, int arity, Flag... flags) {
        return new CommandSpec(name, arity, flags);
    }

    public CommandSpec group(Group group) {
        this.group = group;
        return this;
    }

    /** Categories beyond those that follow from the flags. */
    public CommandSpec categories(Category... more) {
        categories.addAll(List.of(more));
        return this;
    }

    public CommandSpec keys(KeySpec... specs) {
        keys.addAll(List.of(specs));
        return this;
    }

    /** Its argument at an index is a channel, to which it subscribes or publishes. */
    public CommandSpec channel(int index) {
        this.firstChannel = index;
        return this;
    }

    /** All its arguments from an index on are channels, or patterns of channels, to which it subscribes. */
    public CommandSpec channels(int index, boolean arePatterns) {
        this.firstChannel = index;
        this.manyChannels = true;
        this.channelPatterns = arePatterns;
        return this;
    }

    int firstChannel() {
        return firstChannel;
    }

    boolean hasManyChannels() {
        return manyChannels;
    }

    boolean takesChannelPatterns() {
        return channelPatterns;
    }

    public CommandSpec tips(String... more) {
        tips.addAll(List.of(more));
        return this;
    }

    public CommandSpec locks(Locks locks) {
        this.locks = locks;
        return this;
    }

    /** Requests of this kind touch keys that cannot be told before they run: all partitions are locked for them. */
    public CommandSpec locksAllFor(Predicate<Request> kind) {
        this.lockedAll = kind;
        return this;
    }

    /**
     * Its argument at an index is a member of the collection of its first key, which it looks up; counted from behind where
     * it is negative. What such a look-up reads is fetched beforehand.
     */
    public CommandSpec member(int index) {
        this.member = index;
        return this;
    }

    /** The index of the member that a request looks up, or 0. */
    int memberOf(Request request) {
        return member < 0 ? request.count() + member : member;
    }

    /** Which partitions are locked for a request. */
    Locks locksFor(Request request) {
        return lockedAll != null && lockedAll.test(request) ? Locks.ALL : locks;
    }

    /** It is run, not queued, while a transaction is open. */
    public CommandSpec insideMulti() {
        this.insideMulti = true;
        return this;
    }

    /** A client that has subscribed in version 2 of the protocol may still run it. */
    public CommandSpec whileSubscribed() {
        this.whileSubscribed = true;
        return this;
    }

    /** What it does may reach replicas, though it is no write: it waits where writes wait. */
    public CommandSpec mayReplicate() {
        this.mayReplicate = true;
        return this;
    }

    /** Whether it is refused while the log of changes cannot be written: writes are, and so that clients see it, PING. */
    boolean waitsForDisk() {
        return has(Flag.WRITE) || name.equals("ping");
    }

    boolean waitsWithWrites() {
        return mayReplicate || has(Flag.WRITE);
    }

    boolean runsWhileSubscribed() {
        return whileSubscribed;
    }

    boolean runsInsideMulti() {
        return insideMulti;
    }

    /** It ends a transaction: even refused, for a wrong number of arguments or a missing right. */
    public CommandSpec endsTransaction() {
        this.endsTransaction = true;
        return this;
    }

    boolean isEndOfTransaction() {
        return endsTransaction;
    }

    /** It is of no use to applications; COMMAND DOCS says so. */
    public CommandSpec system() {
        this.system = true;
        return this;
    }

    public boolean isSystem() {
        return system;
    }

    /** Only whom the setting "enable-debug-command" lets may run it. */
    public CommandSpec debug() {
        this.debug = true;
        return this;
    }

    boolean isDebug() {
        return debug;
    }

    /** It has no declared keys and no lock of its own, but locks partitions by itself: a transaction must lock all for it. */
    public CommandSpec walksData() {
        this.locks = Locks.NONE;
        this.touchesData = true;
        return this;
    }

    boolean touchesData() {
        return touchesData || locks == Locks.ALL;
    }

    public CommandSpec since(String version) {
        this.since = version;
        return this;
    }

    public CommandSpec summary(String summary) {
        this.summary = summary;
        return this;
    }

    public CommandSpec complexity(String complexity) {
        this.complexity = complexity;
        return this;
    }

    public CommandSpec arguments(Argument... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    public CommandSpec history(String version, String change) {
        history.add(new Change(version, change));
        return this;
    }

    public CommandSpec deprecated(String since, String replacedBy) {
        this.deprecatedSince = since;
        this.replacedBy = replacedBy;
        return this;
    }

    /** Commands whose name is this one's and a word. */
    public CommandSpec subcommands(CommandSpec... more) {
        for (CommandSpec sub : more) {
            sub.parent = this;
            subcommands.add(sub);
        }
        return this;
    }

    public CommandSpec handler(Handler handler) {
        this.handler = handler;
        return this;
    }

    /**
     * Whether it takes about as long whatever its arguments: its time is then known from that of some that follow each other.
     */
    boolean isQuick() {
        return quick;
    }

    /** Called once by the table. */
    void freeze(int id) {
        this.id = id;
        this.fullName = parent == null ? name : parent.name + "|" + name;
        this.quick = has(Flag.FAST) || complexity.equals("O(1)");
        summarizeKeys();
        if (has(Flag.WRITE)) {
            categories.add(Category.WRITE);
        }
        if (has(Flag.READONLY) && group != Group.SCRIPTING) {
            categories.add(Category.READ);
        }
        if (has(Flag.ADMIN)) {
            categories.add(Category.ADMIN);
            categories.add(Category.DANGEROUS);
        }
        if (has(Flag.PUBSUB)) {
            categories.add(Category.PUBSUB);
        }
        if (has(Flag.BLOCKING)) {
            categories.add(Category.BLOCKING);
        }
        categories.add(has(Flag.FAST) ? Category.FAST : Category.SLOW);
    }

    /**
     * The key positions as three numbers, for clients that know no specifications: those specifications that are plain ranges
     * and follow each other. Where that is not all, the keys are movable.
     */
    private void summarizeKeys() {
        boolean movable = false;
        int end = 0;
        boolean alone = keys.size() == 1;
        for (KeySpec spec : keys) {
            boolean plain = spec.isFixed() && spec.limit() == 0 && (alone || spec.step() == 1);
            boolean adjacent = keyStep == 0 || end == spec.index() - 1;
            if (!plain || !adjacent) {
                movable = true;
                continue;
            }
            movable |= spec.uses().contains(KeySpec.Use.INCOMPLETE);
            end = spec.last() < 0 ? spec.last() : spec.index() + spec.last();
            if (keyStep == 0) {
                firstKey = spec.index();
                keyStep = spec.step();
            }
            lastKey = end;
        }
        if (movable) {
            flags |= Flag.MOVABLEKEYS.bit;
        }
    }

    /** Where the first key stands, or 0; see {@link #lastKey}, {@link #keyStep}. */
    public int firstKey() {
        return firstKey;
    }

    /** Where the last key of the range stands; negative: counted from the end. */
    public int lastKey() {
        return lastKey;
    }

    public int keyStep() {
        return keyStep;
    }

    /** Whether it can have keys. */
    public boolean hasKeys() {
        for (KeySpec spec : keys) {
            if (!spec.uses().contains(KeySpec.Use.NOT_KEY)) {
                return true;
            }
        }
        return false;
    }

    /** A dense number: an index for statistics. */
    public int id() {
        return id;
    }

    /** The name without its parent's. */
    public String name() {
        return name;
    }

    /** The whole name; a subcommand's has a '|' in it. */
    public String fullName() {
        return fullName;
    }

    public int arity() {
        return arity;
    }

    public boolean accepts(int count) {
        return arity >= 0 ? count == arity : count >= -arity;
    }

    public boolean has(Flag flag) {
        return (flags & flag.bit) != 0;
    }

    public List<Flag> flags() {
        List<Flag> list = new ArrayList<>();
        for (Flag flag : Flag.values()) {
            if (has(flag)) {
                list.add(flag);
            }
        }
        return list;
    }

    public Group group() {
        return group;
    }

    public Set<Category> categories() {
        return categories;
    }

    public List<KeySpec> keys() {
        return keys;
    }

    public List<String> tips() {
        return tips;
    }

    public Locks locks() {
        return locks;
    }

    public String since() {
        return since;
    }

    public String summary() {
        return summary;
    }

    public String complexity() {
        return complexity;
    }

    public List<Argument> arguments() {
        return arguments;
    }

    /** What changed in which version. */
    public List<Change> history() {
        return history;
    }

    public @Nullable String deprecatedSince() {
        return deprecatedSince;
    }

    public @Nullable String replacedBy() {
        return replacedBy;
    }

    public List<CommandSpec> subcommands() {
        return subcommands;
    }

    public @Nullable CommandSpec parent() {
        return parent;
    }

    /** What runs; null where only subcommands can run. */
    public @Nullable Handler handler() {
        return handler;
    }

    /** The error for a wrong number of arguments. */
    public RedisError wrongArity() {
        return new RedisError("ERR wrong number of arguments for '" + fullName() + "' command");
    }

    /** The command's name as an error says it. */
    @Override
    public String toString() {
        return fullName().toLowerCase(Locale.ROOT);
    }
}
