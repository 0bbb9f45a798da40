package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.config.EventClasses;
import dev.cinnabar.memory.Bytes;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class KeyspaceNotificationsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    private TestClient listener(String classes) {
        redis.run("CONFIG SET notify-keyspace-events " + classes);
        TestClient listener = redis.newClient();
        listener.run("PSUBSCRIBE __*");
        return listener;
    }

    @Test
    void keyspaceComesBeforeKeyevent() {
        TestClient listener = listener("KEA");
        redis.run("SET a 1");
        assertThat(listener.pushes())
                .isEqualTo(
                        "['pmessage', '__*', '__keyspace@0__:a', 'set'] ['pmessage', '__*', '__keyevent@0__:set', 'a']");
    }

    @Test
    void classesWithoutADestinationAreSilent() {
        TestClient listener = listener("A");
        redis.run("SET a 1");
        assertThat(redis.settings().events).isZero();
        assertThat(listener.pushes()).isEmpty();
    }

    @Test
    void expiryIsAnEventWhoeverFindsOut() {
        TestClient listener = listener("Kx");
        redis.run("SET a 1 PX 10");
        redis.run("SET b 1 PX 10");
        redis.advanceMillis(20);
        redis.run("GET a");
        assertThat(listener.pushes()).isEqualTo("['pmessage', '__*', '__keyspace@0__:a', 'expired']");
        redis.engine().keyspace().expireDue();
        assertThat(listener.pushes()).isEqualTo("['pmessage', '__*', '__keyspace@0__:b', 'expired']");
    }

    @Test
    void overwrittenKeys() {
        TestClient listener = listener("Koc");
        redis.run("SET a 1");
        redis.run("SET a 2");
        assertThat(listener.pushes()).isEqualTo("['pmessage', '__*', '__keyspace@0__:a', 'overwritten']");
    }

    @Test
    void partsOfValuesHaveChannelsOfTheirOwn() {
        TestClient listener = listener("STIVh");
        KeyEvents events = redis.engine().keyEvents();
        List<byte[]> fields = List.of("one".getBytes(UTF_8), "3".getBytes(UTF_8));
        events.happened(EventClasses.HASH, "hset", 0, Bytes.of("key"), fields, null);
        assertThat(listener.pushes())
                .isEqualTo("['pmessage', '__*', '__subkeyspace@0__:key', 'hset|3:one,1:3']"
                        + " ['pmessage', '__*', '__subkeyevent@0__:hset', '3:key|3:one,1:3']"
                        + " ['pmessage', '__*', '__subkeyspaceitem@0__:key\\none', 'hset']"
                        + " ['pmessage', '__*', '__subkeyspaceitem@0__:key\\n3', 'hset']"
                        + " ['pmessage', '__*', '__subkeyspaceevent@0__:hset|key', '3:one,1:3']");
        events.happened(EventClasses.HASH, "hset", 0, Bytes.of("k\ney"), fields, null);
        assertThat(listener.pushes()).doesNotContain("__subkeyspaceitem");
        events.happened(EventClasses.HASH, "del|x", 0, Bytes.of("key"), fields, null);
        assertThat(listener.pushes()).contains("__subkeyevent").doesNotContain("subkeyspace@", "subkeyspaceevent");
        events.happened(EventClasses.GENERIC, "del", 0, Bytes.of("key"), fields, null);
        assertThat(listener.pushes()).isEmpty();
    }

    @Test
    void lettersOfAllClasses() {
        redis.replies("""
                CONFIG SET notify-keyspace-events KEAmnocSTIV   -> +OK
                CONFIG GET notify-keyspace-events               -> ['notify-keyspace-events', 'AKEmocSTIV']
                CONFIG SET notify-keyspace-events K$a           -> +OK
                CONFIG GET notify-keyspace-events               -> ['notify-keyspace-events', '$aK']
                """);
    }
}
