package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Places: replies in both protocols, areas of both shapes, errors; and random places and areas against a real server. */
class GeoTest {

    private static final String DECIMALS = "it tells coordinates with 17 decimals";

    private static void sicily(Client redis) {
        redis.run("GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania")
                .is(2);
    }

    @RedisTest(resp = {2, 3})
    void addsAndTells(Client redis) {
        sicily(redis);
        redis.replies("""
            TYPE Sicily                             -> +zset
            ZSCORE Sicily Palermo                   -> '3479099956230698' || ,3479099956230698
            GEODIST Sicily Palermo Catania          -> '166274.1516'
            GEODIST Sicily Palermo Catania km       -> '166.2742'
            GEODIST Sicily Palermo Catania MI       -> '103.3182'
            GEODIST Sicily Palermo Catania ft       -> '545518.8700'
            GEODIST Sicily Palermo Palermo          -> '0.0000'
            GEODIST Sicily Palermo none             -> nil
            GEODIST none a b                        -> nil
            GEOHASH Sicily Palermo none Catania     -> ['sqc8b49rny0', nil, 'sqdtr74hyu0']
            GEOHASH none a                          -> [nil]
            GEOHASH Sicily                          -> []
            GEOPOS Sicily none                      -> [nil-array] || [nil]
            GEOPOS none a                           -> [nil-array] || [nil]
            GEOADD Sicily NX 0 0 Palermo 1 1 new    -> 1
            GEOADD Sicily XX CH 2 2 Palermo 3 3 x   -> 1
            GEOADD Sicily CH 2 2 Palermo 3 3 new    -> 1
            GEOADD none XX 1 1 a                    -> 0
            EXISTS none                             -> 0
            """);
    }

    @RedisTest(
            since = "7.2",
            resp = {2, 3},
            valkeyDiffers = DECIMALS)
    void tellsPlaces(Client redis) {
        sicily(redis);
        redis.replies("""
            GEOPOS Sicily Palermo none              -> [['13.361389338970184', '38.1155563954963'], nil-array] || [[,13.361389338970184, ,38.1155563954963], nil]
            """);
    }

    @RedisTest
    void errorsOfAdding(Client redis) {
        redis.run("SET s x").isOk();
        redis.replies("""
            GEOADD s 1 1                            -> -ERR wrong number of arguments for 'geoadd' command
            GEOADD s NX XX 1 1 a                    -> -ERR syntax error
            GEOADD s 1 1 a 2                        -> -ERR syntax error
            GEOADD s FOO 1 1 a                      -> -ERR syntax error
            GEOADD s x 1 a                          -> -ERR value is not a valid float
            GEOADD s 1 nan a                        -> -ERR value is not a valid float
            GEOADD s 200 100 a                      -> -ERR invalid longitude,latitude pair 200.000000,100.000000
            GEOADD s 1 1 a -180.5 0.25 b            -> -ERR invalid longitude,latitude pair -180.500000,0.250000
            GEOADD s inf 1 a                        -> -ERR invalid longitude,latitude pair inf,1.000000
            GEOADD s 1 1 a                          -> -WRONGTYPE Operation against a key holding the wrong kind of value
            GEODIST s a b                           -> -WRONGTYPE Operation against a key holding the wrong kind of value
            GEODIST s a b x                         -> -ERR unsupported unit provided. please use M, KM, FT, MI
            GEODIST s a b km x                      -> -ERR syntax error
            GEOHASH s a                             -> -WRONGTYPE Operation against a key holding the wrong kind of value
            GEOPOS s a                              -> -WRONGTYPE Operation against a key holding the wrong kind of value
            GEOADD g 180 85.05112878 max -180 -85.05112878 min -> 2
            """);
    }

