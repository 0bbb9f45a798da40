package dev.cinnabar.commands.hashes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldEventsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    private TestClient listener;

    @BeforeEach
    void listen() {
        redis.run("HSET h a 1 b 2 c 3 timed 4");
        redis.run("HEXPIRE h 100 FIELDS 1 timed");
        redis.run("CONFIG SET notify-keyspace-events Th");
        listener = redis.newClient();
        listener.run("PSUBSCRIBE __*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HSET h a 5 new 6; hset=a,new",
                "HMSET h a 5; hset=a",
                "HSETNX h new 1; hset=new",
                "HSETNX h a 1; ''",
                "HDEL h a missing c; hdel=a,c",
                "HGETDEL h FIELDS 3 a missing b; hdel=a,b",
                "HINCRBY h a 2; hincrby=a",
                "HINCRBYFLOAT h a 2.5; hincrbyfloat=a",
                "HEXPIRE h 10 FIELDS 3 a missing b; hexpire=a,b",
                "HEXPIRE h 10 NX FIELDS 2 timed b; hexpire=b",
                "HEXPIRE h 0 FIELDS 2 a b; hdel=a,b",
                "HPERSIST h FIELDS 2 a timed; hpersist=timed",
                "HGETEX h EX 10 FIELDS 2 a b; hexpire=a,b",
                "HGETEX h PERSIST FIELDS 2 a timed; hpersist=timed",
                "HGETEX h FIELDS 1 a; ''",
                "HSETEX h FIELDS 2 a 1 new 2; hset=a,new",
                "HSETEX h EX 10 FIELDS 1 a 1; hset=a hexpire=a",
                "HSETEX h PXAT 1 FIELDS 2 a 1 missing 2; hset=a,missing hdel=a,missing"
            })
    void theFieldsOfAnEventAreTold(String command, String expected) {
        redis.run(command);

        StringBuilder pushes = new StringBuilder();
        for (String event : expected.split(" ", -1)) {
            int equals = event.indexOf('=');
            if (equals > 0) {
                StringBuilder fields = new StringBuilder();
                for (String field : event.substring(equals + 1).split(",", -1)) {
                    fields.append(fields.isEmpty() ? "" : ",").append(field.length() + ":" + field);
                }
                pushes.append(pushes.isEmpty() ? "" : " ")
                        .append("['pmessage', '__*', '__subkeyevent@0__:%s', '1:h|%s']"
                                .formatted(event.substring(0, equals), fields));
            }
        }
        assertThat(listener.pushes()).isEqualTo(pushes.toString());
    }

    @Test
    void aFieldThatExpiresIsTold() {
        redis.advanceMillis(100_001);
        redis.engine().keyspace().expireDue();
        assertThat(listener.pushes()).contains("__subkeyevent@0__:hexpired', '1:h|5:timed'");
    }

    @Test
    void eventsOfTheKeyHaveNoFields() {
        redis.run("CONFIG SET notify-keyspace-events Tg");
        redis.run("HDEL h a b c timed");
        assertThat(listener.pushes()).isEmpty();
    }
}
