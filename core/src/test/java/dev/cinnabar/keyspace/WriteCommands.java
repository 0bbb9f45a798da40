package dev.cinnabar.keyspace;

import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.Flag;
import dev.cinnabar.commands.Commands;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random commands, mostly such that change something, over few keys, so that they meet: each that writes by the table, and
 * all that read. The same random numbers make the same commands.
 */
final class WriteCommands {

    /** A command by its full name, and what makes the rest of its line. */
    private final Map<String, Supplier<String>> lines = new LinkedHashMap<>();

    private final List<String> names;
    private final List<CommandSpec> readers;
    private final Random random;

    WriteCommands(Random random) {
        this.random = random;
        keys();
        strings();
        lists();
        sets();
        hashes();
        sortedSets();
        streams();
        names = List.copyOf(lines.keySet());
        readers = Commands.table().all().stream()
                .filter(spec -> spec.has(Flag.READONLY) && !spec.has(Flag.BLOCKING))
                .toList();
    }

    /** The names of all commands that this writes lines of. */
    List<String> names() {
        return names;
    }

    String next() {
        if (random.nextInt(10) == 0) {
            return reader();
        }
        String name = names.get(random.nextInt(names.size()));
        return name.replace('|', ' ') + lines.get(name).get();
    }

    private String reader() {
        CommandSpec spec = readers.get(random.nextInt(readers.size()));
        StringBuilder line = new StringBuilder(spec.fullName().replace('|', ' '));
        for (int i = line.toString().split(" ").length; i < Math.abs(spec.arity()); i++) {
            line.append(pick(key(), key(), " 0", " 1", element()));
        }
        return line.toString();
    }

    private void keys() {
        add("copy", () -> key() + key() + pick("", " REPLACE", " DB 1 REPLACE", " DB 2"));
        add("del", () -> key() + key());
        add("delex", () -> key() + pick("", " IFEQ 5"));
        add("unlink", this::key);
        add("expire", () -> key() + pick(" 100", " 1", " -1", " 50") + pick("", " NX", " XX", " GT"));
        add("expireat", () -> key() + pick(" 99999999999", " 1"));
        add("pexpire", () -> key() + pick(" 10", " 100000", " 3"));
        add("pexpireat", () -> key() + pick(" 99999999999999", " 5"));
        add("persist", this::key);
        add("move", () -> key() + pick(" 1", " 0", " 2"));
        add("rename", () -> key() + key());
        add("renamenx", () -> key() + key());
        // Changed: the first type of the payload is not that of its bytes. So it is an error, as often as not.
        add(
                "restore",
                () -> key() + " 0 \"\\x00\\xc0\\x05\\x0a\\x00\\xb7\\x4b\\xd6\\x9f\\x94\\x35\\x0e\\xf9\""
                        + pick("", " REPLACE"));
        add("restore-asking", () -> key() + " 0 \"\\x00\\xc0\\x05\"" + pick("", " REPLACE"));
        add("sort", () -> key() + " ALPHA STORE" + key());
        rarely("flushall", () -> "");
        rarely("flushdb", () -> "");
        rarely("swapdb", () -> pick(" 0 1", " 1 2", " 0 2", " 1 1"));
        add("select", () -> pick(" 0", " 0", " 1", " 2"));
        rarely("multi", () -> "");
        add("exec", () -> "");
    }

    private void strings() {
        add("append", () -> string() + element());
        add("bitfield", () -> string() + pick(" SET u8 0 255", " INCRBY i5 100 1", " SET u1 4000 1 GET u4 0"));
        add("bitop", () -> pick(" AND", " OR", " XOR") + string() + string() + string());
        add("setbit", () -> string() + " " + random.nextInt(3000) + pick(" 0", " 1"));
        add("setrange", () -> string() + pick(" 0", " 3", " 200") + element());
        add("set", () -> string() + element() + pick("", "", " EX 10", " KEEPTTL", " PX 3", " GET", " XX"));
        add("setex", () -> string() + pick(" 1", " 100") + element());
        add("psetex", () -> string() + pick(" 2", " 100000") + element());
        add("setnx", () -> key() + element());
        add("mset", () -> string() + element() + key() + element());
        add("msetnx", () -> key() + element() + key() + element());
        add("msetex", () -> " 2" + string() + element() + key() + element() + pick("", " EX 10", " KEEPTTL"));
        add("getdel", this::string);
        add("getex", () -> string() + pick("", " PERSIST", " EX 10", " PXAT 1"));
        add("getset", () -> string() + element());
        add("incr", this::string);
        add("decr", this::string);
        add("incrby", () -> string() + " 7");
        add("decrby", () -> string() + " 1000000");
        add("incrbyfloat", () -> string() + " 0.5");
        add("increx", () -> string() + pick("", " EX 100"));
        add("pfadd", () -> hyperLogLog() + element() + element());
        add("pfcount", () -> hyperLogLog() + pick("", hyperLogLog()));
        add("pfmerge", () -> hyperLogLog() + hyperLogLog());
        add("pfdebug", () -> pick(" TODENSE", " GETREG", " ENCODING") + hyperLogLog());
    }

