package dev.cinnabar.commands.geo;

import static dev.cinnabar.command.Flag.DENYOOM;
import static dev.cinnabar.command.Flag.READONLY;
import static dev.cinnabar.command.Flag.WRITE;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.commands.geo.GeoCommands.row;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.commands.zsets.SortedSets;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.resp.Request;
import dev.cinnabar.text.Numbers;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A search for places in an area: GEOSEARCH, GEORADIUS and their kin. An instance is one call. */
final class GeoSearch {

    private static final RedisError NO_SUCH_PLACE = new RedisError("ERR could not decode requested zset member");
    private static final RedisError NO_COUNT = new RedisError("ERR COUNT must be > 0");
    private static final RedisError ANY_WITHOUT_COUNT = new RedisError("ERR the ANY argument requires COUNT argument");

    private static final String COMPLEXITY =
            "O(N + log(M)), N being the number of places in the cells around the area, M the size of the sorted set.";

    /** Which command it is: where the centre and the area come from, and where the result goes to. */
    private enum Form {
        RADIUS(false, false, true),
        RADIUS_RO(false, false, false),
        BY_MEMBER(true, false, true),
        BY_MEMBER_RO(true, false, false),
        SEARCH(false, true, false),
        SEARCH_STORE(false, true, false);

        final boolean isByMember;
        final boolean isSearch;
        final boolean hasStore;

        Form(boolean isByMember, boolean isSearch, boolean hasStore) {
            this.isByMember = isByMember;
            this.isSearch = isSearch;
            this.hasStore = hasStore;
        }

        /** The index of the first option. */
        int options() {
            return isSearch ? this == SEARCH_STORE ? 3 : 2 : isByMember ? 5 : 6;
        }

        /** The index of the key that is searched. */
        int key() {
            return this == SEARCH_STORE ? 2 : 1;
        }
    }

    private enum Order {
        NONE,
        ASCENDING,
        DESCENDING
    }

    private final Form form;
    private final Shape shape = new Shape();
    private double metresPerUnit = 1;

    private boolean withDistance;
    private boolean withHash;
    private boolean withPlace;
    private boolean any;
    private long count;
    private Order order = Order.NONE;

    /** The index of the key for the result, or 0. */
    private int storeKey;

    private boolean storesDistance;
    private boolean hasMember;
    private boolean hasPlace;
    private boolean hasRadius;
    private boolean hasBox;

    private GeoSearch(Form form) {
        this.form = form;
    }

    static List<CommandSpec> table() {
        return List.of(
                row("geosearch", -7, "6.2.0", READONLY)
                        .keys(KeySpec.at(1, RO, ACCESS))
                        .summary("Answers the places in a circle or a box.")
                        .complexity(COMPLEXITY)
                        .history("7.0.0", "Units may be in capitals.")
                        .arguments(Argument.key("key"))
                        .arguments(area())
                        .arguments(order(), count(false))
                        .arguments(with())
                        .handler((call, args, reply) -> run(call, args, reply, Form.SEARCH)),
                row("geosearchstore", -8, "6.2.0", WRITE, DENYOOM)
                        .keys(KeySpec.at(1, OW, UPDATE), KeySpec.at(2, RO, ACCESS))
                        .summary("Stores the places in a circle or a box in another key.")
                        .complexity(COMPLEXITY)
                        .history("7.0.0", "Units may be in capitals.")
                        .arguments(Argument.key("destination"), Argument.key("source", 1))
                        .arguments(area())
                        .arguments(
                                order(),
                                count(false),
                                Argument.token("STOREDIST").optional())
                        .handler((call, args, reply) -> run(call, args, reply, Form.SEARCH_STORE)),
                radius(
                        "georadius",
                        -6,
                        "3.2.0",
                        Form.RADIUS,
                        "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument"),
                radius("georadius_ro", -6, "3.2.10", Form.RADIUS_RO, "`GEOSEARCH` with the `BYRADIUS` argument"),
                radius(
                        "georadiusbymember",
                        -5,
                        "3.2.0",
                        Form.BY_MEMBER,
                        "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments"),
                radius(
                        "georadiusbymember_ro",
                        -5,
                        "3.2.10",
                        Form.BY_MEMBER_RO,
                        "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments"));
    }

