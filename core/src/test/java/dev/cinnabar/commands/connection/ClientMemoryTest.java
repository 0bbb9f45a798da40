package dev.cinnabar.commands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.session.ClientMemory;
import dev.cinnabar.session.Session;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What clients take, and {@code maxmemory-clients}: who goes, and in which order. */
class ClientMemoryTest {

    private static final long MB = 1 << 20;

    @AutoClose
    private final TestEngine redis = new TestEngine();

    private final ClientMemory memory = redis.engine().clientMemory();

    private Session connect(FakePeer peer, long queryBytes) {
        Session session =
                new Session(peer, redis.clock().millis(), redis.engine().users().defaultUser(), true);
        redis.engine().clients().add(session);
        peer.queryBytes = queryBytes;
        memory.update(session);
        return session;
    }

    @Test
    void theSumFollowsEachClient() {
        FakePeer peer = new FakePeer(1);
        Session session = connect(peer, 1000);
        assertThat(memory.totalBytes()).isEqualTo(session.memoryBytes());
        peer.queryBytes = 5 * MB;
        memory.update(session);
        assertThat(memory.totalBytes()).isEqualTo(session.memoryBytes()).isGreaterThan(5 * MB);
        redis.engine().end(session);
        assertThat(memory.totalBytes()).isZero();
    }

    @Test
    void theBiggestGoFirstAndNoMoreThanMust() {
        FakePeer small = new FakePeer(1);
        FakePeer big = new FakePeer(2);
        FakePeer biggest = new FakePeer(3);
        connect(small, MB);
        connect(big, 2 * MB);
        connect(biggest, 3 * MB);
        redis.replies("CONFIG SET maxmemory-clients 4mb -> +OK");
        assertThat(biggest.killed).isTrue();
        assertThat(big.killed).isFalse();
        assertThat(small.killed).isFalse();
        redis.replies("CONFIG SET maxmemory-clients 2mb -> +OK");
        assertThat(big.killed).isTrue();
        assertThat(small.killed).isFalse();
        assertThat(memory.evicted()).isEqualTo(2);
        assertThat(redis.run("INFO stats")).contains("evicted_clients:2");
        assertThat(redis.run("INFO memory")).contains("mem_clients_normal:" + memory.totalBytes());
    }

    @Test
    void whoGoesIsSeenNoMoreAndLearnsOfIt() {
        FakePeer peer = new FakePeer(1);
        Session session = connect(peer, MB);
        redis.replies("CONFIG SET maxmemory-clients 512kb -> +OK");
        assertThat(redis.engine().clients().find(session.id())).isNull();
        assertThat(memory.update(session)).isFalse();
        assertThat(memory.totalBytes()).isZero();
    }

    @Test
    void aPercentageIsOfMaxmemory() {
        FakePeer peer = new FakePeer(1);
        connect(peer, 600 << 10);
        redis.replies("""
                CONFIG SET maxmemory-clients 10%  -> +OK
                CONFIG GET maxmemory-clients      -> ['maxmemory-clients', '10%']
                """);
        assertThat(peer.killed).as("without maxmemory, there is no limit").isFalse();
        redis.replies("CONFIG SET maxmemory 10mb -> +OK");
        assertThat(peer.killed).isFalse();
        redis.replies("CONFIG SET maxmemory 5mb -> +OK");
        assertThat(peer.killed).isTrue();
    }

    @Test
    void noEvictIsHeeded() {
        FakePeer kept = new FakePeer(1);
        FakePeer other = new FakePeer(2);
        Session session = connect(kept, 3 * MB);
        connect(other, MB);
        session.noEvict(true);
        redis.replies("CONFIG SET maxmemory-clients 2mb -> +OK");
        assertThat(kept.killed).isFalse();
        assertThat(other.killed).isTrue();
        session.noEvict(false);
        assertThat(memory.update(session)).isFalse();
        assertThat(kept.killed).isTrue();
    }

    @Test
    void whatTheServerRemembersForAClientCounts() {
        TestClient client = redis.newClient();
        Session session = client.session();
        long before = session.memoryBytes();
        client.replies("""
                WATCH a-key another-key        -> +OK
                HIMPORT PREPARE set field other -> +OK
                MULTI                          -> +OK
                SET k some-value               -> +QUEUED
                """);
        assertThat(session.memoryBytes()).isGreaterThan(before + 500);
        client.replies("""
                DISCARD               -> +OK
                HIMPORT DISCARDALL    -> 1
                """);
        assertThat(session.memoryBytes()).isEqualTo(before);
        client.run("SUBSCRIBE channel");
        assertThat(session.memoryBytes()).isGreaterThan(before + 100);
        client.run("UNSUBSCRIBE channel");
        assertThat(session.memoryBytes()).isEqualTo(before);
    }
}
