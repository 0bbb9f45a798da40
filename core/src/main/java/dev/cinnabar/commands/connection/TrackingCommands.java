package dev.cinnabar.commands.connection;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.session.ClientTracking;
import dev.cinnabar.session.ClientTracking.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CLIENT TRACKING and its kin: clients that cache keys. Stateless, but for one object for each CLIENT TRACKING. */
final class TrackingCommands {

    private static final RedisError NO_CONNECTION = new RedisError("ERR CLIENT TRACKING needs a connection");
    private static final RedisError TWO_REDIRECTIONS =
            new RedisError("ERR A client can only redirect to a single other client");
    private static final RedisError NO_SUCH_CLIENT =
            new RedisError("ERR The client ID you want redirect to does not exist");
    private static final RedisError PREFIX_WITHOUT_BCAST =
            new RedisError("ERR PREFIX option requires BCAST mode to be enabled");
    private static final RedisError BCAST_SWITCHED = new RedisError("ERR You can't switch BCAST mode on/off before"
            + " disabling tracking for this client, and then re-enabling it with a different mode.");
    private static final RedisError OPT_AND_BCAST =
            new RedisError("ERR OPTIN and OPTOUT are not compatible with BCAST");
    private static final RedisError BOTH_OPTS = new RedisError("ERR You can't specify both OPTIN mode and OPTOUT mode");
    private static final RedisError OPT_SWITCHED = new RedisError("ERR You can't switch OPTIN/OPTOUT mode before"
            + " disabling tracking for this client, and then re-enabling it with a different mode.");
    private static final RedisError CACHING_WITHOUT_OPT =
            new RedisError("ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or"
                    + " OPTOUT mode enabled");
    private static final RedisError YES_WITHOUT_OPTIN =
            new RedisError("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
    private static final RedisError NO_WITHOUT_OPTOUT =
            new RedisError("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");

    /** What CLIENT GETREDIR answers where tracking is off. */
    private static final int NO_TRACKING = -1;

    private long redirection;
    private boolean bcast;
    private boolean optIn;
    private boolean optOut;
    private boolean noLoop;
    private final List<byte[]> prefixes = new ArrayList<>();

    private TrackingCommands() {}

    static void tracking(Call call, Args args, Reply reply) {
        TrackingCommands options = new TrackingCommands();
        for (int i = 3; i < args.count() && !args.failed(); i++) {
            i = options.read(call, args, i);
        }
        if (args.failed()) {
            return;
        }
        if (args.is(2, "on")) {
            options.check(args, call.session().tracking());
            if (!args.failed() && call.session().inbox() == null) {
                args.fail(NO_CONNECTION);
            }
            if (args.failed()) {
                return;
            }
            options.enable(call);
        } else if (args.is(2, "off")) {
            call.engine().tracking().disable(call.session());
        } else {
            args.fail(RedisError.SYNTAX);
            return;
        }
        reply.ok();
    }

    /** Reads the option at an index; returns the index of its last argument. */
    private int read(Call call, Args args, int i) {
        boolean more = i + 1 < args.count();
        if (args.is(i, "redirect") && more) {
            if (redirection != 0) {
                args.fail(TWO_REDIRECTIONS);
                return i;
            }
            redirection = args.integer(i + 1);
            if (!args.failed() && call.engine().clients().find(redirection) == null) {
                args.fail(NO_SUCH_CLIENT);
            }
            return i + 1;
        }
        if (args.is(i, "prefix") && more) {
            prefixes.add(args.at(i + 1).toByteArray());
            return i + 1;
        }
        if (args.is(i, "bcast")) {
            bcast = true;
        } else if (args.is(i, "optin")) {
            optIn = true;
        } else if (args.is(i, "optout")) {
            optOut = true;
        } else if (args.is(i, "noloop")) {
            noLoop = true;
        } else {
            args.fail(RedisError.SYNTAX);
        }
        return i;
    }

    /** Whether the options agree with each other and with how things stand. */
    private void check(Args args, @Nullable ClientTracking before) {
        if (!bcast && !prefixes.isEmpty()) {
            args.fail(PREFIX_WITHOUT_BCAST);
        }
        if (before != null && before.isBroadcast() != bcast) {
            args.fail(BCAST_SWITCHED);
        }
        if (bcast && (optIn || optOut)) {
            args.fail(OPT_AND_BCAST);
        }
        if (optIn && optOut) {
            args.fail(BOTH_OPTS);
        }
        Mode mode = before == null ? null : before.mode();
        if (optIn && mode == Mode.OPT_OUT || optOut && mode == Mode.OPT_IN) {
            args.fail(OPT_SWITCHED);
        }
        if (bcast) {
            checkPrefixes(args, before == null ? List.of() : before.prefixes());
        }
    }

    private void checkPrefixes(Args args, List<byte[]> before) {
        for (int i = 0; i < prefixes.size(); i++) {
            for (byte[] other : before) {
                refuseOverlap(args, prefixes.get(i), "an existing prefix", other);
            }
            for (byte[] other : prefixes.subList(i + 1, prefixes.size())) {
                refuseOverlap(args, prefixes.get(i), "another provided prefix", other);
            }
        }
    }

    private static void refuseOverlap(Args args, byte[] prefix, String what, byte[] other) {
        int n = Math.min(prefix.length, other.length);
        if (Arrays.equals(prefix, 0, n, other, 0, n)) {
            args.fail(RedisError.showing("ERR Prefix '" + Bytes.of(prefix).shown(Integer.MAX_VALUE) + "' overlaps with "
                    + what + " '" + Bytes.of(other).shown(Integer.MAX_VALUE)
                    + "'. Prefixes for a single client must not overlap."));
        }
    }

    private void enable(Call call) {
        Mode mode = bcast ? Mode.BROADCAST : optIn ? Mode.OPT_IN : optOut ? Mode.OPT_OUT : Mode.ALL_READ;
        if (bcast && prefixes.isEmpty()) {
            prefixes.add(new byte[0]);
        }
        call.engine().tracking().enable(call.session(), mode, noLoop, redirection, prefixes);
    }

    static void caching(Call call, Args args, Reply reply) {
        ClientTracking tracking = call.session().tracking();
        if (tracking == null) {
            args.fail(CACHING_WITHOUT_OPT);
            return;
        }
        if (args.is(2, "yes")) {
            if (tracking.mode() != Mode.OPT_IN) {
                args.fail(YES_WITHOUT_OPTIN);
            }
        } else if (args.is(2, "no")) {
            if (tracking.mode() != Mode.OPT_OUT) {
                args.fail(NO_WITHOUT_OPTOUT);
            }
        } else {
            args.fail(RedisError.SYNTAX);
        }
        if (!args.failed()) {
            tracking.caching(true);
            reply.ok();
        }
    }

    static void getredir(Call call, Args args, Reply reply) {
        ClientTracking tracking = call.session().tracking();
        reply.integer(tracking == null ? NO_TRACKING : tracking.redirection());
    }

    static void trackinginfo(Call call, Args args, Reply reply) {
        ClientTracking tracking = call.session().tracking();
        List<String> flags = flags(tracking);
        reply.map(3);
        reply.bulk("flags");
        reply.set(flags.size());
        flags.forEach(reply::bulk);
        reply.bulk("redirect");
        reply.integer(tracking == null ? NO_TRACKING : tracking.redirection());
        reply.bulk("prefixes");
        List<byte[]> prefixes = tracking == null ? List.of() : tracking.prefixes();
        reply.array(prefixes.size());
        prefixes.forEach(reply::bulk);
    }

    private static List<String> flags(@Nullable ClientTracking tracking) {
        if (tracking == null) {
            return List.of("off");
        }
        List<String> flags = new ArrayList<>(List.of("on"));
        switch (tracking.mode()) {
            case ALL_READ -> {}
            case BROADCAST -> flags.add("bcast");
            case OPT_IN -> flags.add("optin");
            case OPT_OUT -> flags.add("optout");
        }
        if (tracking.isCaching()) {
            flags.add(tracking.mode() == Mode.OPT_IN ? "caching-yes" : "caching-no");
        }
        if (tracking.isNoLoop()) {
            flags.add("noloop");
        }
        if (tracking.isBroken()) {
            flags.add("broken_redirect");
        }
        return flags;
    }
}
