package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.List;

/** CONFIG GET, SET, RESETSTAT and options on the command line. */
class ConfigTest {

    @RedisTest(resp = {2, 3})
    void get(Client redis) {
        redis.replies("""
            CONFIG GET maxmemory    -> ['maxmemory', '0'] || {'maxmemory': '0'}
            CONFIG GET MAXMEMORY    -> ['MAXMEMORY', '0'] || {'MAXMEMORY': '0'}
            CONFIG GET nosuch       -> [] || {}
            CONFIG GET maxmemory maxmemory -> ['maxmemory', '0'] || {'maxmemory': '0'}
            CONFIG GET maxmemory nosuch -> ['maxmemory', '0'] || {'maxmemory': '0'}
            CONFIG GET              -> -ERR wrong number of arguments for 'config|get' command
            CONFIG                  -> -ERR wrong number of arguments for 'config' command
            """);
    }

    @RedisTest
    void getByPattern(Client redis) {
        assertThat(redis.run("CONFIG GET maxmemory*").texts())
                .contains("maxmemory", "maxmemory-policy", "maxmemory-samples");
        assertThat(redis.run("CONFIG GET maxm?m?ry databases").texts())
                .hasSize(4)
                .contains("maxmemory", "databases");
        List<Resp> all = redis.run("CONFIG GET *").list();
        assertThat(all.size()).isGreaterThan(100);
        assertThat(all.size() % 2).isZero();
    }

    @RedisTest(valkeyDiffers = "lazyfree-lazy-user-del is yes")
    void defaults(Client redis) {
        String[][] expected = {
            {"databases", "16"},
            {"maxmemory-policy", "noeviction"},
            {"maxmemory-samples", "5"},
            {"proto-max-bulk-len", "536870912"},
            {"client-query-buffer-limit", "1073741824"},
            {"timeout", "0"},
            {"tcp-keepalive", "300"},
            {"hz", "10"},
            {"appendonly", "no"},
            {"appendfsync", "everysec"},
            {"lazyfree-lazy-user-del", "no"},
            {"slowlog-log-slower-than", "10000"},
            {"slowlog-max-len", "128"},
            {"hash-max-listpack-entries", null},
            {"set-max-intset-entries", "512"},
            {"zset-max-listpack-entries", "128"},
            {"list-max-listpack-size", "-2"},
            {"notify-keyspace-events", ""},
            {"lfu-log-factor", "10"},
            {"lfu-decay-time", "1"},
            {"tcp-backlog", "511"},
            {"protected-mode", null},
            {"requirepass", ""},
            {"save", ""},
            {"dbfilename", "dump.rdb"},
        };
        for (String[] pair : expected) {
            List<String> reply = redis.run("CONFIG GET " + pair[0]).texts();
            assertThat(reply).as(pair[0]).hasSize(2);
            assertThat(reply.get(0)).isEqualTo(pair[0]);
            if (pair[1] != null) {
                assertThat(reply.get(1)).as(pair[0]).isEqualTo(pair[1]);
            }
        }
    }

    @RedisTest
    void set(Client redis) {
        redis.replies("""
            CONFIG SET maxmemory-samples 7 -> +OK
            CONFIG GET maxmemory-samples -> ['maxmemory-samples', '7']
            CONFIG SET maxmemory 100mb  -> +OK
            CONFIG GET maxmemory        -> ['maxmemory', '104857600']
            CONFIG SET maxmemory 100m   -> +OK
            CONFIG GET maxmemory        -> ['maxmemory', '100000000']
            CONFIG SET maxmemory 1Gb    -> +OK
            CONFIG GET maxmemory        -> ['maxmemory', '1073741824']
            CONFIG SET maxmemory 0      -> +OK
            CONFIG SET maxmemory-policy ALLKEYS-LRU -> +OK
            CONFIG GET maxmemory-policy -> ['maxmemory-policy', 'allkeys-lru']
            CONFIG SET lazyfree-lazy-user-del yes timeout 100 -> +OK
            CONFIG GET timeout          -> ['timeout', '100']
            CONFIG GET lazyfree-lazy-user-del -> ['lazyfree-lazy-user-del', 'yes']
            CONFIG SET TIMEOUT 0        -> +OK
            CONFIG SET notify-keyspace-events KEA -> +OK
            CONFIG GET notify-keyspace-events -> ['notify-keyspace-events', 'AKE']
            """);
    }

