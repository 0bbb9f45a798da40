package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every row of our command table is that of Redis: COMMAND's reply is compared, field by field and subcommand by subcommand,
 * with that of the newest Redis installed.
 *
 * <p>What that Redis does not know yet is compared with {@link #NEWER}; where releases before 8.0 differ, the difference stands in {@link #CHANGED}.
 */
class CommandTableTest {

    /** Commands later than the oldest Redis we compare with: name, arity, flags, first key, last key, step, categories. */
    private static final String NEWER = """
            backup 2 - 0 0 0 @slow
            backup|abort 2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            backup|cleanup 2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            backup|help 2 loading,stale 0 0 0 @slow
            backup|list 2 admin,stale 0 0 0 @admin,@dangerous,@slow
            backup|seal 2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            backup|start 2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            backup|status 2 admin,stale 0 0 0 @admin,@dangerous,@slow
            blmovem -6 blocking,denyoom,write 1 2 1 @blocking,@list,@slow,@write
            client|no-touch 3 loading,noscript,stale 0 0 0 @connection,@slow
            client|setinfo 4 loading,noscript,stale 0 0 0 @connection,@slow
            delex -2 fast,write 1 1 1 @fast,@string,@write
            digest 2 fast,readonly 1 1 1 @fast,@read,@string
            hexpire -6 fast,write 1 1 1 @fast,@hash,@write
            hexpireat -6 fast,write 1 1 1 @fast,@hash,@write
            hexpiretime -5 fast,readonly 1 1 1 @fast,@hash,@read
            hgetdel -5 fast,write 1 1 1 @fast,@hash,@write
            hgetex -5 fast,write 1 1 1 @fast,@hash,@write
            himport -2 - 0 0 0 @hash,@slow
            himport|discard 3 - 0 0 0 @hash,@slow
            himport|discardall 2 - 0 0 0 @hash,@slow
            himport|prepare -4 denyoom 0 0 0 @hash,@slow
            himport|set -5 denyoom,write 2 2 1 @hash,@slow,@write
            hotkeys -2 - 0 0 0 @slow
            hotkeys|get 2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            hotkeys|help 2 loading,stale 0 0 0 @slow
            hotkeys|reset 2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            hotkeys|start -2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            hotkeys|stop 2 admin,noscript 0 0 0 @admin,@dangerous,@slow
            hpersist -5 fast,write 1 1 1 @fast,@hash,@write
            hpexpire -6 fast,write 1 1 1 @fast,@hash,@write
            hpexpireat -6 fast,write 1 1 1 @fast,@hash,@write
            hpexpiretime -5 fast,readonly 1 1 1 @fast,@hash,@read
            hpttl -5 fast,readonly 1 1 1 @fast,@hash,@read
            hsetex -6 denyoom,fast,write 1 1 1 @fast,@hash,@write
            httl -5 fast,readonly 1 1 1 @fast,@hash,@read
            increx -2 denyoom,fast,write 1 1 1 @fast,@string,@write
            lmovem -5 denyoom,write 1 2 1 @list,@slow,@write
            msetex -4 denyoom,movablekeys,write 0 0 0 @slow,@string,@write
            sdiffcard -3 movablekeys,readonly 0 0 0 @read,@set,@slow
            sunioncard -3 movablekeys,readonly 0 0 0 @read,@set,@slow
            waitaof 4 blocking 0 0 0 @blocking,@connection,@slow
            xackdel -6 fast,write 1 1 1 @fast,@stream,@write
            xcfgset -2 fast,write 1 1 1 @fast,@stream,@write
            xdelex -5 fast,write 1 1 1 @fast,@stream,@write
            xidmprecord 5 denyoom,fast,write 1 1 1 @fast,@stream,@write
            xnack -7 fast,write 1 1 1 @fast,@stream,@write
            """;

    /** {@code command field}: what releases before 8.0 answer otherwise. */
    private static final Map<String, String> CHANGED = Map.ofEntries(
            Map.entry("bzpopmax flags", "7.0: noscript, too"),
            Map.entry("bzpopmin flags", "7.0: noscript, too"),
            Map.entry("blmove flags", "7.0: noscript, too"),
            Map.entry("blpop flags", "7.0: noscript, too"),
            Map.entry("brpop flags", "7.0: noscript, too"),
            Map.entry("brpoplpush flags", "7.0: noscript, too"),
            Map.entry("acl|deluser tips", "7.0: none, now for all nodes"),
            Map.entry("acl|save tips", "7.0: none, now for all nodes"),
            Map.entry("acl|setuser tips", "7.0: none, now for all nodes"),
            Map.entry("latency|reset tips", "7.0: all must succeed, now a sum"),
            Map.entry("zrank arity", "7.0: 3, now -3"),
            Map.entry("zrevrank arity", "7.0: 3, now -3"),
            Map.entry("command|getkeys arity", "7.0: -4, now -3"),
            Map.entry("command|getkeysandflags arity", "7.0: -4, now -3"),
            Map.entry("client|setname tips", "7.0: none, now for all nodes"),
            Map.entry("config|resetstat tips", "7.0: none, now for all nodes"),
            Map.entry("config|rewrite tips", "7.0: none, now for all nodes"),
            Map.entry("sinterstore key specs", "7.0: reads what it overwrites, now it does not"),
            Map.entry("msetnx tips", "7.0: for many shards, now none"),
            Map.entry("randomkey tips", "7.0: no response policy, now a special one"),
            Map.entry("scan tips", "7.0: no response policy, now a special one"),
            Map.entry("wait categories", "7.0: not blocking"),
            Map.entry("wait flags", "7.0: noscript, not blocking"));

    /** {@code command field}: what releases before 8.10 answer otherwise. */
    private static final Map<String, String> CHANGED_LATELY = Map.ofEntries(
            Map.entry("psubscribe flags", "8.0: it is not refused for want of memory"),
            Map.entry("ssubscribe flags", "8.0: it is not refused for want of memory"),
            Map.entry("subscribe flags", "8.0: it is not refused for want of memory"));

    private static final Set<String> FIELDS =
            Set.of("arity", "flags", "first key", "last key", "step", "categories", "tips", "key specs");

    @RedisTest(cinnabarOnly = "compares Cinnabar's table with that of a real server")
    void everyRowIsThatOfRedis(Client cinnabar) {
        Optional<Server> newest = Server.newestRedis();
        assumeTrue(newest.isPresent(), "no real Redis is installed to compare with");
        Map<String, Map<String, String>> ours = table(cinnabar);
        Map<String, Map<String, String>> theirs = table(newest.get().connect());
        Map<String, Map<String, String>> newer = newer();
        assertThat(ours).isNotEmpty();
        List<String> differences = new ArrayList<>();
        Set<String> changed = new TreeSet<>();
        if (!newest.get().version().isAtLeast("8.0")) {
            changed.addAll(CHANGED.keySet());
        }
        if (!newest.get().version().isAtLeast("8.10")) {
            changed.addAll(CHANGED_LATELY.keySet());
        }
        ours.forEach((name, row) -> {
            Map<String, String> expected = theirs.containsKey(name) ? theirs.get(name) : newer.get(name);
            if (expected == null) {
                differences.add(name + ": neither " + newest.get().version() + " nor NEWER has it");
                return;
            }
            for (Map.Entry<String, String> field : expected.entrySet()) {
                String value = row.get(field.getKey());
                if (!field.getValue().equals(value) && !changed.contains(name + " " + field.getKey())) {
                    differences.add(name + " " + field.getKey() + ": " + value + ", but Redis "
                            + newest.get().version() + ": " + field.getValue());
                }
            }
        });
        assertThat(differences).isEmpty();
    }

    /** The facts of NEWER and CHANGED are themselves checked, wherever a server is new enough. */
    @RedisTest(valkeyDiffers = "its CLIENT subcommands have allow_busy")
    void ourOwnFactsAreThoseOfRealServers(Client redis) {
        Map<String, Map<String, String>> theirs = table(redis);
        List<String> differences = new ArrayList<>();
        newer().forEach((name, row) -> {
            Map<String, String> real = theirs.get(name);
            if (real != null) {
                row.forEach((field, value) -> {
                    if (!value.equals(real.get(field))) {
                        differences.add(name + " " + field + ": " + value + ", in truth " + real.get(field));
                    }
                });
            }
        });
        assertThat(differences).isEmpty();
    }

    private static Map<String, Map<String, String>> newer() {
        Map<String, Map<String, String>> rows = new TreeMap<>();
        NEWER.lines().forEach(line -> {
            String[] words = line.split(" ", -1);
            Map<String, String> row = new LinkedHashMap<>();
            row.put("arity", words[1]);
            row.put("flags", words[2].equals("-") ? "" : words[2]);
            row.put("first key", words[3]);
            row.put("last key", words[4]);
            row.put("step", words[5]);
            row.put("categories", words[6]);
            rows.put(words[0], row);
        });
        return rows;
    }

    /** Commands and subcommands by their full names. */
    private static Map<String, Map<String, String>> table(Client client) {
        Map<String, Map<String, String>> rows = new TreeMap<>();
        client.run("COMMAND").list().forEach(command -> addRow(command, rows));
        return rows;
    }

    private static void addRow(Resp command, Map<String, Map<String, String>> rows) {
        List<Resp> info = command.list();
        Map<String, String> row = new LinkedHashMap<>();
        row.put("arity", info.get(1).toString());
        row.put("flags", words(info.get(2)));
        row.put("first key", info.get(3).toString());
        row.put("last key", info.get(4).toString());
        row.put("step", info.get(5).toString());
        row.put("categories", words(info.get(6)));
        row.put("tips", words(info.get(7)));
        row.put("key specs", keySpecs(info.get(8)));
        assertThat(row.keySet()).isEqualTo(FIELDS);
        rows.put(info.get(0).text(), row);
        info.get(9).list().forEach(sub -> addRow(sub, rows));
    }

    /** The words of a set in one order, whatever the server's. */
    private static String words(Resp set) {
        TreeSet<String> words = new TreeSet<>();
        set.list().forEach(word -> words.add(word.text()));
        return String.join(",", words);
    }

    /** Key specs keep their order; their notes are prose and not compared. */
    private static String keySpecs(Resp specs) {
        List<String> texts = new ArrayList<>();
        for (Resp spec : specs.list()) {
            Map<String, String> fields = new TreeMap<>();
            List<Resp> items = spec.list();
            for (int i = 0; i < items.size(); i += 2) {
                String name = items.get(i).text();
                if (name.equals("flags")) {
                    fields.put(name, words(items.get(i + 1)));
                } else if (!name.equals("notes")) {
                    fields.put(name, items.get(i + 1).toString());
                }
            }
            texts.add(fields.toString());
        }
        return texts.toString();
    }
}
