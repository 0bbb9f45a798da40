package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;

/** CLIENT TRACKING: who caches what, and is told when. */
class TrackingTest {

    private static void reads(Client client, String... messages) {
        for (String message : messages) {
            assertThat(client.read()).hasToString(message);
        }
    }

    /** Nothing has come: what is asked now is answered first. */
    private static void silent(Client client) {
        client.run("ECHO silence").is("'silence'");
    }

    @RedisTest
    void options(Client redis) {
        redis.replies("""
            CLIENT TRACKING x                       -> -ERR syntax error
            CLIENT TRACKING                         -> -ERR wrong number of arguments for 'client|tracking' command
            CLIENT TRACKING on PREFIX a             -> -ERR PREFIX option requires BCAST mode to be enabled
            CLIENT TRACKING on BCAST OPTIN          -> -ERR OPTIN and OPTOUT are not compatible with BCAST
            CLIENT TRACKING on OPTIN OPTOUT         -> -ERR You can't specify both OPTIN mode and OPTOUT mode
            CLIENT TRACKING on REDIRECT 99999       -> -ERR The client ID you want redirect to does not exist
            CLIENT TRACKING on REDIRECT x           -> -ERR value is not an integer or out of range
            CLIENT TRACKING on REDIRECT             -> -ERR syntax error
            CLIENT TRACKING on x                    -> -ERR syntax error
            CLIENT TRACKING off PREFIX a            -> +OK
            CLIENT CACHING yes                      -> -ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled
            CLIENT GETREDIR                         -> -1
            CLIENT TRACKINGINFO                     -> ['flags', ['off'], 'redirect', -1, 'prefixes', []]
            CLIENT TRACKING on BCAST PREFIX foo PREFIX foobar -> -ERR Prefix 'foo' overlaps with another provided prefix 'foobar'. Prefixes for a single client must not overlap.
            CLIENT TRACKING on BCAST PREFIX foo     -> +OK
            CLIENT TRACKING on BCAST PREFIX fo      -> -ERR Prefix 'fo' overlaps with an existing prefix 'foo'. Prefixes for a single client must not overlap.
            CLIENT TRACKING on                      -> -ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.
            CLIENT TRACKING on BCAST PREFIX bar     -> +OK
            CLIENT TRACKINGINFO                     -> ['flags', ['on', 'bcast'], 'redirect', 0, 'prefixes', ['bar', 'foo']]
            CLIENT TRACKING on BCAST                -> +OK
            CLIENT TRACKINGINFO                     -> ['flags', ['on', 'bcast'], 'redirect', 0, 'prefixes', ['', 'bar', 'foo']]
            CLIENT CACHING yes                      -> -ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.
            CLIENT INFO                             -> /.* flags=tB .* redir=0 .*/
            CLIENT TRACKING off                     -> +OK
            CLIENT TRACKING on OPTIN                -> +OK
            CLIENT CACHING no                       -> -ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.
            CLIENT CACHING maybe                    -> -ERR syntax error
            CLIENT CACHING yes                      -> +OK
            CLIENT TRACKINGINFO                     -> ['flags', ['on', 'optin', 'caching-yes'], 'redirect', 0, 'prefixes', []]
            PING                                    -> +PONG
            CLIENT TRACKINGINFO                     -> ['flags', ['on', 'optin'], 'redirect', 0, 'prefixes', []]
            CLIENT TRACKING on OPTOUT               -> -ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.
            CLIENT TRACKING on                      -> +OK
            CLIENT TRACKING on OPTOUT NOLOOP        -> +OK
            CLIENT CACHING no                       -> +OK
            CLIENT TRACKINGINFO                     -> ['flags', ['on', 'optout', 'caching-no', 'noloop'], 'redirect', 0, 'prefixes', []]
            RESET                                   -> +RESET
            CLIENT TRACKINGINFO                     -> ['flags', ['off'], 'redirect', -1, 'prefixes', []]
            """);
    }

    @RedisTest
    void keysThatWereRead(Client writer, Server server) {
        Client cache = server.connect(3);
        cache.run("CLIENT TRACKING on").isOk();
        cache.run("MGET a b c").is("[nil, nil, nil]");
        cache.run("EXISTS d").is(0);
        writer.run("SET a 1").isOk();
        writer.run("SET a 1").isOk();
        writer.run("SET nothing 1").isOk();
        writer.run("MSET c 1 b 1 d 1").isOk();
        reads(
                cache,
                ">['invalidate', ['a']]",
                ">['invalidate', ['c']]",
                ">['invalidate', ['b']]",
                ">['invalidate', ['d']]");
        cache.run("GET a").is("'1'");
        writer.run("EXPIRE a 100").is(1);
        reads(cache, ">['invalidate', ['a']]");
        cache.run("GET a").is("'1'");
        writer.run("RENAME a b").isOk();
        reads(cache, ">['invalidate', ['a']]");
        cache.run("CLIENT TRACKING off").isOk();
        writer.run("SET b 1").isOk();
        silent(cache);
    }