    private static CommandSpec radius(String name, int arity, String since, Form form, String replacedBy) {
        CommandSpec row = (form.hasStore ? row(name, arity, since, WRITE, DENYOOM) : row(name, arity, since, READONLY))
                .keys(KeySpec.at(1, RO, ACCESS))
                .deprecated("6.2.0", replacedBy)
                .summary(
                        form.isByMember
                                ? "Answers the places in a circle around a member."
                                : "Answers the places in a circle.")
                .complexity(COMPLEXITY)
                .history("6.2.0", "The option `ANY` of `COUNT`.")
                .history("7.0.0", "Units may be in capitals.")
                .arguments(Argument.key("key"));
        if (form.isByMember) {
            row.arguments(Argument.string("member"));
        } else {
            row.arguments(Argument.doubleValue("longitude"), Argument.doubleValue("latitude"));
        }
        row.arguments(Argument.doubleValue("radius"), Unit.argument())
                .arguments(with())
                .arguments(count(!form.isByMember), order());
        if (form.hasStore) {
            int from = form.options();
            row.keys(
                            KeySpec.behind("STORE", from, 0, 1, 0, OW, UPDATE)
                                    .exactly((request, sink) -> findStoreKey(request, from, sink)),
                            KeySpec.behind("STOREDIST", from, 0, 1, 0, OW, UPDATE)
                                    .exactly((request, sink) -> {}))
                    .arguments(Argument.oneOf(
                                    "store",
                                    Argument.key("storekey", 1).shownAs("key").after("STORE"),
                                    Argument.key("storedistkey", 2)
                                            .shownAs("key")
                                            .after("STOREDIST"))
                            .optional());
        }
        return row.handler((call, args, reply) -> run(call, args, reply, form));
    }

    /** Of several keys for the result the last one counts, whichever of the two words it follows. */
    private static void findStoreKey(Request request, int from, KeySpec.IndexConsumer sink) {
        int found = 0;
        for (int i = from; i + 1 < request.count(); i++) {
            if (request.at(i).equalsIgnoreCase("store") || request.at(i).equalsIgnoreCase("storedist")) {
                found = ++i;
            }
        }
        if (found > 0) {
            sink.accept(found);
        }
    }

    private static Argument[] area() {
        return new Argument[] {
            Argument.oneOf(
                    "from",
                    Argument.string("member").after("FROMMEMBER"),
                    Argument.block("fromlonlat", Argument.doubleValue("longitude"), Argument.doubleValue("latitude"))
                            .after("FROMLONLAT")),
            Argument.oneOf(
                    "by",
                    Argument.block("circle", Argument.doubleValue("radius").after("BYRADIUS"), Unit.argument()),
                    Argument.block(
                            "box",
                            Argument.doubleValue("width").after("BYBOX"),
                            Argument.doubleValue("height"),
                            Unit.argument()))
        };
    }

    private static Argument order() {
        return Argument.oneOf("order", Argument.token("ASC"), Argument.token("DESC"))
                .optional();
    }

    private static Argument count(boolean tellsSince) {
        Argument any = Argument.token("ANY").optional();
        return Argument.block(
                        "count-block", Argument.integer("count").after("COUNT"), tellsSince ? any.since("6.2.0") : any)
                .optional();
    }

    private static Argument[] with() {
        return new Argument[] {
            Argument.token("WITHCOORD").optional(),
            Argument.token("WITHDIST").optional(),
            Argument.token("WITHHASH").optional()
        };
    }