    private void lists() {
        add("lpush", () -> list() + element() + element());
        add("rpush", () -> list() + element() + element());
        add("lpushx", () -> list() + element());
        add("rpushx", () -> list() + element());
        add("lpop", () -> list() + pick("", " 2", " 100"));
        add("rpop", () -> list() + pick("", " 3"));
        add("linsert", () -> list() + pick(" BEFORE", " AFTER") + element() + element());
        add("lset", () -> list() + pick(" 0", " -1", " 2") + element());
        add("lrem", () -> list() + pick(" 0", " 1", " -2") + element());
        add("ltrim", () -> list() + pick(" 0 -2", " 1 -1", " 2 5"));
        add("lmove", () -> list() + list() + side() + side());
        add("lmpop", () -> " 2" + list() + list() + side() + " COUNT 2");
        add("rpoplpush", () -> list() + list());
        add("blmove", () -> list() + list() + side() + side() + " 0.01");
        add("blmpop", () -> " 0.01 2" + list() + list() + side());
        add("blpop", () -> list() + list() + " 0.01");
        add("brpop", () -> list() + " 0.01");
        add("brpoplpush", () -> list() + list() + " 0.01");
        add("lmovem", () -> list() + list() + side() + side() + pick(" COUNT 2", " EXACTLY 2", ""));
        add("blmovem", () -> list() + list() + side() + side() + pick(" COUNT 2", " EXACTLY 2", "") + " 0.01");
    }

    private void sets() {
        add("sadd", () -> set() + element() + element() + element());
        add("srem", () -> set() + element() + element());
        add("spop", () -> set() + pick("", " 2", " 100"));
        add("smove", () -> set() + set() + element());
        add("sdiffstore", () -> set() + set() + set());
        add("sinterstore", () -> set() + set() + set());
        add("sunionstore", () -> set() + set() + set());
    }

    private void hashes() {
        add("hset", () -> hash() + field() + element() + field() + element());
        add("hmset", () -> hash() + field() + element());
        add("hsetnx", () -> hash() + field() + element());
        add("hdel", () -> hash() + field() + field());
        add("hincrby", () -> hash() + field() + " 3");
        add("hincrbyfloat", () -> hash() + field() + " 0.25");
        add("hexpire", () -> hash() + pick(" 100", " 1", " 0") + someFields());
        add("hexpireat", () -> hash() + pick(" 99999999999", " 1") + someFields());
        add("hpexpire", () -> hash() + pick(" 3", " 100000") + someFields());
        add("hpexpireat", () -> hash() + pick(" 99999999999999", " 1") + someFields());
        add("hpersist", () -> hash() + someFields());
        add("hgetdel", () -> hash() + someFields());
        add("hgetex", () -> hash() + pick("", " PERSIST", " PX 5", " EX 0") + someFields());
        add("hsetex", () -> hash() + pick("", " KEEPTTL", " PX 5") + " FIELDS 1" + field() + element());
        add("himport|set", () -> hash() + " s" + element() + element());
        add("himport|prepare", () -> " s" + field() + field());
    }

    private void sortedSets() {
        add("zadd", () -> sorted() + score() + element() + score() + element());
        add("zincrby", () -> sorted() + score() + element());
        add("zrem", () -> sorted() + element() + element());
        add("zpopmin", () -> sorted() + pick("", " 2"));
        add("zpopmax", () -> sorted() + pick("", " 2", " 100"));
        add("zmpop", () -> " 2" + sorted() + sorted() + pick(" MIN", " MAX") + " COUNT 2");
        add("bzmpop", () -> " 0.01 2" + sorted() + sorted() + pick(" MIN", " MAX"));
        add("bzpopmin", () -> sorted() + " 0.01");
        add("bzpopmax", () -> sorted() + sorted() + " 0.01");
        add("zrangestore", () -> sorted() + sorted() + " 0 5");
        add("zremrangebylex", () -> sorted() + pick(" - [2", " [3 (5"));
        add("zremrangebyrank", () -> sorted() + pick(" 0 1", " -2 -1"));
        add("zremrangebyscore", () -> sorted() + score() + score());
        add("zdiffstore", () -> sorted() + " 2" + sorted() + sorted());
        add("zinterstore", () -> sorted() + " 2" + sorted() + sorted());
        add("zunionstore", () -> sorted() + " 2" + sorted() + pick(sorted(), set()));
        add("geoadd", () -> sorted() + place() + element());
        add("georadius", () -> sorted() + place() + " 5000 km STORE" + sorted());
        add("georadiusbymember", () -> sorted() + element() + " 5000 km STOREDIST" + sorted());
        add("geosearchstore", () -> sorted() + sorted() + " FROMLONLAT" + place() + " BYRADIUS 9000 km");
    }