    @RedisTest(
            since = "7.2",
            resp = {2, 3},
            valkeyDiffers = DECIMALS)
    void searches(Client redis) {
        sicily(redis);
        redis.run("GEOADD Sicily 12.758489 38.788135 edge1 17.241510 38.788135 edge2")
                .is(2);
        redis.replies("""
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC                   -> ['Catania', 'Palermo']
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km DESC                  -> ['Palermo', 'Catania']
            GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHDIST         -> [['Catania', '56.4413'], ['Palermo', '190.4424'], ['edge2', '279.7403'], ['edge1', '279.7405']]
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC COUNT 1           -> ['Catania']
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 ANY WITHHASH  -> [['Palermo', 3479099956230698]]
            GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 0 m                        -> ['Palermo']
            GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 170 km ASC WITHCOORD       -> [['Palermo', ['13.361389338970184', '38.1155563954963']], ['edge1', ['12.75848776102066', '38.78813451624225']], ['Catania', ['15.087267458438873', '37.50266842333162']]] || [['Palermo', [,13.361389338970184, ,38.1155563954963]], ['edge1', [,12.75848776102066, ,38.78813451624225]], ['Catania', [,15.087267458438873, ,37.50266842333162]]]
            GEOSEARCH none FROMLONLAT 15 37 BYRADIUS 200 km                         -> []
            GEOSEARCH none FROMMEMBER x BYRADIUS 200 km                             -> []
            GEOSEARCHSTORE d Sicily FROMLONLAT 15 37 BYRADIUS 200 km                -> 2
            ZRANGE d 0 -1                                                           -> ['Palermo', 'Catania']
            GEOSEARCHSTORE d Sicily FROMLONLAT 15 37 BYBOX 400 400 km COUNT 1       -> 1
            GEOSEARCHSTORE d none FROMLONLAT 15 37 BYRADIUS 200 km                  -> 0
            EXISTS d                                                                -> 0
            GEORADIUS Sicily 15 37 200 km WITHDIST ASC                              -> [['Catania', '56.4413'], ['Palermo', '190.4424']]
            GEORADIUS_RO Sicily 15 37 200 km DESC                                   -> ['Palermo', 'Catania']
            GEORADIUSBYMEMBER Sicily Palermo 100 km                                 -> ['Palermo', 'edge1']
            GEORADIUSBYMEMBER_RO Sicily Palermo 100 km ASC                          -> ['Palermo', 'edge1']
            GEORADIUS Sicily 15 37 200 km STORE d                                   -> 2
            GEORADIUS Sicily 15 37 200 km STORE other STOREDIST d                   -> 2
            EXISTS other                                                            -> 0
            ZRANGE d 0 -1                                                           -> ['Catania', 'Palermo']
            GEORADIUSBYMEMBER Sicily Palermo 0 km STORE d                           -> 1
            GEORADIUS Sicily 0 0 1 m STORE d                                        -> 0
            EXISTS d                                                                -> 0
            """);
    }

    @RedisTest(valkeyDiffers = "it has polygons, too, and says so")
    void errorsOfSearching(Client redis) {
        sicily(redis);
        redis.run("SET s x").isOk();
        redis.replies("""
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km FOO           -> -ERR syntax error
            GEOSEARCH Sicily BYRADIUS 200 km ASC DESC                       -> -ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH
            geosearch Sicily FROMLONLAT 1 1 ASC COUNT 5                     -> -ERR exactly one of BYRADIUS and BYBOX can be specified for geosearch
            GEOSEARCH Sicily FROMLONLAT 15 37 FROMMEMBER Palermo BYRADIUS 1 km -> -ERR syntax error
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km BYBOX 1 1 km    -> -ERR syntax error
            GEOSEARCH Sicily FROMMEMBER none BYRADIUS 1 km                  -> -ERR could not decode requested zset member
            GEOSEARCH Sicily FROMLONLAT 200 37 BYRADIUS 1 km                -> -ERR invalid longitude,latitude pair 200.000000,37.000000
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS x km                 -> -ERR need numeric radius
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS -1 km                -> -ERR radius cannot be negative
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 parsec             -> -ERR unsupported unit provided. please use M, KM, FT, MI
            GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX x 1 km                  -> -ERR need numeric width
            GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 x km                  -> -ERR need numeric height
            GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 -1 km                 -> -ERR height or width cannot be negative
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km COUNT 0         -> -ERR COUNT must be > 0
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km COUNT x         -> -ERR value is not an integer or out of range
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km ANY             -> -ERR the ANY argument requires COUNT argument
            GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 km STOREDIST       -> -ERR syntax error
            GEOSEARCH s FROMLONLAT 15 37 BYRADIUS x km                      -> -WRONGTYPE Operation against a key holding the wrong kind of value
            GEOSEARCHSTORE d Sicily FROMLONLAT 15 37 BYRADIUS 1 km WITHDIST -> -ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options
            GEORADIUS Sicily 15 37 1 km STORE d WITHHASH                    -> -ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options
            GEORADIUS_RO Sicily 15 37 1 km STORE d                          -> -ERR syntax error
            GEORADIUSBYMEMBER_RO Sicily Palermo 1 km STOREDIST d            -> -ERR syntax error
            GEORADIUS Sicily 15 37 1 km STORE                               -> -ERR syntax error
            GEORADIUSBYMEMBER Sicily none 1 km                              -> -ERR could not decode requested zset member
            GEORADIUSBYMEMBER none none 1 km                                -> []
            """);
    }