    private static void run(Call call, Args args, Reply reply, Form form) {
        SortedSetValue source = call.views().sortedSet(0);
        Entry entry = call.read(form.key(), Type.ZSET, source.entry());
        if (args.failed()) {
            return;
        }
        GeoSearch search = new GeoSearch(form);
        SortedSetValue set = entry == null ? null : source.at(entry);
        search.readCentre(args, set);
        search.readOptions(args, set);
        search.checkOptions(args);
        if (args.failed()) {
            return;
        }
        if (set != null) {
            search.answer(call, reply, set);
        } else if (search.storeKey == 0) {
            reply.array(0);
        } else {
            SortedSets.deleteIfAny(call, search.storeKey);
            reply.integer(0);
        }
    }

    /** Reads what stands before the options. */
    private void readCentre(Args args, @Nullable SortedSetValue set) {
        if (form == Form.SEARCH_STORE) {
            storeKey = 1;
        }
        if (form.isSearch || form.isByMember && set == null) {
            return;
        }
        if (form.isByMember) {
            readMember(args, 2, set);
        } else {
            readPlace(args, 2);
        }
        readRadius(args, form.options() - 2);
    }

    private void readMember(Args args, int index, @Nullable SortedSetValue set) {
        if (args.failed() || set == null) {
            return;
        }
        if (set.find(args.at(index))) {
            double score = set.score();
            shape.around(GeoHash.longitude(score), GeoHash.latitude(score));
        } else {
            args.fail(NO_SUCH_PLACE);
        }
    }

    private void readPlace(Args args, int index) {
        double longitude = GeoCommands.coordinate(args, index);
        double latitude = GeoCommands.coordinate(args, index + 1);
        GeoCommands.checkPlace(args, longitude, latitude);
        shape.around(longitude, latitude);
    }

    private void readRadius(Args args, int index) {
        double radius = length(args, index, "need numeric radius");
        if (radius < 0) {
            args.fail(new RedisError("ERR radius cannot be negative"));
        }
        metresPerUnit = Unit.at(args, index + 1).metres;
        shape.circle(radius * metresPerUnit);
    }

    private void readBox(Args args, int index) {
        double width = length(args, index, "need numeric width");
        double height = length(args, index + 1, "need numeric height");
        if (width < 0 || height < 0) {
            args.fail(new RedisError("ERR height or width cannot be negative"));
        }
        metresPerUnit = Unit.at(args, index + 2).metres;
        shape.box(width * metresPerUnit, height * metresPerUnit);
    }

    private static double length(Args args, int index, String otherwise) {
        double length = Numbers.parseDouble(args.at(index));
        if (Double.isNaN(length)) {
            args.fail(new RedisError("ERR " + otherwise));
        }
        return length;
    }

    private void readOptions(Args args, @Nullable SortedSetValue set) {
        for (int i = form.options(); i < args.count() && !args.failed(); ) {
            int words = readOption(args, i);
            if (words == 0) {
                words = form.isSearch ? readArea(args, i, set) : readStore(args, i);
            }
            if (words == 0) {
                args.fail(RedisError.SYNTAX);
            }
            i += words;
        }
    }

    /** Reads an option that all forms have; returns how many words it took, 0 if it is none. */
    private int readOption(Args args, int i) {
        if (args.is(i, "withdist")) {
            withDistance = true;
        } else if (args.is(i, "withhash")) {
            withHash = true;
        } else if (args.is(i, "withcoord")) {
            withPlace = true;
        } else if (args.is(i, "any")) {
            any = true;
        } else if (args.is(i, "asc")) {
            order = Order.ASCENDING;
        } else if (args.is(i, "desc")) {
            order = Order.DESCENDING;
        } else if (i + 1 < args.count() && args.is(i, "count")) {
            count = args.integer(i + 1);
            if (count <= 0) {
                args.fail(NO_COUNT);
            }
            return 2;
        } else {
            return 0;
        }
        return 1;
    }

