package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.NOSCRIPT;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.HotKeys;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.List;

/** HOTKEYS: which keys take most of the processor's time, or of the network. Stateless. */
public final class HotKeysCommands {

    private static final int MAX_TOP = 64;
    private static final int TOP_BY_DEFAULT = 10;

    private static final RedisError NO_METRICS = new RedisError("ERR METRICS parameter is required");
    private static final RedisError METRICS_TWICE = new RedisError("ERR METRICS parameter already specified");
    private static final RedisError BAD_METRIC_COUNT = new RedisError("ERR METRICS count must be 1 or 2");
    private static final RedisError NO_VALID_METRIC = new RedisError("ERR METRICS no valid metrics passed");
    private static final RedisError OTHER_METRIC_COUNT =
            new RedisError("ERR METRICS count does not match number of metric types provided");
    private static final RedisError CPU_TWICE = new RedisError("ERR METRICS CPU defined more than once");
    private static final RedisError NET_TWICE = new RedisError("ERR METRICS NET defined more than once");
    private static final RedisError BAD_COUNT = new RedisError("ERR COUNT must be between 1 and 64");
    private static final RedisError BAD_DURATION = new RedisError("ERR DURATION must be positive");
    private static final RedisError BAD_RATIO = new RedisError("ERR SAMPLE ratio must be positive");
    private static final RedisError NO_SLOTS = new RedisError("ERR SLOTS parameter cannot be used in non-cluster mode");
    private static final RedisError ACTIVE = new RedisError("ERR hotkey tracking session already in progress");
    private static final RedisError STILL_ACTIVE =
            new RedisError("ERR hotkey tracking session in progress, stop tracking first");

    private HotKeysCommands() {}

    public static List<CommandSpec> table() {
        return List.of(command("hotkeys", -2)
                .group(Group.SERVER)
                .since("8.6.0")
                .locks(Locks.NONE)
                .summary("Holds the commands that find out which keys are hot.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        row("get", 2, ADMIN, NOSCRIPT)
                                .summary("Tells what the session has found, or the last one.")
                                .complexity("O(K), K being the number of keys that are told.")
                                .handler(HotKeysCommands::get),
                        row("reset", 2, ADMIN, NOSCRIPT)
                                .summary("Forgets what was found.")
                                .complexity("O(1)")
                                .handler(HotKeysCommands::reset),
                        row("start", -2, ADMIN, NOSCRIPT)
                                .summary("Begins a session that counts what keys take.")
                                .complexity("O(1)")
                                .arguments(
                                        Argument.integer("count").after("METRICS"),
                                        Argument.token("CPU").optional(),
                                        Argument.token("NET").optional(),
                                        Argument.integer("k").after("COUNT").optional(),
                                        Argument.integer("seconds")
                                                .after("DURATION")
                                                .optional(),
                                        Argument.integer("ratio")
                                                .after("SAMPLE")
                                                .optional())
                                .handler(HotKeysCommands::start),
                        row("stop", 2, ADMIN, NOSCRIPT)
                                .summary("Ends the session; what it has found can still be asked for.")
                                .complexity("O(1)")
                                .handler(HotKeysCommands::stop),
                        Help.row("8.6.1", Group.SERVER)));
    }

    private static CommandSpec row(String name, int arity, Flag... flags) {
        return command(name, arity, flags).group(Group.SERVER).since("8.6.0").locks(Locks.NONE);
    }

    /** The options of HOTKEYS START, as they are read. */
    private static final class Options {
        private boolean metrics;
        private boolean cpu;
        private boolean net;
        private long top = TOP_BY_DEFAULT;
        private long durationSeconds;
        private long ratio = 1;

        void read(Args args) {
            int i = 2;
            while (i < args.count() && !args.failed()) {
                if (i + 1 == args.count()) {
                    args.fail(RedisError.SYNTAX);
                } else if (args.is(i, "metrics")) {
                    i = metrics(args, i + 1);
                } else if (args.is(i, "count")) {
                    top = args.integer(i + 1, 1, MAX_TOP, BAD_COUNT);
                    i += 2;
                } else if (args.is(i, "duration")) {
                    durationSeconds = args.integer(i + 1, 1, Integer.MAX_VALUE, BAD_DURATION);
                    i += 2;
                } else if (args.is(i, "sample")) {
                    ratio = args.integer(i + 1, 1, Integer.MAX_VALUE, BAD_RATIO);
                    i += 2;
                } else {
                    args.fail(args.is(i, "slots") ? NO_SLOTS : RedisError.SYNTAX);
                }
            }
            if (!metrics) {
                args.fail(NO_METRICS);
            }
        }

