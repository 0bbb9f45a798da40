package dev.cinnabar.compat.differential;

import dev.cinnabar.compat.harness.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Writes random commands of the families that exist, over few keys so that they meet, with arguments that are mostly valid.
 * The same seed writes the same commands.
 */
final class Generator {

    /** Before, some errors and ranges were others, of commands on bits, lists and streams above all. */
    private static final String FIRST_LIKE_TODAY = "8.0";

    // Dumps of Redis 7.0: a string, a number, a hash of f1 and f2; a list, a set of numbers, a sorted set.
    private static final String[] DUMPS = {
        "\\x00\\x03abc\\x0a\\x00\\xd9\\xac\\x30\\x3d\\x41\\x72\\xa2\\xe2",
        "\\x00\\xc0\\x0c\\x0a\\x00\\x3c\\x2a\\xf8\\x51\\x5c\\x04\\xbc\\xd5",
        "\\x10\\x15\\x15\\x00\\x00\\x00\\x04\\x00\\x82f1\\x03\\x82v1\\x03\\x82f2\\x03\\x02\\x01\\xff"
                + "\\x0a\\x00\\x5c\\x5e\\xa8\\x13\\xfe\\xec\\x1f\\xf5",
    };
    private static final String[] MORE_DUMPS = {
        "\\x12\\x01\\x02\\x0d\\x0d\\x00\\x00\\x00\\x02\\x00\\x81a\\x02\\x81b\\x02\\xff"
                + "\\x0a\\x00\\x68\\xeb\\x0a\\x89\\x13\\x41\\xbb\\xb1",
        "\\x0b\\x0e\\x02\\x00\\x00\\x00\\x03\\x00\\x00\\x00\\x01\\x00\\x02\\x00\\x03\\x00"
                + "\\x0a\\x00\\xa5\\x02\\x5c\\xe2\\x6d\\x6e\\x4d\\x1b",
        "\\x11\\x11\\x11\\x00\\x00\\x00\\x04\\x00\\x81a\\x02\\x01\\x01\\x81b\\x02\\x02\\x01\\xff"
                + "\\x0a\\x00\\xba\\x07\\xf2\\x24\\xa9\\xd2\\x8f\\x55",
    };

    private record Choice(int weight, Supplier<String> command) {}

    private final Random random;
    private final List<Choice> choices = new ArrayList<>();
    private int totalWeight;

    /** @param family the only type that is written of, with what all types share; empty: all */
    Generator(long seed, Version version, String family) {
        random = new Random(seed);
        Map<String, Runnable> families = new LinkedHashMap<>();
        families.put("strings", this::strings);
        families.put("hashes", this::hashes);
        families.put("hyperloglogs", this::hyperLogLogs);
        if (version.isAtLeast(FIRST_LIKE_TODAY)) {
            families.put("fields", this::fieldExpiry);
            families.put("sets", this::sets);
            families.put("bits", this::bits);
            families.put("lists", this::lists);
            families.put("streams", this::streams);
            families.put("sorting", this::sorting);
            families.put("sortedsets", this::sortedSets);
            families.put("places", this::places);
        }
        if (family.isEmpty()) {
            families.values().forEach(Runnable::run);
            if (version.isAtLeast(FIRST_LIKE_TODAY)) {
                dumps(3, MORE_DUMPS);
            }
            dumps(2, DUMPS);
            keys();
            expiry();
            connection();
            transactions();
        } else {
            Runnable only = families.get(family);
            if (only == null) {
                throw new IllegalArgumentException("no family " + family + " but " + families.keySet());
            }
            only.run();
            add(1, () -> "OBJECT ENCODING " + pick("k0", "h0", "l0", "z0", "same", "g1"));
            add(1, () -> "DEL " + pick("k0", "k1", "h0", "h1", "l0", "l1", "z0", "z1", "x0", "same", "g0"));
            add(1, () -> "COPY " + pick("k0", "h0", "l0", "z0", "x0") + " " + key() + " REPLACE");
        }
    }

    String next() {
        int at = random.nextInt(totalWeight);
        for (Choice choice : choices) {
            at -= choice.weight();
            if (at < 0) {
                return spoil(choice.command().get());
            }
        }
        throw new AssertionError();
    }

