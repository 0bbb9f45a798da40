package dev.cinnabar.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.JournalText;
import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What commands leave in the journal. */
class EffectsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    @BeforeEach
    void open() {
        JournalText.open(redis);
    }

    private void logs(String line, String... effects) {
        redis.run(line);
        assertThat(JournalText.take(redis)).as(line).containsExactly(effects);
    }

    @Test
    void whatChangesSomethingIsLoggedAsItCame() {
        logs("SET a 1", "SET a 1");
        logs("incr a", "incr a");
        logs("GET a");
        logs("DEL missing");
        logs("SETNX a 2");
        logs("LPUSH a x");
        logs("RPUSH l x y z", "RPUSH l x y z");
    }

    @Test
    void aDatabaseIsSelectedBeforeItIsUsed() {
        redis.run("SELECT 3");
        assertThat(JournalText.take(redis)).isEmpty();
        logs("SET a 1", "SELECT 3", "SET a 1");
        logs("SET b 1", "SET b 1");
        TestClient other = redis.newClient();
        other.call("SET", "c", "1");
        redis.run("SET a 2");
        assertThat(JournalText.lines(redis.engine().journal().take()))
                .containsExactly("SELECT 0", "SET c 1", "SELECT 3", "SET a 2");
    }

    @Test
    void aTransactionIsOneIfItHasMoreThanOneEffect() {
        for (String line : new String[] {"MULTI", "SET a 1", "GET a", "INCR a"}) {
            redis.run(line);
        }
        logs("EXEC", "MULTI", "SET a 1", "INCR a", "EXEC");
        redis.run("MULTI");
        redis.run("SET a 1");
        logs("EXEC", "SET a 1");
        redis.run("MULTI");
        redis.run("GET a");
        logs("EXEC");
    }

    @Test
    void expiredKeysAreDeletedWhenTheyAreFoundOut() {
        redis.run("SET a 1 PX 100");
        redis.run("SET b 1 PX 100");
        JournalText.take(redis);
        redis.advanceMillis(101);
        logs("GET a", "DEL a");
        logs("SET b 2", "MULTI", "DEL b", "SET b 2", "EXEC");
        redis.run("SET c 1 PX 100");
        JournalText.take(redis);
        redis.advanceMillis(101);
        redis.engine().keyspace().expireDue();
        assertThat(JournalText.take(redis)).containsExactly("DEL c");
    }

    @Test
    void placesAreLoggedAsTheyCame() {
        logs("GEOADD g 13.361389 38.115556 Palermo", "GEOADD g 13.361389 38.115556 Palermo");
    }

    @Test
    void floatsInHashes() {
        logs("HINCRBYFLOAT h a 1.5", "HSET h a 1.5");
        redis.run("HEXPIRE h 100 FIELDS 1 a");
        JournalText.take(redis);
        logs("HINCRBYFLOAT h a 1", "HSETEX h KEEPTTL FIELDS 1 a 2.5");
    }

    @Test
    void deletionsFromStreamsThatAreStillPendingOrNotAnyMore() {
        redis.run("XADD s 1-0 a b");
        redis.run("XADD s 2-0 a b");
        redis.run("XGROUP CREATE s g 0");
        redis.run("XREADGROUP GROUP g c STREAMS s >");
        JournalText.take(redis);
        logs("XDELEX s ACKED IDS 2 1-0 2-0");
        logs("XDELEX s IDS 1 1-0", "XDELEX s IDS 1 1-0");
        logs("XDELEX s IDS 1 1-0");
        logs("XDELEX s DELREF IDS 1 1-0", "XDELEX s DELREF IDS 1 1-0");
        logs("XDELEX s DELREF IDS 1 1-0");
        logs("XACKDEL s g IDS 1 1-0");
        logs("XACKDEL s g ACKED IDS 1 2-0", "XACKDEL s g ACKED IDS 1 2-0");
    }

    @Test
    void whatOnlyNewerVersionsKnow() {
        redis.run("HIMPORT PREPARE f a b");
        logs("HIMPORT SET h f 1 2", "HSET h a 1 b 2");
        logs("HIMPORT SET h f 3 4", "MULTI", "DEL h", "HSET h a 3 b 4", "EXEC");
        logs("INCREX n BYINT 5", "SET n 5 KEEPTTL");
        logs("INCREX n BYINT 5 EX 10", "SET n 10 PXAT 1767225610000");
        logs("INCREX n BYINT 5 EX 20 ENX", "SET n 15 KEEPTTL");
        logs("INCREX n BYFLOAT 0.5 PERSIST", "SET n 15.5");
        logs("INCREX n BYFLOAT 0.5 PXAT 1", "DEL n");
        logs("SET n 1", "SET n 1");
        logs("DELEX n IFEQ 1", "DEL n");
        logs(
                "XADD s IDMP p i * a b",
                "MULTI",
                "XADD s 1767225600000-0 a b",
                "XIDMPRECORD s p i 1767225600000-0",
                "EXEC");
        logs("XADD s IDMP p i * a b");
        logs("MSETEX 2 a 1 b 2 EX 10", "MSETEX 2 a 1 b 2 PXAT 1767225610000");
    }

    @Test
    void nothingIsKeptWhereThereIsNoJournal() {
        redis.engine().journal().close();
        logs("SET a 1");
    }
}
