package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.keyspace.Keyspace;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.structures.LookAhead;
import dev.cinnabar.values.MemberAim;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookAheadTest {

    private static final int MEMBERS = 2000;

    @AutoClose
    final TestEngine redis = new TestEngine();

    private final MemberAim aim = new MemberAim();

    @ParameterizedTest
    @CsvSource({"HSET k %s value", "SADD k %s", "ZADD k 1 %s"})
    void mostMembersOfBigCollectionsAreFound(String command) {
        for (int i = 0; i < MEMBERS; i++) {
            redis.call(command.formatted("member:" + i).split(" "));
        }

        assertThat(found("k", "member:")).isBetween(MEMBERS / 2, MEMBERS);
        assertThat(found("k", "other:")).isLessThan(MEMBERS / 20);
    }

    @Test
    void nothingIsFoundWhereThereIsNoTableOfMembers() {
        redis.replies("""
                SET string member:1        -> +OK
                HSET small member:1 value  -> 1
                RPUSH list member:1        -> 1
                """);

        for (String key : new String[] {"string", "small", "list", "missing"}) {
            assertThat(found(key, "member:")).as(key).isZero();
        }
    }

    private int found(String key, String prefix) {
        Keyspace keyspace = redis.engine().keyspace();
        long hash = keyspace.hash(bytes(key));
        LookAhead ahead = new LookAhead(MEMBERS);
        for (int i = 0; i < MEMBERS; i++) {
            keyspace.aimAtMember(0, hash, bytes(prefix + i), aim, ahead);
        }
        ahead.run();
        return ahead.places();
    }

    private static Bytes bytes(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return new Bytes().set(bytes, 0, bytes.length);
    }
}