    /*
     * Strategy: random places, dense in some regions, at the edges of the grid too; random areas of all sizes; the same commands
     * on both servers, from one seed. Invariant: replies are the same byte for byte, distances stored with all their digits to 15.
     */
    @RedisTest(
            cinnabarOnly = "compares Cinnabar with a real server",
            resp = {2, 3})
    void randomAreasHoldTheSamePlacesInTheSameOrder(Client cinnabar) {
        Client redis = newest(cinnabar.protocol());
        long seed = Long.getLong("compat.geo.seed", 17);
        Random random = new Random(seed);
        for (int i = 0; i < 1500; i++) {
            String command = switch (random.nextInt(8)) {
                case 0, 1 -> adding(random);
                case 2 -> "GEODIST g p" + random.nextInt(200) + " p" + random.nextInt(200) + " " + unit(random);
                case 3 -> "GEOHASH g p" + random.nextInt(200) + " p" + random.nextInt(200);
                default -> searching(random);
            };
            assertThat(cinnabar.run(command).reply().toString())
                    .as("seed %d, %s", seed, command)
                    .isEqualTo(redis.run(command).reply().toString());
        }
    }

    @RedisTest(cinnabarOnly = "compares Cinnabar with a real server")
    void storedDistancesAgreeTo15Digits(Client cinnabar) {
        Client redis = newest(2);
        Random random = new Random(3);
        for (int i = 0; i < 20; i++) {
            String command = adding(random);
            cinnabar.run(command);
            redis.run(command);
        }
        String store = "GEOSEARCHSTORE d g FROMLONLAT 10 40 BYRADIUS 20000 km STOREDIST";
        assertThat(cinnabar.run(store).reply()).isEqualTo(redis.run(store).reply());
        List<Resp> ours = cinnabar.run("ZRANGE d 0 -1 WITHSCORES").list();
        List<Resp> theirs = redis.run("ZRANGE d 0 -1 WITHSCORES").list();
        assertThat(ours).hasSameSizeAs(theirs).hasSizeGreaterThan(100);
        for (int i = 0; i < ours.size(); i += 2) {
            assertThat(ours.get(i)).isEqualTo(theirs.get(i));
            double distance = Double.parseDouble(theirs.get(i + 1).text());
            assertThat(Double.parseDouble(ours.get(i + 1).text())).isCloseTo(distance, within(distance * 1e-15));
        }
    }

    private static Client newest(int protocol) {
        Optional<Server> newest = Server.newestRedis();
        assumeTrue(newest.isPresent(), "no real Redis is installed to compare with");
        Client redis = newest.get().connect(protocol);
        redis.run("FLUSHALL").isOk();
        return redis;
    }

    private static String adding(Random random) {
        StringBuilder command = new StringBuilder("GEOADD g");
        for (int i = 0; i <= random.nextInt(20); i++) {
            command.append(' ').append(place(random)).append(" p").append(random.nextInt(200));
        }
        return command.toString();
    }

    private static String place(Random random) {
        double longitude = switch (random.nextInt(5)) {
            case 0 -> 10 + random.nextDouble();
            case 1 -> random.nextBoolean() ? 180 - random.nextDouble() : random.nextDouble() - 180;
            default -> 360 * random.nextDouble() - 180;
        };
        double latitude = switch (random.nextInt(4)) {
            case 0 -> 40 + random.nextDouble();
            case 1 -> 80 + 5 * random.nextDouble();
            default -> 170 * random.nextDouble() - 85;
        };
        return longitude + " " + latitude;
    }

    private static String searching(Random random) {
        StringBuilder command = new StringBuilder("GEOSEARCH g FROMLONLAT ").append(place(random));
        if (random.nextBoolean()) {
            command.append(" BYRADIUS ").append(length(random));
        } else {
            command.append(" BYBOX ").append(length(random)).append(' ').append(length(random));
        }
        command.append(' ').append(unit(random));
        command.append(pick(random, "", " ASC", " DESC"));
        command.append(pick(random, "", "", " COUNT 3", " COUNT 10 ANY"));
        command.append(pick(random, "", " WITHDIST")).append(pick(random, "", " WITHHASH"));
        return command.toString();
    }

    private static double length(Random random) {
        return Math.pow(10, 8 * random.nextDouble());
    }

    private static String unit(Random random) {
        return pick(random, "m", "km", "ft", "mi");
    }

    private static String pick(Random random, String... words) {
        return words[random.nextInt(words.length)];
    }
}
