package dev.cinnabar.command;

import dev.cinnabar.acl.Denial;
import dev.cinnabar.acl.Selector;
import dev.cinnabar.acl.User;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a user may run a command with its arguments. Owned by one thread; allocates nothing.
 *
 * <p>One of the user's selectors must allow all of it. If none does, the answer is about the selector that allows the most.
 */
public final class AccessCheck {

    private final Bytes view = new Bytes();
    private final KeySpec.IndexConsumer keyCheck = this::checkKey;

    private Selector selector = NOTHING;
    private Request request = new Request();
    private int access;
    private int deniedArgument;
    private int argument;

    private static final Selector NOTHING =
            dev.cinnabar.acl.Users.OWNER.rights().selectors().getFirst();

    public AccessCheck() {}

    /** Why not, or null. */
    public @Nullable Denial check(User user, CommandSpec spec, Request toCheck) {
        if (user.isUnlimited()) {
            return null;
        }
        request = toCheck;
        argument = 0;
        Denial reason = Denial.COMMAND;
        List<Selector> selectors = user.rights().selectors();
        for (int i = 0; i < selectors.size(); i++) {
            selector = selectors.get(i);
            deniedArgument = 0;
            Denial denial = checkSelector(spec);
            if (denial == null) {
                return null;
            }
            int further = denial.compareTo(reason);
            if (further > 0 || further == 0 && deniedArgument > argument) {
                reason = denial;
                argument = deniedArgument;
            }
        }
        return reason;
    }

    /** The index of the key or channel that was denied last. */
    public int argument() {
        return argument;
    }

    private @Nullable Denial checkSelector(CommandSpec spec) {
        if (!spec.has(Flag.NO_AUTH) && !selector.allowsCommand(spec.id()) && !allowsFirstArgument(spec)) {
            return Denial.COMMAND;
        }
        if (!selector.allowsAllKeys() && !allowsKeys(spec)) {
            return Denial.KEY;
        }
        if (!selector.allowsAllChannels() && spec.firstChannel() > 0 && !allowsChannels(spec)) {
            return Denial.CHANNEL;
        }
        return null;
    }

    private boolean allowsFirstArgument(CommandSpec spec) {
        int first = spec.parent() == null ? 1 : 2;
        return request.count() > first && selector.allowsFirstArgument(spec.id(), request.at(first, view));
    }

    private boolean allowsKeys(CommandSpec spec) {
        List<KeySpec> keys = spec.keys();
        for (int i = 0; i < keys.size(); i++) {
            KeySpec key = keys.get(i);
            if (!key.uses().contains(KeySpec.Use.NOT_KEY)) {
                access = key.accessBy(request);
                key.forEach(request, keyCheck);
                if (deniedArgument > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private void checkKey(int index) {
        if (deniedArgument == 0 && !selector.allowsKey(request.at(index, view), access)) {
            deniedArgument = index;
        }
    }

    private boolean allowsChannels(CommandSpec spec) {
        int end = spec.hasManyChannels() ? request.count() : spec.firstChannel() + 1;
        for (int i = spec.firstChannel(); i < end; i++) {
            if (!selector.allowsChannel(request.at(i, view), spec.takesChannelPatterns())) {
                deniedArgument = i;
                return false;
            }
        }
        return true;
    }

    /** Whether a user may run a command on keys that the request does not name. */
    static boolean mayReadAllKeys(User user, CommandSpec spec) {
        return user.isUnlimited()
                || user.rights().selectors().stream()
                        .anyMatch(selector -> selector.allowsCommand(spec.id()) && selector.allowsReadingAllKeys());
    }

    /** What a client is told that may not run a command. */
    static RedisError error(Denial reason, User user, CommandSpec spec) {
        return RedisError.showing("NOPERM " + text(reason, user, spec, null));
    }

    /**
     * What was denied, in words.
     *
     * @param object the key or channel; null: not to be told
     */
    public static String text(Denial reason, User user, CommandSpec spec, @Nullable String object) {
        if (reason == Denial.COMMAND) {
            return "User " + user.name() + " has no permissions to run the '" + spec.fullName() + "' command";
        }
        String kind = reason.label();
        return object == null
                ? "No permissions to access a " + kind
                : "User " + user.name() + " has no permissions to access the '" + object + "' " + kind;
    }

    /** What is told where a transaction's command was allowed when it was queued. */
    static RedisError errorOfQueued(Denial reason) {
        String why = switch (reason) {
            case KEY -> "no permission to touch the specified keys";
            case CHANNEL -> "no permission to access one of the channels used as arguments to the command";
            default -> "no permission to execute the command or subcommand";
        };
        return new RedisError(
                "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC"
                        + " call. This command is no longer allowed for the following reason: " + why);
    }
}