    private void strings() {
        add(12, () -> "SET " + key() + " " + value() + setOptions());
        add(8, () -> "GET " + key());
        add(2, () -> "GETSET " + key() + " " + value());
        add(2, () -> "GETDEL " + key());
        add(
                3,
                () -> "GETEX " + key()
                        + pick("", "", " PERSIST", " EX " + seconds(), " PX " + millis(), " EXAT 33177117420", " FOO"));
        add(3, () -> "SETNX " + key() + " " + value());
        add(1, () -> "SETEX " + key() + " " + seconds() + " " + value());
        add(1, () -> "PSETEX " + key() + " " + millis() + " " + value());
        add(4, () -> "MSET" + pairs());
        add(2, () -> "MSETNX" + pairs());
        add(4, () -> "MGET" + keyList());
        add(4, () -> "APPEND " + key() + " " + value());
        add(3, () -> "STRLEN " + key());
        add(4, () -> pick("INCR ", "DECR ") + key());
        add(4, () -> pick("INCRBY ", "DECRBY ") + key() + " " + integer());
        add(3, () -> "INCRBYFLOAT " + key() + " " + number());
        add(3, () -> pick("GETRANGE ", "SUBSTR ") + key() + " " + index() + " " + index());
        add(3, () -> "SETRANGE " + key() + " " + pick("0", "1", "5", "30", "100", "-1", "x") + " " + value());
        add(
                2,
                () -> "LCS " + key() + " " + key()
                        + pick("", " LEN", " IDX", " IDX WITHMATCHLEN", " IDX MINMATCHLEN 2", " LEN IDX"));
    }

    /** Members to be chosen by chance only where there is no choice. */
    private void sets() {
        add(14, () -> "SADD " + key() + members());
        add(6, () -> "SREM " + key() + members());
        add(1, () -> "SADD " + key() + manyMembers());
        add(3, () -> "SMOVE " + key() + " " + key() + " " + member());
        add(2, () -> "SISMEMBER " + key() + " " + member());
        add(2, () -> "SMISMEMBER " + key() + members());
        add(3, () -> "SCARD " + key());
        add(4, () -> "SMEMBERS " + key());
        add(4, () -> pick("SINTER", "SUNION", "SDIFF") + keyList());
        add(5, () -> pick("SINTERSTORE ", "SUNIONSTORE ", "SDIFFSTORE ") + key() + keyList());
        add(
                3,
                () -> "SINTERCARD " + pick("1", "2", "3", "0", "x") + keyList()
                        + pick("", "", " LIMIT 0", " LIMIT 2", " LIMIT -1", " LIMIT", " FOO"));
        add(2, () -> "SSCAN " + key() + " 0 COUNT 5000" + pick("", " MATCH *1*", " MATCH m?", " COUNT 0", " TYPE set"));
        add(1, () -> pick("SPOP ", "SRANDMEMBER ") + key() + pick(" 0", " 100000", " x", " -0", " 1 2"));
    }

    /** Not where the order of a set's members, or of equals, would be seen. */
    private void sorting() {
        add(
                4,
                () -> "SORT " + key() + pick("", " DESC", " LIMIT 1 3", " LIMIT x 1")
                        + pick(" ALPHA", " ALPHA", " BY k*", " BY k* DESC", " ALPHA GET k* GET #", " GET #", " FOO"));
        add(2, () -> "SORT " + key() + " STORE " + key() + pick("", " ALPHA", " BY nosort"));
        add(1, () -> "SORT_RO " + key() + pick("", " ALPHA", " STORE k1"));
    }

    private String member() {
        return switch (random.nextInt(10)) {
            case 0 -> "\"\"";
            case 1 -> "01";
            case 2 -> "x".repeat(random.nextInt(70) + 1);
            case 3, 4 -> "m" + random.nextInt(10);
            case 5 -> integer();
            default -> Integer.toString(random.nextInt(40));
        };
    }