    private void streams() {
        add("xadd", () -> stream() + pick("", " MAXLEN 20", " MAXLEN ~ 5") + " *" + field() + element());
        add("xdel", () -> stream() + id() + id());
        add("xdelex", () -> stream() + pick(" KEEPREF", " DELREF", " ACKED") + " IDS 2" + id() + id());
        add("xtrim", () -> stream() + pick(" MAXLEN 3", " MINID" + id()));
        add("xsetid", () -> stream() + " 99999999999999-1");
        add("xack", () -> stream() + group() + id() + id());
        add("xackdel", () -> stream() + group() + pick(" KEEPREF", " DELREF", " ACKED") + " IDS 1" + id());
        add("xnack", () -> stream() + group() + pick(" SILENT", " FAIL", " FATAL") + " IDS 1" + id());
        add("xclaim", () -> stream() + group() + consumer() + " 0" + id() + pick("", " FORCE", " JUSTID"));
        add("xautoclaim", () -> stream() + group() + consumer() + " 0 0 COUNT 3");
        add("xgroup|create", () -> stream() + group() + pick(" 0", " $") + pick("", " MKSTREAM"));
        add("xgroup|createconsumer", () -> stream() + group() + consumer());
        add("xgroup|delconsumer", () -> stream() + group() + consumer());
        add("xgroup|destroy", () -> stream() + group());
        add("xgroup|setid", () -> stream() + group() + pick(" 0", " $"));
        add(
                "xreadgroup",
                () -> " GROUP" + group() + consumer() + pick("", " NOACK") + " COUNT 2 STREAMS" + stream()
                        + pick(" >", " >", " 0"));
        add("xcfgset", () -> stream() + pick(" IDMP-DURATION 5", " IDMP-MAXSIZE 10"));
        add("xidmprecord", () -> stream() + " p1 i" + random.nextInt(5) + id());
    }

    private void add(String name, Supplier<String> rest) {
        lines.put(name, rest);
    }

    /** Of twenty times, nineteen another command takes its place. */
    private void rarely(String name, Supplier<String> rest) {
        lines.put(name, () -> random.nextInt(20) == 0 ? rest.get() : " not now");
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String key() {
        return switch (random.nextInt(7)) {
            case 0 -> string();
            case 1 -> list();
            case 2 -> set();
            case 3 -> hash();
            case 4 -> sorted();
            case 5 -> stream();
            default -> hyperLogLog();
        };
    }

    private String own(String prefix) {
        return " " + (random.nextInt(25) == 0 ? "other" : prefix) + random.nextInt(6);
    }

    private String string() {
        return own("string");
    }

    private String list() {
        return own("list");
    }

    private String set() {
        return own("set");
    }

    private String hash() {
        return own("hash");
    }

    private String sorted() {
        return own("sorted");
    }

    private String stream() {
        return own("stream");
    }

    private String hyperLogLog() {
        return own("hll");
    }

    private String side() {
        return pick(" LEFT", " RIGHT");
    }

    private String element() {
        return switch (random.nextInt(8)) {
            case 0 -> " " + "x".repeat(random.nextInt(90) + 1);
            case 1, 2 -> " e" + random.nextInt(30);
            default -> " " + random.nextInt(30);
        };
    }

    private String field() {
        return " f" + random.nextInt(12);
    }

    private String someFields() {
        return " FIELDS 2" + field() + field();
    }

    private String score() {
        return " " + random.nextInt(10);
    }

    private String place() {
        return " " + random.nextInt(180) + " " + random.nextInt(80);
    }

    private String id() {
        return " " + (1_767_225_600_000L + random.nextInt(200)) + "-" + random.nextInt(3);
    }

    private String group() {
        return " g" + random.nextInt(2);
    }

    private String consumer() {
        return " c" + random.nextInt(3);
    }
}
