package dev.cinnabar.commands.latency;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.ADMIN;
import static dev.cinnabar.command.Flag.LOADING;
import static dev.cinnabar.command.Flag.NOSCRIPT;
import static dev.cinnabar.command.Flag.STALE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.CommandTable;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.Histogram;
import dev.cinnabar.command.LatencyMonitor;
import dev.cinnabar.command.LatencyMonitor.Sample;
import dev.cinnabar.command.Statistics;
import dev.cinnabar.config.Directives;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** LATENCY: when the server was slow, and how long commands take. Stateless. */
public final class LatencyCommands {

    private static final String[] SPECIAL = {
        "nondeterministic_output", "request_policy:all_nodes", "response_policy:special"
    };

    private LatencyCommands() {}

    public static List<CommandSpec> table() {
        Argument event = Argument.string("event");
        return List.of(command("latency", -2)
                .group(Group.SERVER)
                .since("2.8.13")
                .locks(Locks.NONE)
                .summary("Holds the commands about how long things take.")
                .complexity("Depends on the subcommand.")
                .subcommands(
                        row("doctor", 2)
                                .tips(SPECIAL)
                                .summary("Explains in words when the server was slow, and what may help.")
                                .complexity("O(1)")
                                .handler(LatencyCommands::doctor),
                        row("graph", 3)
                                .tips(SPECIAL)
                                .summary("Draws the samples of an event.")
                                .complexity("O(1)")
                                .arguments(event)
                                .handler(LatencyCommands::graph),
                        row("history", 3)
                                .tips(SPECIAL)
                                .summary("Lists the samples of an event.")
                                .complexity("O(1)")
                                .arguments(Argument.string("event"))
                                .handler(LatencyCommands::history),
                        row("latest", 2)
                                .tips(SPECIAL)
                                .summary("Lists the last sample of each event.")
                                .complexity("O(1)")
                                .handler(LatencyCommands::latest),
                        row("reset", -2)
                                .tips("request_policy:all_nodes", "response_policy:agg_sum")
                                .summary("Forgets events: those given, or all.")
                                .complexity("O(1)")
                                .arguments(Argument.string("event").optional().multiple())
                                .handler(LatencyCommands::reset),
                        row("histogram", -2)
                                .since("7.0.0")
                                .tips(SPECIAL)
                                .summary(
                                        "Tells how often commands took how long, up to powers of two: those given, or all.")
                                .complexity("O(N), N being the number of commands.")
                                .arguments(Argument.string("command").optional().multiple())
                                .handler(LatencyCommands::histogram),
                        Help.row("2.8.13", Group.SERVER)));
    }

    private static CommandSpec row(String name, int arity) {
        return command(name, arity, ADMIN, NOSCRIPT, LOADING, STALE)
                .group(Group.SERVER)
                .since("2.8.13")
                .locks(Locks.NONE);
    }

    private static LatencyMonitor monitor(Call call) {
        return call.engine().latencyMonitor();
    }

    static void history(Call call, Args args, Reply reply) {
        LatencyMonitor.Event event = monitor(call).event(args.at(2).toString());
        List<Sample> samples = event == null ? List.of() : event.samples();
        reply.array(samples.size());
        for (Sample sample : samples) {
            reply.array(2);
            reply.integer(sample.seconds());
            reply.integer(sample.millis());
        }
    }

    static void latest(Call call, Args args, Reply reply) {
        Map<String, LatencyMonitor.Event> events = monitor(call).events();
        reply.array(events.size());
        events.forEach((name, event) -> {
            Sample last = event.samples().getLast();
            reply.array(4);
            reply.bulk(name);
            reply.integer(last.seconds());
            reply.integer(last.millis());
            reply.integer(event.longestMillis());
        });
    }

    static void reset(Call call, Args args, Reply reply) {
        if (args.count() == 2) {
            reply.integer(monitor(call).reset());
            return;
        }
        int reset = 0;
        for (int i = 2; i < args.count(); i++) {
            reset += monitor(call).reset(args.at(i).toString()) ? 1 : 0;
        }
        reply.integer(reset);
    }

    // Pictures and words.

    private static final int ROWS = 4;
    private static final int LAST = 80;

    static void graph(Call call, Args args, Reply reply) {
        String name = args.at(2).toString();
        LatencyMonitor.Event event = monitor(call).event(name);
        if (event == null) {
            args.fail(new RedisError("ERR No samples available for event '" + name + "'"));
            return;
        }
        List<Sample> all = event.samples();
        List<Sample> samples = all.subList(Math.max(0, all.size() - LAST), all.size());
        long high = samples.stream().mapToLong(Sample::millis).max().orElse(0);
        long low = samples.stream().mapToLong(Sample::millis).min().orElse(0);
        StringBuilder text = new StringBuilder();
        text.append(name)
                .append(" - high ")
                .append(high)
                .append(" ms, low ")
                .append(low)
                .append(" ms (all time high ");
        text.append(event.longestMillis()).append(" ms)\n");
        text.append("-".repeat(LAST)).append('\n');
        draw(samples, low, high, text);
        ages(samples, call.nowMillis() / 1000, text);
        reply.verbatim("txt", text.toString());
    }

