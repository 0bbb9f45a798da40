package dev.cinnabar.commands.geo;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.commands.zsets.SortedSetCommands;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Places, one by one: adding them and telling where they are. Stateless. */
public final class GeoCommands {

    private GeoCommands() {}

    /** The rows of all commands on places. */
    public static List<CommandSpec> table() {
        List<CommandSpec> rows = new ArrayList<>(List.of(
                row("geoadd", -5, "3.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, RW, UPDATE))
                        .summary("Adds places to a sorted set, or moves places of it.")
                        .complexity("O(log(N)) for each place, N being the size of the sorted set.")
                        .arguments(
                                Argument.key("key"),
                                Argument.oneOf("condition", Argument.token("NX"), Argument.token("XX"))
                                        .since("6.2.0")
                                        .optional(),
                                Argument.token("change", "CH").since("6.2.0").optional(),
                                Argument.block(
                                                "data",
                                                Argument.doubleValue("longitude"),
                                                Argument.doubleValue("latitude"),
                                                Argument.string("member"))
                                        .multiple())
                        .history("6.2.0", "The options `CH`, `NX` and `XX`.")
                        .handler(GeoCommands::geoadd),
                row("geodist", -4, "3.2.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the distance between two places.")
                        .complexity("O(1)")
                        .arguments(
                                Argument.key("key"),
                                Argument.string("member1"),
                                Argument.string("member2"),
                                Unit.argument().optional())
                        .handler(GeoCommands::geodist),
                ofMembers("geohash", "Answers places as text that other systems read, too.")
                        .handler(GeoCommands::geohash),
                ofMembers("geopos", "Answers longitude and latitude of places.").handler(GeoCommands::geopos)));
        rows.addAll(GeoSearch.table());
        return rows;
    }

    static CommandSpec row(String name, int arity, String since, Flag... flags) {
        return command(name, arity, flags).since(since).group(Group.GEO).categories(Category.GEO);
    }

    private static CommandSpec ofMembers(String name, String summary) {
        return row(name, -2, "3.2.0", READONLY)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary(summary)
                .complexity("O(N), N being the number of members given.")
                .arguments(
                        Argument.key("key"),
                        Argument.string("member").optional().multiple());
    }

    static void geoadd(Call call, Args args, Reply reply) {
        int options = 0;
        int first = 2;
        for (int option = optionAt(args, first); option != 0; option = optionAt(args, first)) {
            options |= option;
            first++;
        }
        int both = SortedSetCommands.NX | SortedSetCommands.XX;
        if ((args.count() - first) % 3 != 0 || args.count() == first || (options & both) == both) {
            args.fail(RedisError.SYNTAX);
            return;
        }
        double[] scores = new double[(args.count() - first) / 3];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = score(args, first + 3 * i);
        }
        if (!args.failed()) {
            SortedSetCommands.add(call, args, reply, options, scores, first + 2, 3);
        }
    }

    private static int optionAt(Args args, int index) {
        if (index >= args.count()) {
            return 0;
        }
        return args.is(index, "nx")
                ? SortedSetCommands.NX
                : args.is(index, "xx") ? SortedSetCommands.XX : args.is(index, "ch") ? SortedSetCommands.CH : 0;
    }

    private static double score(Args args, int index) {
        double longitude = coordinate(args, index);
        double latitude = coordinate(args, index + 1);
        checkPlace(args, longitude, latitude);
        return GeoHash.encode(longitude, latitude);
    }

    static double coordinate(Args args, int index) {
        double coordinate = Numbers.parseDouble(args.at(index));
        if (Double.isNaN(coordinate)) {
            args.fail(RedisError.NOT_A_FLOAT);
        }
        return coordinate;
    }

    static void checkPlace(Args args, double longitude, double latitude) {
        if (!args.failed() && !GeoHash.isValid(longitude, latitude)) {
            args.fail(new RedisError(
                    "ERR invalid longitude,latitude pair " + sixDecimals(longitude) + "," + sixDecimals(latitude)));
        }
    }

    private static String sixDecimals(double value) {
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        return sign
                + (Double.isInfinite(value)
                        ? "inf"
                        : new BigDecimal(Math.abs(value))
                                .setScale(6, RoundingMode.HALF_EVEN)
                                .toPlainString());
    }

    static void geodist(Call call, Args args, Reply reply) {
        if (args.count() > 5) {
            args.fail(RedisError.SYNTAX);
        }
        Unit unit = args.count() == 5 ? Unit.at(args, 4) : Unit.M;
        if (args.failed()) {
            return;
        }
        Entry entry = call.read(1, Type.ZSET);
        if (args.failed()) {
            return;
        }
        if (entry == null) {
            reply.nil();
            return;
        }
        SortedSetValue set = call.views().sortedSet.at(entry);
        double from = scoreOf(set, args.at(2));
        double to = scoreOf(set, args.at(3));
        if (Double.isNaN(from) || Double.isNaN(to)) {
            reply.nil();
            return;
        }
        double metres = Sphere.exactDistance(
                GeoHash.longitude(from), GeoHash.latitude(from), GeoHash.longitude(to), GeoHash.latitude(to));
        distance(reply, metres / unit.metres);
    }

    /** The score of a member, NaN where there is none. */
    private static double scoreOf(SortedSetValue set, Bytes member) {
        return set.find(member) ? set.score() : Double.NaN;
    }

    /** Answers a distance, with four decimals. */
    static void distance(Reply reply, double distance) {
        long tenThousandths = (long) Math.rint(distance * 10_000);
        String fraction = Long.toString(10_000 + tenThousandths % 10_000);
        reply.bulk(tenThousandths / 10_000 + "." + fraction.substring(1));
    }

    /** Answers longitude and latitude of a score. */
    static void place(Reply reply, double score) {
        reply.array(2);
        reply.doubleValue(GeoHash.longitude(score));
        reply.doubleValue(GeoHash.latitude(score));
    }

    static void geohash(Call call, Args args, Reply reply) {
        SortedSetValue set = read(call);
        if (args.failed()) {
            return;
        }
        reply.array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            if (set != null && set.find(args.at(i))) {
                reply.bulk(GeoHash.text(set.score()));
            } else {
                reply.nil();
            }
        }
    }

    static void geopos(Call call, Args args, Reply reply) {
        SortedSetValue set = read(call);
        if (args.failed()) {
            return;
        }
        reply.array(args.count() - 2L);
        for (int i = 2; i < args.count(); i++) {
            if (set != null && set.find(args.at(i))) {
                place(reply, set.score());
            } else {
                reply.nilArray();
            }
        }
    }

    private static @Nullable SortedSetValue read(Call call) {
        Entry entry = call.read(1, Type.ZSET);
        return entry == null ? null : call.views().sortedSet.at(entry);
    }
}