        /** Reads how many metrics there are, then these: unknown ones are left alone. Returns where the next option is. */
        private int metrics(Args args, int at) {
            if (metrics) {
                args.fail(METRICS_TWICE);
            }
            metrics = true;
            int count = (int) args.integer(at, 1, 2, BAD_METRIC_COUNT);
            if (args.failed()) {
                return at;
            }
            int end = at + 1 + count;
            if (end > args.count()) {
                args.fail(OTHER_METRIC_COUNT);
                return at;
            }
            for (int i = at + 1; i < end; i++) {
                metric(args, i);
            }
            if (end < args.count() && (args.is(end, "cpu") || args.is(end, "net"))) {
                args.fail(OTHER_METRIC_COUNT);
            }
            if (!cpu && !net) {
                args.fail(NO_VALID_METRIC);
            }
            return end;
        }

        private void metric(Args args, int i) {
            if (args.is(i, "cpu")) {
                if (cpu) {
                    args.fail(CPU_TWICE);
                }
                cpu = true;
            } else if (args.is(i, "net")) {
                if (net) {
                    args.fail(NET_TWICE);
                }
                net = true;
            }
        }
    }

    static void start(Call call, Args args, Reply reply) {
        Options options = new Options();
        options.read(args);
        if (args.failed()) {
            return;
        }
        HotKeys.Plan plan =
                new HotKeys.Plan(options.cpu, options.net, (int) options.top, options.durationSeconds, options.ratio);
        Engine engine = call.engine();
        if (engine.hotKeys().start(plan, () -> meter(engine), call.nowMillis())) {
            reply.ok();
        } else {
            args.fail(ACTIVE);
        }
    }

    private static long[] meter(Engine engine) {
        double[] seconds = Figures.processorSeconds();
        return new long[] {
            (long) (seconds[1] * 1000),
            (long) (seconds[0] * 1000),
            engine.host().inputBytes() + engine.host().outputBytes()
        };
    }

    static void stop(Call call, Args args, Reply reply) {
        if (call.engine().hotKeys().stop(call.nowMillis())) {
            reply.ok();
        } else {
            reply.nil();
        }
    }

    static void reset(Call call, Args args, Reply reply) {
        if (call.engine().hotKeys().reset(call.nowMillis())) {
            reply.ok();
        } else {
            args.fail(STILL_ACTIVE);
        }
    }

    static void get(Call call, Args args, Reply reply) {
        HotKeys.Report report = call.engine().hotKeys().report(call.nowMillis());
        if (report == null) {
            reply.nil();
            return;
        }
        HotKeys.Plan plan = report.plan();
        reply.array(1);
        reply.map(7 + (plan.cpu() ? 3 : 0) + (plan.net() ? 2 : 0));
        pair(reply, "tracking-active", report.active() ? 1 : 0);
        pair(reply, "sample-ratio", plan.ratio());
        reply.bulk("selected-slots");
        reply.array(0);
        pair(reply, "all-commands-all-slots-us", report.commandNanos() / 1000);
        pair(reply, "net-bytes-all-commands-all-slots", report.commandBytes());
        pair(reply, "collection-start-time-unix-ms", report.startMillis());
        pair(reply, "collection-duration-ms", report.durationMillis());
        if (plan.cpu()) {
            pair(reply, "total-cpu-time-user-ms", report.userMillis());
            pair(reply, "total-cpu-time-sys-ms", report.systemMillis());
        }
        if (plan.net()) {
            pair(reply, "total-net-bytes", report.netBytes());
        }
        if (plan.cpu()) {
            keys(reply, "by-cpu-time-us", report.byTime(), 1000);
        }
        if (plan.net()) {
            keys(reply, "by-net-bytes", report.byBytes(), 1);
        }
    }

    private static void keys(Reply reply, String name, List<HotKeys.Count> counts, long unit) {
        reply.bulk(name);
        reply.array(2L * counts.size());
        for (HotKeys.Count count : counts) {
            reply.bulk(count.key());
            reply.integer(count.amount() / unit);
        }
    }

    private static void pair(Reply reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }
}