    @RedisTest(since = "7.0")
    void ownChanges(Client cache) {
        cache.hello(3);
        cache.run("CLIENT TRACKING on").isOk();
        cache.run("GET x").isNil();
        cache.sendText("SET x 2\r\nPING\r\nGET x\r\nMULTI\r\nSET x 3\r\nGET x\r\nSET x 4\r\nEXEC\r\nPING\r\n");
        reads(
                cache,
                "+OK",
                ">['invalidate', ['x']]",
                "+PONG",
                "'2'",
                "+OK",
                "+QUEUED",
                "+QUEUED",
                "+QUEUED",
                "[+OK, '3', +OK]",
                ">['invalidate', ['x']]",
                ">['invalidate', ['x']]",
                "+PONG");
        cache.run("CLIENT TRACKING on NOLOOP").isOk();
        cache.run("GET x").is("'4'");
        cache.run("SET x 5").isOk();
        silent(cache);
    }

    @RedisTest
    void prefixes(Client writer, Server server) {
        Client cache = server.connect(3);
        cache.run("CLIENT TRACKING on BCAST PREFIX a PREFIX b NOLOOP").isOk();
        cache.run("SET a1 1").isOk();
        silent(cache);
        writer.run("MSET a1 1 c 1").isOk();
        reads(cache, ">['invalidate', ['a1']]");
        writer.run("MULTI").isOk();
        writer.run("SET b1 1");
        writer.run("INCR b2");
        writer.run("EXEC").is("[+OK, 1]");
        reads(cache, ">['invalidate', ['b1', 'b2']]");
        writer.run("INFO stats").matches("(?s).*tracking_total_prefixes:2.*");
        writer.run("INFO clients").matches("(?s).*tracking_clients:1.*");
    }

    @RedisTest
    void expiryAndFlush(Client writer, Server server) {
        Client cache = server.connect(3);
        cache.run("CLIENT TRACKING on").isOk();
        writer.run("SET a 1 PX 20").isOk();
        cache.run("MGET a b").matches("\\[.*, nil\\]");
        reads(cache, ">['invalidate', ['a']]");
        writer.run("FLUSHDB").isOk();
        reads(cache, ">['invalidate', nil]");
        writer.run("SET b 1").isOk();
        silent(cache);
        writer.run("FLUSHALL").isOk();
        reads(cache, ">['invalidate', nil]");
    }

    @RedisTest
    void optInAndOptOut(Client writer, Server server) {
        Client cache = server.connect(3);
        cache.replies("""
            CLIENT TRACKING on OPTIN                -> +OK
            GET a                                   -> nil
            CLIENT CACHING yes                      -> +OK
            GET b                                   -> nil
            GET c                                   -> nil
            CLIENT CACHING yes                      -> +OK
            MULTI                                   -> +OK
            GET d                                   -> +QUEUED
            EXEC                                    -> [nil]
            GET e                                   -> nil
            """);
        writer.run("MSET a 1 b 1 c 1 d 1 e 1").isOk();
        reads(cache, ">['invalidate', ['b']]", ">['invalidate', ['d']]");
        cache.replies("""
            CLIENT TRACKING off                     -> +OK
            CLIENT TRACKING on OPTOUT               -> +OK
            CLIENT CACHING no                       -> +OK
            GET a                                   -> '1'
            GET b                                   -> '1'
            """);
        writer.run("MSET a 1 b 1").isOk();
        reads(cache, ">['invalidate', ['b']]");
        silent(cache);
    }

    @RedisTest
    void redirection(Client cache, Server server) {
        Client listener = server.connect();
        Client writer = server.connect();
        long id = listener.run("CLIENT ID").integer();
        listener.run("SUBSCRIBE __redis__:invalidate").is("['subscribe', '__redis__:invalidate', 1]");
        cache.run("CLIENT TRACKING on REDIRECT " + id).isOk();
        cache.run("CLIENT GETREDIR").is(id);
        cache.run("MGET a b").is("[nil, nil]");
        writer.run("SET a 1").isOk();
        writer.run("FLUSHALL").isOk();
        reads(listener, "['message', '__redis__:invalidate', ['a']]", "['message', '__redis__:invalidate', nil]");
        cache.hello(3);
        cache.run("GET a").isNil();
        writer.run("CLIENT KILL ID " + id).is(1);
        assertThat(listener.isClosedByServer()).isTrue();
        writer.run("SET a 1").isOk();
        reads(cache, ">['tracking-redir-broken', " + id + "]");
        cache.run("CLIENT TRACKINGINFO").matches(".*'broken_redirect'.*");
        cache.run("CLIENT INFO").matches(".* flags=tR .* redir=" + id + " .*");
    }

    @RedisTest
    void theTableIsBounded(Client writer, Server server) {
        Client cache = server.connect(3);
        cache.run("CLIENT TRACKING on").isOk();
        for (int i = 0; i < 200; i++) {
            cache.run("GET key" + i).isNil();
        }
        writer.run("CONFIG SET tracking-table-max-keys 50").isOk();
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            told.add(cache.read().toString());
        }
        assertThat(told).doesNotHaveDuplicates().allMatch(text -> text.startsWith(">['invalidate', ['key"));
        writer.run("INFO stats").matches("(?s).*tracking_total_keys:50.*");
    }
}