    /** A column for each sample, as high as it is between the lowest and the highest; its top has two heights. */
    private static void draw(List<Sample> samples, long low, long high, StringBuilder text) {
        int steps = ROWS * 2;
        for (int row = ROWS - 1; row >= 0; row--) {
            for (Sample sample : samples) {
                int height = high == low ? 1 : 1 + (int) ((sample.millis() - low) * (steps - 1) / (high - low));
                int inRow = height - row * 2;
                text.append(inRow <= 0 ? ' ' : inRow == 1 ? '_' : inRow == 2 ? 'o' : '#');
            }
            text.append('\n');
        }
    }

    /** How long ago the samples were, from top to bottom below each column. */
    private static void ages(List<Sample> samples, long nowSeconds, StringBuilder text) {
        List<String> ages = new ArrayList<>();
        for (Sample sample : samples) {
            long age = Math.max(0, nowSeconds - sample.seconds());
            ages.add(
                    age < 60
                            ? age + "s"
                            : age < 3600 ? age / 60 + "m" : age < 86_400 ? age / 3600 + "h" : age / 86_400 + "d");
        }
        int longest = ages.stream().mapToInt(String::length).max().orElse(0);
        text.append('\n');
        for (int i = 0; i < longest; i++) {
            for (String age : ages) {
                text.append(i < age.length() ? age.charAt(i) : ' ');
            }
            text.append('\n');
        }
    }

    static void doctor(Call call, Args args, Reply reply) {
        Map<String, LatencyMonitor.Event> events = monitor(call).events();
        StringBuilder text = new StringBuilder();
        if (call.engine().settings().configuration().get(Directives.LATENCY_MONITOR_THRESHOLD) == 0) {
            text.append(
                    "Latency monitoring is disabled: 'CONFIG SET latency-monitor-threshold <milliseconds>' enables it.\n");
        } else if (events.isEmpty()) {
            text.append("No latency spike was observed since monitoring was enabled or reset.\n");
        } else {
            text.append("Latency spikes were observed:\n\n");
            int number = 0;
            for (Map.Entry<String, LatencyMonitor.Event> entry : events.entrySet()) {
                describe(++number, entry.getKey(), entry.getValue(), call.nowMillis() / 1000, text);
            }
            text.append("\nWhat may help:\n\n");
            text.append(
                    "- SLOWLOG GET shows the commands that took long; SLOWLOG's limit should not be above the monitor's.\n");
            text.append(
                    "- Commands whose cost grows with the size of a value are slow on large values: split these.\n");
        }
        reply.verbatim("txt", text.toString());
    }

    private static void describe(
            int number, String name, LatencyMonitor.Event event, long nowSeconds, StringBuilder text) {
        List<Sample> samples = event.samples();
        long average =
                Math.round(samples.stream().mapToLong(Sample::millis).average().orElse(0));
        long deviation = Math.round(samples.stream()
                .mapToLong(sample -> Math.abs(sample.millis() - average))
                .average()
                .orElse(0));
        long period = (nowSeconds - samples.getFirst().seconds()) / samples.size();
        text.append(number)
                .append(". ")
                .append(name)
                .append(": ")
                .append(samples.size())
                .append(" latency spikes (average ");
        text.append(average)
                .append("ms, mean deviation ")
                .append(deviation)
                .append("ms, period ")
                .append(period);
        text.append(" sec). Worst all time event ")
                .append(event.longestMillis())
                .append("ms.\n");
    }

    // Histograms.

    static void histogram(Call call, Args args, Reply reply) {
        CommandTable table = call.engine().commands();
        Set<CommandSpec> wanted = new LinkedHashSet<>();
        if (args.count() == 2) {
            table.all().forEach(spec -> add(spec, wanted));
        }
        for (int i = 2; i < args.count(); i++) {
            CommandSpec spec = table.findFull(args.at(i));
            if (spec != null) {
                add(spec, wanted);
            }
        }
        Statistics statistics = call.engine().statistics();
        reply.beginArray();
        int told = 0;
        for (CommandSpec spec : wanted) {
            Histogram durations = statistics.durations(spec.id());
            if (durations != null && durations.total() > 0) {
                describe(spec, durations, reply);
                told++;
            }
        }
        reply.endMap(told);
    }

    private static void add(CommandSpec spec, Set<CommandSpec> wanted) {
        wanted.add(spec);
        wanted.addAll(spec.subcommands());
    }

    private static void describe(CommandSpec spec, Histogram durations, Reply reply) {
        List<Long> steps = new ArrayList<>();
        durations.forEachStep((micros, count) -> {
            steps.add(micros);
            steps.add(count);
        });
        reply.bulk(spec.fullName());
        reply.map(2);
        reply.bulk("calls");
        reply.integer(durations.total());
        reply.bulk("histogram_usec");
        reply.map(steps.size() / 2);
        steps.forEach(reply::integer);
    }
}