    private String members() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i <= random.nextInt(5); i++) {
            list.append(' ').append(member());
        }
        return list.toString();
    }

    /** About as many as make another encoding. */
    private String manyMembers() {
        StringBuilder list = new StringBuilder();
        int from = random.nextInt(100);
        int count = pickInt(100, 126, 128, 130, 500, 512, 514);
        for (int i = 0; i < count; i++) {
            list.append(' ').append(from + i);
        }
        return list.append(pick("", "", " m")).toString();
    }

    private void bits() {
        add(4, () -> "SETBIT " + key() + " " + bit() + " " + pick("0", "1", "1", "1", "2"));
        add(2, () -> "GETBIT " + key() + " " + bit());
        add(3, () -> "BITCOUNT " + key() + pick("", " " + index() + " " + index() + unit()));
        add(
                3,
                () -> "BITPOS " + key() + pick(" 0", " 1", " 0", " 1", " 2")
                        + pick("", " " + index(), " " + index() + " " + index() + unit()));
        add(3, () -> "BITOP " + pick("AND ", "OR ", "XOR ", "NOT ", "xor ", "NAND ") + key() + keyList());
        add(6, () -> pick("BITFIELD ", "BITFIELD ", "BITFIELD ", "BITFIELD_RO ") + key() + fields());
    }

    private String bit() {
        return pick("0", "1", "7", "8", "63", "64", "100", "-1", "x", "4294967296", "" + random.nextInt(500));
    }

    private String unit() {
        return pick("", "", " BIT", " bit", " BYTE", " FOO");
    }

    private String fields() {
        StringBuilder operations = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            String field = " " + pick("i", "u") + pickInt(1, 4, 5, 8, 13, 16, 32, 63, 1 + random.nextInt(64)) + " "
                    + pick("", "", "#") + bit();
            operations.append(
                    switch (random.nextInt(4)) {
                        case 0 -> " GET" + field;
                        case 1 -> " SET" + field + " " + integer();
                        case 2 -> " OVERFLOW " + pick("WRAP", "SAT", "FAIL", "sat", "fail");
                        default -> " INCRBY" + field + " " + integer();
                    });
        }
        return operations.toString();
    }

    /** Over keys of their own, for others hold none; and at times over those. */
    private void hyperLogLogs() {
        add(4, () -> "PFADD " + hyperLogLog() + elements());
        add(2, () -> "PFCOUNT " + hyperLogLog() + pick("", "", " " + hyperLogLog(), " h0 h1 h2"));
        add(1, () -> "PFMERGE " + hyperLogLog() + pick("", " " + hyperLogLog(), " h0 h1"));
        add(1, () -> "GET " + hyperLogLog());
        add(1, () -> "PFDEBUG " + pick("DECODE ", "ENCODING ", "TODENSE ", "FOO ") + hyperLogLog());
    }

    private String hyperLogLog() {
        return pick("h0", "h1", "h2", "h0", "h1", "h2", key());
    }

    private String elements() {
        StringBuilder list = new StringBuilder();
        for (int i = pickInt(0, 1, 1, 2, 5, 100); i > 0; i--) {
            list.append(" e").append(random.nextInt(2000));
        }
        return list.toString();
    }

    private void hashes() {
        add(8, () -> "HSET " + hash() + fieldValues());
        add(1, () -> "HMSET " + hash() + fieldValues());
        add(2, () -> "HSETNX " + hash() + " " + hashField() + " " + value());
        add(4, () -> "HGET " + hash() + " " + hashField());
        add(2, () -> "HMGET " + hash() + hashFields());
        add(4, () -> "HDEL " + hash() + hashFields());
        add(2, () -> pick("HLEN ", "HKEYS ", "HVALS ", "OBJECT ENCODING ") + hash());
        add(1, () -> pick("HEXISTS ", "HSTRLEN ") + hash() + " " + hashField());
        add(3, () -> "HINCRBY " + hash() + " " + hashField() + " " + integer());
        add(2, () -> "HINCRBYFLOAT " + hash() + " " + hashField() + " " + number());
        add(1, () -> "HSCAN " + hash() + " 0 COUNT 1000" + pick("", " MATCH f1*"));
    }

    /** Far from now: what expires meanwhile does so here, and not yet there. */
    private void fieldExpiry() {
        add(6, () -> "HSET " + hash() + fieldValues());
        add(2, () -> pick("HKEYS ", "HLEN ", "OBJECT ENCODING ") + hash());
        add(2, () -> "HDEL " + hash() + hashFields());
        add(
                6,
                () -> pick("HEXPIREAT " + hash() + " ", "HPEXPIREAT " + hash() + " ")
                        + pick("33177117420", "33177117421", "33177117420", "1", "0", "-1", "x", "70368744177664")
                        + pick("", "", " NX", " XX", " GT", " LT", " NX XX", " FOO")
                        + counted(hashFields()));
        add(3, () -> pick("HEXPIRETIME ", "HPEXPIRETIME ", "HPERSIST ") + hash() + counted(hashFields()));
        add(
                4,
                () -> "HGETEX " + hash()
                        + pick("", " PERSIST", " EXAT 33177117425", " PXAT 33177117425001", " EXAT 1", " EX x", " FOO")
                        + counted(hashFields()));
        add(
                5,
                () -> "HSETEX " + hash() + pick("", "", " FNX", " FXX")
                        + pick("", " KEEPTTL", " EXAT 33177117426", " PXAT 33177117426001", " PXAT 1", " EX -1", " FNX")
                        + countedPairs());
        add(3, () -> "HGETDEL " + hash() + counted(hashFields()));
        add(2, () -> "HINCRBY " + hash() + " " + hashField() + " " + integer());
        add(1, () -> "HSCAN " + hash() + " 0 COUNT 1000" + pick("", " NOVALUES"));
    }

    private String counted(String fields) {
        int n = (int) fields.chars().filter(c -> c == ' ').count();
        return " FIELDS " + (random.nextInt(20) == 0 ? pick("0", "x", "99", "-1") : "" + n) + fields;
    }

    /** Not one too many: 8.0 has another error for that. */
    private String countedPairs() {
        int n = 1 + random.nextInt(3);
        StringBuilder list = new StringBuilder(" FIELDS ").append(n);
        for (int i = 0; i < n; i++) {
            list.append(' ').append(hashField()).append(' ').append(value());
        }
        return list.toString();
    }

    private String hash() {
        return random.nextInt(15) == 0 ? key() : "h" + random.nextInt(3);
    }

    private String hashField() {
        return random.nextInt(12) == 0 ? "x".repeat(random.nextInt(70)) + "y" : "f" + random.nextInt(20);
    }

    private String hashFields() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i <= random.nextInt(4); i++) {
            list.append(' ').append(hashField());
        }
        return list.toString();
    }

    private String fieldValues() {
        StringBuilder list = new StringBuilder();
        for (int i = pickInt(1, 1, 1, 2, 5, 100); i > 0; i--) {
            list.append(' ').append(hashField()).append(' ').append(value());
        }
        return list.toString();
    }

    private void lists() {
        add(10, () -> pick("LPUSH ", "RPUSH ", "LPUSHX ", "RPUSHX ") + list() + someElements());
        add(6, () -> pick("LPOP ", "RPOP ") + list() + pick("", "", " 0", " 1", " 2", " 5", " 100", " -1", " x"));
        add(2, () -> "LLEN " + list());
        add(4, () -> "LRANGE " + list() + " " + index() + " " + index());
        add(3, () -> "LINDEX " + list() + " " + position());
        add(3, () -> "LSET " + list() + " " + position() + " " + element());
        add(4, () -> "LINSERT " + list() + pick(" BEFORE ", " AFTER ", " FOO ") + element() + " " + element());
        add(3, () -> "LREM " + list() + " " + index() + " " + element());
        add(2, () -> "LTRIM " + list() + " " + index() + " " + index());
        add(4, () -> "LPOS " + list() + " " + element() + positionOptions());
        add(3, () -> "LMOVE " + list() + " " + list() + end() + end());
        add(2, () -> "RPOPLPUSH " + list() + " " + list());
        add(
                3,
                () -> "LMPOP " + pick("1 ", "2 ", "2 ", "3 ", "0 ", "x ") + list() + " " + list() + end()
                        + pick("", "", " COUNT 2", " COUNT 100", " COUNT 0", " COUNT", " FOO 1"));
        add(2, () -> "OBJECT ENCODING " + list());
        // None that may wait: time would pass here and not there.
        add(1, () -> pick("BLPOP ", "BRPOP ") + list() + " " + list() + pick(" -1", " x"));
        add(1, () -> "BLMOVE " + list() + " " + list() + end() + end() + pick(" -1", " x"));
        add(1, () -> "BLMPOP " + pick("-1", "x") + " 2 " + list() + " " + list() + end());
    }

    /** Mostly one of few keys that nothing else is put under. */
    private String list() {
        return random.nextInt(12) == 0 ? key() : "l" + random.nextInt(3);
    }

    /** Redis 8.0 takes the lower 32 bits of the index for the whole. */
    private String position() {
        return pick("0", "1", "2", "5", "-1", "-2", "-5", "100", "-100", "x");
    }

    private String element() {
        return switch (random.nextInt(12)) {
            case 0 -> value();
            case 1 -> "y".repeat(1000 + random.nextInt(3) * 3000);
            case 2, 3 -> Integer.toString(random.nextInt(5) * 1000);
            default -> pick("a", "b", "c", "d");
        };
    }

    private String someElements() {
        StringBuilder elements = new StringBuilder();
        for (int i = 0; i <= random.nextInt(5); i++) {
            elements.append(' ').append(element());
        }
        return elements.toString();
    }

    private String end() {
        return pick(" LEFT", " RIGHT", " LEFT", " RIGHT", " left", " right", " LEFT", " RIGHT", " FOO");
    }

    private String positionOptions() {
        StringBuilder options = new StringBuilder();
        int count = pickInt(0, 0, 1, 1, 2, 3);
        for (int i = 0; i < count; i++) {
            options.append(pick(" RANK ", " COUNT ", " MAXLEN ")).append(index());
        }
        return options.toString();
    }

    private void sortedSets() {
        add(12, () -> "ZADD " + sortedSet() + addOptions() + scored());
        add(3, () -> "ZINCRBY " + sortedSet() + " " + score() + " " + member());
        add(5, () -> "ZREM " + sortedSet() + members());
        add(1, () -> "ZCARD " + sortedSet());
        add(2, () -> pick("ZSCORE ", "ZRANK ", "ZREVRANK ") + sortedSet() + " " + member());
        add(1, () -> "ZMSCORE " + sortedSet() + members());
        add(3, () -> pick("ZRANGE ", "ZREVRANGE ") + sortedSet() + " " + index() + " " + index() + rangeOptions());
        add(
                3,
                () -> pick("ZRANGEBYSCORE ", "ZREVRANGEBYSCORE ")
                        + sortedSet()
                        + scoreBound()
                        + scoreBound()
                        + rangeOptions());
        add(3, () -> "ZRANGE " + sortedSet() + scoreBound() + scoreBound() + " BYSCORE" + rangeOptions());
        add(2, () -> "ZCOUNT " + sortedSet() + scoreBound() + scoreBound());
        add(2, () -> "ZREMRANGEBYSCORE " + sortedSet() + scoreBound() + scoreBound());
        add(1, () -> "ZREMRANGEBYRANK " + sortedSet() + " " + index() + " " + index());
        add(2, () -> "ZRANGESTORE " + sortedSet() + " " + sortedSet() + " " + index() + " " + index() + rangeOptions());
        // By member: where all have one score.
        add(4, () -> "ZADD same 0 " + member() + " 0 " + member());
        add(
                3,
                () -> pick("ZRANGEBYLEX", "ZREVRANGEBYLEX", "ZLEXCOUNT", "ZREMRANGEBYLEX")
                        + " same"
                        + memberBound()
                        + memberBound());
        add(1, () -> "ZRANGE same" + memberBound() + memberBound() + " BYLEX" + rangeOptions());
        add(3, () -> pick("ZPOPMIN ", "ZPOPMAX ") + sortedSet() + pick("", "", " 0", " 1", " 2", " 100", " -1", " x"));
        add(
                2,
                () -> "ZMPOP " + pick("1 ", "2 ", "2 ", "3 ", "0 ", "x ") + sortedSet() + " " + sortedSet()
                        + pick(" MIN", " MAX", " FOO") + pick("", "", " COUNT 2", " COUNT 0", " COUNT", " FOO 1"));
        add(1, () -> pick("BZPOPMIN ", "BZPOPMAX ") + sortedSet() + " " + sortedSet() + pick(" -1", " x"));
        add(1, () -> "BZMPOP " + pick("-1", "x") + " 2 " + sortedSet() + " " + sortedSet() + " MIN");
        add(4, () -> pick("ZUNION", "ZINTER", "ZDIFF", "ZINTERCARD") + combined());
        add(4, () -> pick("ZUNIONSTORE ", "ZINTERSTORE ", "ZDIFFSTORE ") + sortedSet() + combined());
        add(1, () -> "ZRANDMEMBER " + sortedSet() + pick(" 0", " 100000", " x", " 1 FOO", " 100000 WITHSCORES"));
        add(1, () -> "ZSCAN " + sortedSet() + " 0 COUNT 5000" + pick("", " MATCH *1*", " COUNT 0", " FOO"));
        add(2, () -> "OBJECT ENCODING " + sortedSet());
    }

    /** Mostly one of few keys that nothing else is put under. */
    private String sortedSet() {
        return random.nextInt(12) == 0 ? key() : "z" + random.nextInt(3);
    }

    private String addOptions() {
        return pick("", "", "", " NX", " XX", " CH", " GT", " LT", " GT CH", " XX LT", " INCR", " NX XX", " GT LT");
    }

    private String scored() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i <= random.nextInt(4); i++) {
            list.append(' ').append(score()).append(' ').append(member());
        }
        return list.toString();
    }

    /** Numbers that every version of Redis spells alike. */
    private String score() {
        return switch (random.nextInt(12)) {
            case 0 -> pick("inf", "-inf", "+inf", "nan", "x", "-0", "1e3", "1e400");
            case 1 -> Integer.toString(random.nextInt(2_000_000) - 1_000_000);
            default -> Double.toString((random.nextInt(60) - 20) / 4.0);
        };
    }

    private String scoreBound() {
        return pick(" ", " ", " (") + pick("-inf", "inf", "0", "x", score(), score(), score(), score());
    }

    private String memberBound() {
        return pick(" -", " +", " foo", " [" + member(), " (" + member(), " [m" + random.nextInt(10), " (x", " [3")
                .replace("[\"\"", "[")
                .replace("(\"\"", "(");
    }

    private String rangeOptions() {
        return pick(
                "",
                "",
                " WITHSCORES",
                " REV",
                " LIMIT 1 2",
                " LIMIT 0 -1",
                " REV WITHSCORES",
                " LIMIT -1 5",
                " LIMIT 1 3 WITHSCORES",
                " FOO");
    }

    private String combined() {
        StringBuilder list = new StringBuilder(" ").append(pick("1", "2", "2", "3", "0", "x"));
        for (int i = 0; i <= random.nextInt(3); i++) {
            list.append(' ').append(random.nextInt(8) == 0 ? key() : sortedSet());
        }
        return list
                + pick("", "", " WEIGHTS 2 0.5", " WEIGHTS 2 -1", " WEIGHTS x", " AGGREGATE MIN", " AGGREGATE MAX")
                + pick("", " WITHSCORES", " AGGREGATE SUM", " LIMIT 1", " FOO");
    }

    private void places() {
        add(
                4,
                () -> "GEOADD g0" + pick("", "", " NX", " XX", " CH", " XX CH", " NX XX") + " " + place() + " "
                        + member());
        add(1, () -> "GEODIST g0 " + member() + " " + member() + pick("", " km", " FT", " x"));
        add(1, () -> "GEOHASH g0" + members());
        add(
                2,
                () -> pick("GEOSEARCH g0", "GEOSEARCHSTORE g1 g0")
                        + pick(" FROMMEMBER " + member(), " FROMLONLAT " + place(), " FROMLONLAT 10 10", "")
                        + pick(" BYRADIUS 500 km", " BYBOX 1000 2000 km", " BYRADIUS 0 m", " BYBOX -1 1 km", "")
                        + pick(
                                "",
                                "",
                                " ASC",
                                " DESC",
                                " COUNT 2",
                                " COUNT 1 ANY",
                                " WITHDIST",
                                " ASC WITHHASH",
                                " FOO"));
        add(
                1,
                () -> pick("GEORADIUS g0 ", "GEORADIUS_RO g0 ")
                        + place()
                        + pick(" 700 km", " 9 mi", " -1 m", " 1 x")
                        + pick("", " ASC", " STORE g1", " COUNT 3"));
        add(1, () -> "GEORADIUSBYMEMBER g0 " + member() + " 2000 km" + pick("", " DESC", " STORE g1", " WITHHASH"));
    }

    private String place() {
        return random.nextInt(12) == 0
                ? pick("x 1", "181 0", "0 86", "180 85.05112878", "-180 -85.05112878")
                : random.nextInt(20) + "." + random.nextInt(100) + " " + (random.nextInt(20) - 5) + ".25";
    }

    /** IDs are given: the clocks of two servers differ. What tells idle times is left out. */
    private void streams() {
        add(
                14,
                () -> "XADD " + stream() + cut() + " " + newId() + " f " + element()
                        + pick("", " g 1", " g " + element()));
        add(2, () -> "XADD " + stream() + pick(" NOMKSTREAM ", " FOO ", " MAXLEN ", " LIMIT 1 ") + newId() + " f v");
        add(4, () -> "XRANGE " + stream() + " " + bound() + " " + bound() + pick("", " COUNT 2", " COUNT 0", " FOO"));
        add(3, () -> "XREVRANGE " + stream() + " " + bound() + " " + bound() + pick("", " COUNT 1", " COUNT -1"));
        add(2, () -> "XLEN " + stream());
        add(
                3,
                () -> "XREAD " + pick("", "COUNT 1 ", "COUNT 3 ") + "STREAMS " + stream() + " " + stream() + " "
                        + pick("0", "+", "$", id()) + " " + pick("0", "+", ">", id()));
        add(4, () -> "XDEL " + stream() + " " + id() + pick("", " " + id()));
        add(2, () -> "XTRIM " + stream() + pick(" MAXLEN 5", " MAXLEN ~ 3", " MINID " + id(), " MAXLEN ~ 1 LIMIT 3"));
        add(
                1,
                () -> "XSETID " + stream() + " " + id()
                        + pick("", " ENTRIESADDED 30", " MAXDELETEDID " + id(), " ENTRIESADDED -1"));
        add(4, () -> "XGROUP CREATE " + stream() + " " + group() + " " + pick("0", "$", id()) + pick("", " MKSTREAM"));
        add(1, () -> "XGROUP SETID " + stream() + " " + group() + " " + pick("0", "$", id()));
        add(1, () -> "XGROUP DESTROY " + stream() + " " + group());
        add(2, () -> "XGROUP " + pick("CREATECONSUMER ", "DELCONSUMER ") + stream() + " " + group() + consumer());
        add(
                10,
                () -> "XREADGROUP GROUP " + group() + consumer() + pick("", " COUNT 1", " COUNT 2", " NOACK")
                        + " STREAMS " + stream() + " " + pick(">", ">", ">", "0", "$", id()));
        add(4, () -> "XACK " + stream() + " " + group() + " " + id() + pick("", " " + id(), " x"));
        add(3, () -> "XPENDING " + stream() + " " + group());
        add(
                4,
                () -> "XCLAIM " + stream() + " " + group() + consumer() + pick(" 0 ", " 0 ", " 10000000 ") + id() + " "
                        + id() + pick("", " FORCE", " JUSTID", " RETRYCOUNT 3", " LASTID " + id(), " FOO", " IDLE x"));
        add(
                3,
                () -> "XAUTOCLAIM " + stream() + " " + group() + consumer() + pick(" 0 ", " 10000000 ") + bound()
                        + pick("", " COUNT 1", " COUNT 3 JUSTID", " COUNT 0"));
        add(4, () -> "XINFO GROUPS " + stream());
    }

    /** Mostly one of few keys that nothing else is put under. */
    private String stream() {
        return random.nextInt(12) == 0 ? key() : "x" + random.nextInt(2);
    }

    private String group() {
        return pick("g", "g", "g", "h");
    }

    private String consumer() {
        return pick(" alice", " bob");
    }

    private int lastMillis;

    private String newId() {
        if (random.nextInt(8) == 0) {
            return id();
        }
        lastMillis += random.nextInt(3);
        return lastMillis + pick("", "-*", "-" + random.nextInt(5));
    }

    private String id() {
        int around = Math.max(0, lastMillis - random.nextInt(30));
        return around + pick("", "-0", "-1", "-*", "-" + random.nextInt(5));
    }

    private String bound() {
        return pick("-", "+", id(), id(), "(" + id(), "x");
    }

    private String cut() {
        return pick("", "", "", "", " MAXLEN 8", " MAXLEN = 3", " MAXLEN ~ 4", " MINID " + id());
    }

    /** What DUMP answers is not compared: how strings are compressed is everyone's own. */
    private void dumps(int weight, String[] dumps) {
        add(
                weight,
                () -> "RESTORE " + key() + " " + pick("0", "0", "0", "150000", "33177117420000", "-1", "x") + " \""
                        + (random.nextInt(20) == 0 ? "x" : "") + pick(dumps) + "\""
                        + pick(
                                "",
                                " REPLACE",
                                " REPLACE",
                                " ABSTTL",
                                " IDLETIME 10",
                                " FREQ 5 REPLACE",
                                " FREQ 256",
                                " FOO"));
    }

    private void keys() {
        add(4, () -> pick("DEL", "UNLINK") + keyList());
        add(3, () -> pick("EXISTS", "TOUCH") + keyList());
        add(2, () -> "TYPE " + key());
        add(2, () -> "RENAME " + key() + " " + key());
        add(2, () -> "RENAMENX " + key() + " " + key());
        add(
                3,
                () -> "COPY " + key() + " " + key()
                        + pick("", " REPLACE", " DB 1", " DB 0", " DB 1 REPLACE", " DB 16", " FOO"));
        add(2, () -> "MOVE " + key() + " " + pick("0", "1", "2", "16", "x"));
        add(3, () -> "OBJECT ENCODING " + key());
        add(1, () -> "OBJECT REFCOUNT nothing");
        add(2, () -> "KEYS " + pick("*", "k*", "k?", "k[1-3]", "[^k]*", "k1", "\\\\k1", "nothing*"));
        add(1, () -> "DBSIZE");
        add(1, () -> "SCAN 0 COUNT 1000" + pick("", " MATCH k[12]", " TYPE string", " TYPE list", " TYPE"));
        add(1, () -> "SWAPDB " + pick("0", "1", "2") + " " + pick("0", "1", "2", "99"));
        add(1, () -> pick("FLUSHDB", "FLUSHALL", "FLUSHDB ASYNC", "FLUSHALL SYNC", "FLUSHALL FOO"));
    }

    private void expiry() {
        add(4, () -> pick("EXPIRE ", "expire ") + key() + " " + seconds() + condition());
        add(2, () -> "PEXPIRE " + key() + " " + millis() + condition());
        add(
                3,
                () -> "EXPIREAT " + key() + " " + pick("33177117420", "33177117421", "33177117419", "1", "-1", "x")
                        + condition());
        add(
                2,
                () -> "PEXPIREAT " + key() + " " + pick("33177117420000", "33177117421500", "1", "9223372036854775806")
                        + condition());
        add(3, () -> pick("TTL ", "PTTL ") + key());
        add(3, () -> pick("EXPIRETIME ", "PEXPIRETIME ") + key());
        add(3, () -> "PERSIST " + key());
    }

    private void connection() {
        add(2, () -> "SELECT " + pick("0", "0", "1", "2", "16", "-1", "x"));
        add(1, () -> "PING" + pick("", " " + value(), " a b"));
        add(1, () -> "ECHO " + value());
        add(1, () -> "CLIENT " + pick("GETNAME", "SETNAME me", "SETNAME \"\"", "SETNAME \"a\\x20b\"", "FOO"));
        add(1, () -> pick("NOSUCH a b", "GET", "SET x", "OBJECT", "OBJECT FOO bar", "CONFIG FOO", "COMMAND FOO"));
        add(1, () -> "COMMAND GETKEYS " + pick("GET k1", "MSET a 1 b 2", "SET k1", "COPY a b", "ECHO a", "NOSUCH a"));
    }

    private void transactions() {
        add(3, () -> "MULTI");
        add(4, () -> "EXEC");
        add(1, () -> "DISCARD");
        add(1, () -> "WATCH" + keyList());
        add(1, () -> "UNWATCH");
    }

    private void add(int weight, Supplier<String> command) {
        choices.add(new Choice(weight, command));
        totalWeight += weight;
    }

    /** Now and then a word too many or too few. */
    private String spoil(String command) {
        if (command.startsWith("CO") && !command.startsWith("COPY")) {
            return command; // COMMAND alone is another command, with replies of its own each
        }
        if (command.startsWith("SPOP") || command.startsWith("SRANDMEMBER") || command.startsWith("ZRANDMEMBER")) {
            return command; // without their counts they choose by chance
        }
        if (command.startsWith("HSETEX")) {
            return command; // has options behind its fields, but not yet in 8.0
        }
        return switch (random.nextInt(120)) {
            case 0 -> command + " extra";
            case 1 -> command.contains(" ") ? command.substring(0, command.lastIndexOf(' ')) : command;
            default -> command;
        };
    }

    /** No time in the past: until it is looked at, such a key still counts in DBSIZE, or does not. */
    private String setOptions() {
        StringBuilder options = new StringBuilder();
        int count = pickInt(0, 0, 0, 1, 1, 2, 3);
        for (int i = 0; i < count; i++) {
            options.append(pick(
                    " NX",
                    " XX",
                    " GET",
                    " KEEPTTL",
                    " EX " + seconds(),
                    " PX " + millis(),
                    " EXAT 33177117420",
                    " PXAT 33177117420123",
                    " FOO"));
        }
        return options.toString();
    }

    private String condition() {
        return pick("", "", "", " NX", " XX", " GT", " LT", " XX GT", " NX XX", " GT LT", " FOO");
    }

    private String key() {
        return "k" + random.nextInt(6);
    }

    private String keyList() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i <= random.nextInt(3); i++) {
            list.append(' ').append(key());
        }
        return list.toString();
    }

    private String pairs() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i <= random.nextInt(3); i++) {
            list.append(' ').append(key()).append(' ').append(value());
        }
        return list.toString();
    }

    private String value() {
        return switch (random.nextInt(8)) {
            case 0, 1 -> integer();
            case 2 -> number();
            case 3 -> "\"\"";
            case 4 -> "\"a\\x20b\\x00\\xff\\r\\n\"";
            case 5 -> "x".repeat(random.nextInt(100));
            case 6 -> pick("0", "1", "-1", "01", "9223372036854775807", "-9223372036854775808", "9223372036854775808");
            default -> pick("abc", "hello", "hallo", "mynewtext", "ohmytext");
        };
    }

    private String integer() {
        return switch (random.nextInt(6)) {
            case 0 -> pick("9223372036854775807", "-9223372036854775808", "9223372036854775808", "abc", "1.5");
            case 1 -> Long.toString(random.nextLong());
            default -> Integer.toString(random.nextInt(200) - 100);
        };
    }

    private String number() {
        return pick(
                "0.5",
                "-1.25",
                "3",
                "1e3",
                "0.1",
                "1e-5",
                "abc",
                "inf",
                "nan",
                "-0.0",
                "5.0e3",
                "123456789.123456789",
                "1e15",
                "0x10");
    }

    private String index() {
        return pick(
                "0",
                "1",
                "2",
                "5",
                "-1",
                "-2",
                "-5",
                "100",
                "-100",
                "x",
                "-9223372036854775808",
                "9223372036854775807");
    }

    /** Times hardly ever said twice: which of two equal ones is later depends on the milliseconds between them. */
    private String seconds() {
        String some = Integer.toString(100 + 60 * random.nextInt(100_000));
        return pick(some, some, some, "0", "-1", "x", "9223372036854775807");
    }

    private String millis() {
        String some = Integer.toString(100_000 + 60_000 * random.nextInt(10_000));
        return pick(some, some, "0", "-1", "9223372036854775807");
    }

    private String pick(String... values) {
        return values[random.nextInt(values.length)];
    }

    private int pickInt(int... values) {
        return values[random.nextInt(values.length)];
    }
}
