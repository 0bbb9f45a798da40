package dev.cinnabar.commands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.session.Session;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TrackingCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    private int number;

    /** A client that others can find. */
    private TestClient client(int protocol) {
        Session session = new Session(new FakePeer(++number), redis.clock().millis(), true);
        redis.engine().clients().add(session);
        return redis.newClient(session).protocol(protocol);
    }

    @Test
    void whoHasReadAKeyIsToldOnceOfItsChange() {
        TestClient cache = client(3);
        cache.replies("""
                CLIENT TRACKING ON              -> +OK
                MGET a b                        -> [nil, nil]
                """);
        redis.replies("""
                SET a 1                         -> +OK
                SET a 2                         -> +OK
                SET c 2                         -> +OK
                """);
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['a']]");
        assertThat(redis.run("INFO stats")).contains("tracking_total_keys:1", "tracking_total_items:1");
        assertThat(redis.run("INFO clients")).contains("tracking_clients:1");
        assertThat(cache.run("SET b 1")).isEqualTo("+OK >['invalidate', ['b']]");
    }

    @Test
    void ofKeysThatAreNotHisAClientHearsNothing() {
        redis.run("ACL SETUSER bob on nopass ~mine* %W~written* resetchannels +@all");
        TestClient cache = client(3);
        cache.run("AUTH bob x");
        cache.run("CLIENT TRACKING ON BCAST");
        redis.run("MSET mine:1 a other b written:1 c");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['mine:1']]");
        redis.run("SET other c");
        assertThat(cache.pushes()).isEmpty();
    }

    @Test
    void theDatabaseIsNotToldApart() {
        TestClient cache = client(3);
        cache.run("CLIENT TRACKING ON");
        cache.run("GET a");
        redis.run("SELECT 3");
        redis.run("SET a 1");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['a']]");
    }

    @Test
    void ownChangesCanBeLeftOut() {
        TestClient cache = client(3);
        cache.replies("""
                CLIENT TRACKING ON NOLOOP       -> +OK
                GET a                           -> nil
                SET a 1                         -> +OK
                GET a                           -> '1'
                """);
        redis.run("DEL a");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['a']]");
    }

    @Test
    void optInAndOptOut() {
        TestClient cache = client(3);
        cache.replies("""
                CLIENT TRACKING ON OPTIN        -> +OK
                GET a                           -> nil
                CLIENT CACHING YES              -> +OK
                GET b                           -> nil
                GET c                           -> nil
                CLIENT CACHING YES              -> +OK
                MULTI                           -> +OK
                GET d                           -> +QUEUED
                GET e                           -> +QUEUED
                EXEC                            -> [nil, nil]
                GET f                           -> nil
                """);
        redis.run("MSET a 1 b 1 c 1 d 1 e 1 f 1");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['b']] >['invalidate', ['d']] >['invalidate', ['e']]");
        cache.replies("""
                CLIENT TRACKING OFF             -> +OK
                CLIENT TRACKING ON OPTOUT       -> +OK
                CLIENT CACHING NO               -> +OK
                GET a                           -> '1'
                GET b                           -> '1'
                """);
        redis.run("MSET a 1 b 1");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['b']]");
    }

    @Test
    void prefixesAreToldOncePerCommand() {
        TestClient cache = client(3);
        cache.run("CLIENT TRACKING ON BCAST PREFIX a PREFIX b");
        redis.run("MSET a1 1 a2 1 b1 1 c1 1 a1 2");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['a1', 'a2']] >['invalidate', ['b1']]");
        redis.run("MULTI");
        redis.run("SET b1 1");
        redis.run("SET b2 1");
        redis.run("EXEC");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['b1', 'b2']]");
        assertThat(redis.run("INFO stats")).contains("tracking_total_prefixes:2");
        cache.disconnect();
        assertThat(redis.run("INFO stats")).contains("tracking_total_prefixes:0");
    }

    @Test
    void expiryEvictionAndFlush() {
        TestClient cache = client(3);
        redis.run("SET a 1 PX 10");
        redis.run("SET b 1 PX 10");
        cache.run("CLIENT TRACKING ON");
        cache.run("MGET a b c");
        redis.advanceMillis(20);
        redis.run("GET a");
        redis.engine().keyspace().expireDue();
        assertThat(cache.pushes()).isEqualTo(">['invalidate', ['a']] >['invalidate', ['b']]");
        redis.run("FLUSHDB");
        assertThat(cache.pushes()).isEqualTo(">['invalidate', nil]");
        redis.run("SET c 1");
        assertThat(cache.pushes()).isEmpty();
    }

    @Test
    void anotherConnectionCanListen() {
        TestClient cache = client(2);
        TestClient listener = client(2);
        long id = listener.session().id();
        assertThat(cache.run("CLIENT TRACKING ON REDIRECT " + id)).isEqualTo("+OK");
        assertThat(cache.run("CLIENT GETREDIR")).isEqualTo(Long.toString(id));
        cache.run("GET a");
        redis.run("SET a 1");
        // In version 2 only a subscriber can take it.
        assertThat(listener.pushes()).isEmpty();
        listener.run("SUBSCRIBE __redis__:invalidate");
        cache.run("GET a");
        redis.run("SET a 1");
        redis.run("FLUSHALL");
        assertThat(listener.pushes())
                .isEqualTo("['message', '__redis__:invalidate', ['a']] ['message', '__redis__:invalidate', nil]");
        listener.disconnect();
        cache.protocol(3).run("GET a");
        redis.run("SET a 1");
        assertThat(cache.pushes()).isEqualTo(">['tracking-redir-broken', " + id + "]");
        assertThat(cache.run("CLIENT TRACKINGINFO")).contains("'broken_redirect'");
        assertThat(cache.run("CLIENT INFO")).contains("flags=tR", "redir=" + id);
    }

    @Test
    void theTableIsBounded() {
        TestClient cache = client(3);
        cache.run("CLIENT TRACKING ON");
        for (int i = 0; i < 100; i++) {
            cache.run("GET key" + i);
        }
        assertThat(redis.engine().tracking().keys()).isEqualTo(100);
        redis.run("CONFIG SET tracking-table-max-keys 40");
        redis.engine().tracking().keepLimit();
        assertThat(redis.engine().tracking().keys()).isEqualTo(40);
        assertThat(cache.pushes().split("invalidate", -1)).hasSize(61);
        cache.run("GET another");
        assertThat(redis.engine().tracking().keys()).isEqualTo(40);
    }

    @Test
    void resetEndsIt() {
        TestClient cache = client(3);
        cache.run("CLIENT TRACKING ON");
        cache.run("GET a");
        cache.run("RESET");
        redis.run("SET a 1");
        assertThat(cache.protocol(3).pushes()).isEmpty();
        assertThat(redis.engine().tracking().clients()).isZero();
    }
}