    private int readStore(Args args, int i) {
        if (!form.hasStore || i + 1 >= args.count() || !args.is(i, "store") && !args.is(i, "storedist")) {
            return 0;
        }
        storesDistance = args.is(i, "storedist");
        storeKey = i + 1;
        return 2;
    }

    private int readArea(Args args, int i, @Nullable SortedSetValue set) {
        if (i + 1 < args.count() && !hasPlace && args.is(i, "frommember")) {
            hasMember = true;
            readMember(args, i + 1, set);
            return 2;
        }
        if (i + 2 < args.count() && !hasMember && args.is(i, "fromlonlat")) {
            hasPlace = true;
            readPlace(args, i + 1);
            return 3;
        }
        if (i + 2 < args.count() && !hasBox && args.is(i, "byradius")) {
            hasRadius = true;
            readRadius(args, i + 1);
            return 3;
        }
        if (i + 3 < args.count() && !hasRadius && args.is(i, "bybox")) {
            hasBox = true;
            readBox(args, i + 1);
            return 4;
        }
        if (form == Form.SEARCH_STORE && args.is(i, "storedist")) {
            storesDistance = true;
            return 1;
        }
        return 0;
    }

    private void checkOptions(Args args) {
        if (storeKey != 0 && (withDistance || withHash || withPlace)) {
            String what = form == Form.SEARCH_STORE ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
            args.fail(
                    new RedisError("ERR " + what + " is not compatible with WITHDIST, WITHHASH and WITHCOORD options"));
        } else if (form.isSearch && !hasMember && !hasPlace) {
            args.fail(RedisError.showing("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for "
                    + args.at(0).shown(128)));
        } else if (form.isSearch && !hasRadius && !hasBox) {
            args.fail(RedisError.showing("ERR exactly one of BYRADIUS and BYBOX can be specified for "
                    + args.at(0).shown(128)));
        } else if (any && count == 0) {
            args.fail(ANY_WITHOUT_COUNT);
        }
    }

    private void answer(Call call, Reply reply, SortedSetValue set) {
        if (count != 0 && order == Order.NONE && !any) {
            order = Order.ASCENDING;
        }
        shape.chooseCells();
        Places places = new Places(set, shape, any ? count : Long.MAX_VALUE);
        shape.forEachCell(places::add);
        int n = (int) (count == 0 ? places.size() : Math.min(count, places.size()));
        if (order != Order.NONE) {
            places.sort(order == Order.DESCENDING);
        }
        if (storeKey == 0) {
            reply(reply, places, n, set);
        } else {
            store(call, reply, places, n, set);
        }
    }

    private void reply(Reply reply, Places places, int n, SortedSetValue set) {
        int more = (withDistance ? 1 : 0) + (withHash ? 1 : 0) + (withPlace ? 1 : 0);
        reply.array(n);
        for (int i = 0; i < n; i++) {
            places.show(i);
            if (more > 0) {
                reply.array(1L + more);
            }
            reply.bulk(set.member());
            double score = set.score();
            if (withDistance) {
                GeoCommands.distance(reply, shape.exactDistance(score) / metresPerUnit);
            }
            if (withHash) {
                reply.integer((long) score);
            }
            if (withPlace) {
                GeoCommands.place(reply, score);
            }
        }
    }

    private void store(Call call, Reply reply, Places places, int n, SortedSetValue set) {
        SortedSetValue built = SortedSets.build(call, storeKey);
        built.expect(n);
        for (int i = 0; i < n; i++) {
            places.show(i);
            double score = set.score();
            if (storesDistance) {
                score = shape.exactDistance(score) / metresPerUnit;
            }
            // A coarse grid hands out some places twice.
            if (!built.find(set.member())) {
                built.add(set.member(), score);
            }
        }
        SortedSets.store(call, reply, storeKey, built, form.isSearch ? "geosearchstore" : "georadiusstore");
    }
}