    @RedisTest(redisOnly = "save points come with persistence; until then setting them is refused")
    void savePoints(Client redis) {
        redis.replies("""
            CONFIG SET save "900 1 300 10" -> +OK
            CONFIG GET save             -> ['save', '900 1 300 10']
            CONFIG SET save ""          -> +OK
            CONFIG GET save             -> ['save', '']
            """);
    }

    @RedisTest
    void setErrors(Client redis) {
        redis.replies("""
            CONFIG SET nosuch 1         -> -ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'
            CONFIG SET maxmemory        -> -ERR wrong number of arguments for 'config|set' command
            CONFIG SET maxmemory 1 timeout -> -ERR syntax error
            CONFIG SET maxmemory abc    -> /-ERR CONFIG SET failed \\(possibly related to argument 'maxmemory'\\) - argument must be a memory value/
            CONFIG SET maxmemory-samples abc -> -ERR CONFIG SET failed (possibly related to argument 'maxmemory-samples') - argument couldn't be parsed into an integer
            CONFIG SET maxmemory-samples 0 -> /-ERR CONFIG SET failed \\(possibly related to argument 'maxmemory-samples'\\) - argument must be between 1 and [0-9]+ inclusive/
            CONFIG SET lazyfree-lazy-user-del maybe -> -ERR CONFIG SET failed (possibly related to argument 'lazyfree-lazy-user-del') - argument must be 'yes' or 'no'
            CONFIG SET maxmemory-policy foo -> /-ERR CONFIG SET failed \\(possibly related to argument 'maxmemory-policy'\\) - argument(\\(s\\))? must be one of the following: volatile-lru, .*noeviction/
            CONFIG SET databases 4      -> -ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config
            CONFIG SET timeout 1 timeout 2 -> -ERR CONFIG SET failed (possibly related to argument 'timeout') - duplicate parameter
            CONFIG SET notify-keyspace-events Q -> /-ERR CONFIG SET failed \\(possibly related to argument 'notify-keyspace-events'\\) - .*/
            CONFIG SET timeout 5 maxmemory-samples 0 -> /-ERR CONFIG SET failed .*/
            CONFIG GET timeout          -> ['timeout', '0']
            CONFIG SET timeout 5 nosuch 1 -> -ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'
            CONFIG GET timeout          -> ['timeout', '0']
            """);
    }

    @RedisTest
    void resetstat(Client redis) {
        redis.replies("""
            CONFIG RESETSTAT            -> +OK
            CONFIG RESETSTAT x          -> -ERR wrong number of arguments for 'config|resetstat' command
            """);
        assertThat(redis.run("CONFIG HELP").texts()).first().asString().startsWith("CONFIG <subcommand>");
    }

    @RedisTest
    void rewriteWithoutAFile(Client redis) {
        redis.run("CONFIG REWRITE").isError("ERR The server is running without a config file");
    }

    @RedisTest
    void optionsOnTheCommandLine(Server server) {
        Client redis = server.startAnother(
                        "--databases",
                        "3",
                        "--maxmemory",
                        "50mb",
                        "--maxmemory-policy",
                        "allkeys-lfu",
                        "--timeout",
                        "77")
                .connect();
        redis.replies("""
            CONFIG GET databases        -> ['databases', '3']
            CONFIG GET maxmemory        -> ['maxmemory', '52428800']
            CONFIG GET maxmemory-policy -> ['maxmemory-policy', 'allkeys-lfu']
            CONFIG GET timeout          -> ['timeout', '77']
            SELECT 2                    -> +OK
            SELECT 3                    -> -ERR DB index is out of range
            """);
    }

    @RedisTest
    void timeoutClosesIdleConnections(Server server) {
        Client redis = server.startAnother("--timeout", "1").connect();
        redis.run("PING").is("+PONG");
        assertThat(redis.isClosedByServer()).isTrue();
    }
}
