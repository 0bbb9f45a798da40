package dev.cinnabar.command;

import static dev.cinnabar.command.CommandSpec.command;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.commands.connection.ClientCommands;
import dev.cinnabar.commands.connection.ConnectionCommands;
import dev.cinnabar.commands.keys.KeyCommands;
import dev.cinnabar.commands.server.DatabaseCommands;
import dev.cinnabar.commands.strings.StringCommands;
import dev.cinnabar.commands.transactions.TransactionCommands;
import dev.cinnabar.resp.Reply;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.StringValue;
import dev.cinnabar.values.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Commands that wait for keys, shown with one that takes a string away: {@code take key [key ...] timeout}. */
class BlockingTest {

    @AutoClose
    private final TestEngine redis = new TestEngine(4, table());

    private final TestClient first = redis.newClient();
    private final TestClient second = redis.newClient();

    private static CommandTable table() {
        List<CommandSpec> rows = new ArrayList<>();
        rows.addAll(StringCommands.table());
        rows.addAll(KeyCommands.table());
        rows.addAll(DatabaseCommands.table());
        rows.addAll(ConnectionCommands.table());
        rows.addAll(ClientCommands.table());
        rows.addAll(TransactionCommands.table());
        rows.add(command("take", -3, Flag.WRITE, Flag.BLOCKING)
                .keys(KeySpec.range(1, -2, 1))
                .handler(BlockingTest::take));
        return new CommandTable(rows);
    }

    private static void take(Call call, Args args, Reply reply) {
        long timeout = args.integer(args.count() - 1);
        if (args.failed()) {
            return;
        }
        int keys = args.count() - 2;
        for (int i = 1; i <= keys; i++) {
            Entry entry = call.write(i);
            if (entry != null) {
                reply.bulk(StringValue.view(entry, call.view(), call.scratch()));
                call.delete(i, entry);
                return;
            }
        }
        call.block(Type.STRING, timeout, 1, keys);
    }

    private static void blocks(TestClient client, String... words) {
        assertThat(client.call(words)).as(Arrays.toString(words)).isEmpty();
        assertThat(client.isBlocked()).isTrue();
        assertThat(client.lateReply()).isNull();
    }

    @Test
    void whoComesFirstIsServedFirst() {
        blocks(first, "take", "k", "0");
        blocks(second, "take", "k", "0");
        assertThat(redis.run("SET k one")).isEqualTo("+OK");
        assertThat(first.lateReply()).isEqualTo("'one'");
        assertThat(second.isBlocked()).isTrue();
        assertThat(redis.run("EXISTS k")).isEqualTo("0");
        redis.run("SET k two");
        assertThat(second.lateReply()).isEqualTo("'two'");
        assertThat(redis.engine().blockedClients().size()).isZero();
    }

    @Test
    void oneOfSeveralKeysIsEnough() {
        blocks(first, "take", "a", "b", "c", "0");
        redis.run("SET b x");
        assertThat(first.lateReply()).isEqualTo("'x'");
        redis.run("SET a y");
        redis.run("SET c z");
        assertThat(first.lateReply()).isNull();
        assertThat(redis.run("MGET a b c")).isEqualTo("['y', nil, 'z']");
    }

    @Test
    void timeRunsOut() {
        blocks(first, "take", "k", "100");
        blocks(second, "take", "k", "200");
        second.protocol(3);
        redis.advanceMillis(99);
        redis.attendToWaits();
        assertThat(first.lateReply()).isNull();
        redis.advanceMillis(1);
        redis.attendToWaits();
        assertThat(first.lateReply()).isEqualTo("nil-array");
        redis.advanceMillis(500);
        redis.attendToWaits();
        assertThat(second.lateReply()).isEqualTo("nil");
        redis.run("SET k x");
        assertThat(redis.run("GET k")).isEqualTo("'x'");
    }

    @Test
    void aDisconnectedClientTakesNothing() {
        blocks(first, "take", "k", "0");
        blocks(second, "take", "k", "0");
        first.disconnect();
        redis.run("SET k x");
        assertThat(first.lateReply()).isNull();
        assertThat(second.lateReply()).isEqualTo("'x'");
    }

    @Test
    void aTransactionNeitherWaitsNorIsServedHalfWay() {
        redis.replies("""
                MULTI               -> +OK
                TAKE k 0            -> +QUEUED
                EXEC                -> [nil-array]
                """);
        blocks(first, "take", "k", "0");
        redis.replies("""
                MULTI               -> +OK
                SET k x             -> +QUEUED
                DEL k               -> +QUEUED
                EXEC                -> [+OK, 1]
                """);
        assertThat(first.lateReply()).isNull();
        redis.replies("""
                MULTI               -> +OK
                SET k x             -> +QUEUED
                SET k y             -> +QUEUED
                EXEC                -> [+OK, +OK]
                """);
        assertThat(first.lateReply()).isEqualTo("'y'");
    }

    @Test
    void keysComeByOtherWaysToo() {
        blocks(first, "take", "k", "0");
        redis.run("SET other 1");
        redis.run("RENAME other k");
        assertThat(first.lateReply()).isEqualTo("'1'");
        blocks(first, "take", "k", "0");
        redis.run("SELECT 1");
        redis.run("SET k 2");
        assertThat(first.lateReply()).isNull();
        redis.run("SWAPDB 0 1");
        assertThat(first.lateReply()).isEqualTo("'2'");
        blocks(first, "take", "k", "0");
        redis.run("SET k 3");
        redis.run("MOVE k 0");
        assertThat(first.lateReply()).isEqualTo("'3'");
    }

    @Test
    void anotherClientEndsTheWait() {
        blocks(first, "take", "k", "0");
        redis.engine().clients().add(first.session());
        String id = Long.toString(first.session().id());
        assertThat(redis.call("CLIENT", "UNBLOCK", id, "ERROR")).isEqualTo("1");
        assertThat(first.lateReply()).isEqualTo("-UNBLOCKED client unblocked via CLIENT UNBLOCK");
        assertThat(redis.call("CLIENT", "UNBLOCK", id)).isEqualTo("0");
        blocks(first, "take", "k", "0");
        assertThat(redis.call("CLIENT", "UNBLOCK", id)).isEqualTo("1");
        assertThat(first.lateReply()).isEqualTo("nil-array");
    }

    @Test
    void whatIsServedTouchesWatchers() {
        blocks(first, "take", "k", "0");
        second.replies("""
                WATCH k             -> +OK
                MULTI               -> +OK
                PING                -> +QUEUED
                """);
        redis.run("SET k x");
        assertThat(first.lateReply()).isEqualTo("'x'");
        assertThat(second.run("EXEC")).isEqualTo("nil-array");
    }
}
