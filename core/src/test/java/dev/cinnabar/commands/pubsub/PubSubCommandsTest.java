package dev.cinnabar.commands.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.Cinnabar;
import dev.cinnabar.CinnabarSession;
import dev.cinnabar.RespValue;
import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class PubSubCommandsTest {

    @AutoClose
    final TestEngine redis = new TestEngine();

    @Test
    void aMessageReachesChannelsThenPatterns() {
        TestClient subscriber = redis.newClient();
        TestClient modern = redis.newClient().protocol(3);
        assertThat(subscriber.run("SUBSCRIBE a b")).isEqualTo("['subscribe', 'a', 1] ['subscribe', 'b', 2]");
        assertThat(subscriber.run("PSUBSCRIBE ?")).isEqualTo("['psubscribe', '?', 3]");
        assertThat(modern.run("SUBSCRIBE a")).isEqualTo(">['subscribe', 'a', 1]");
        redis.replies("""
                PUBLISH a hello                 -> 3
                PUBLISH c other                 -> 1
                PUBLISH long nobody             -> 0
                PUBSUB NUMPAT                   -> 1
                PUBSUB NUMSUB a b x             -> ['a', 2, 'b', 1, 'x', 0]
                PUBSUB CHANNELS b*              -> ['b']
                """);
        assertThat(subscriber.pushes())
                .isEqualTo("['message', 'a', 'hello'] ['pmessage', '?', 'a', 'hello'] ['pmessage', '?', 'c', 'other']");
        assertThat(modern.pushes()).isEqualTo(">['message', 'a', 'hello']");
    }

    @Test
    void shardChannelsAreAWorldOfTheirOwn() {
        TestClient subscriber = redis.newClient();
        assertThat(subscriber.run("SSUBSCRIBE a a")).isEqualTo("['ssubscribe', 'a', 1] ['ssubscribe', 'a', 1]");
        assertThat(subscriber.run("SUBSCRIBE a")).isEqualTo("['subscribe', 'a', 1]");
        redis.replies("""
                SPUBLISH a 1                    -> 1
                SPUBLISH b 1                    -> 0
                PUBSUB SHARDCHANNELS            -> ['a']
                PUBSUB SHARDNUMSUB a b          -> ['a', 1, 'b', 0]
                """);
        assertThat(subscriber.pushes()).isEqualTo("['smessage', 'a', '1']");
        assertThat(subscriber.run("SUNSUBSCRIBE")).isEqualTo("['sunsubscribe', 'a', 0]");
        assertThat(subscriber.run("SUNSUBSCRIBE")).isEqualTo("['sunsubscribe', nil, 0]");
        redis.replies("SPUBLISH a 1 -> 0");
    }

    @Test
    void inVersion2ASubscriberMayDoLittleElse() {
        redis.replies("""
                SUBSCRIBE a                     -> ['subscribe', 'a', 1]
                GET x                           -> -ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
                CLIENT LIST                     -> -ERR Can't execute 'client|list': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
                PING                            -> ['pong', '']
                PING x                          -> ['pong', 'x']
                UNSUBSCRIBE b                   -> ['unsubscribe', 'b', 1]
                UNSUBSCRIBE                     -> ['unsubscribe', 'a', 0]
                UNSUBSCRIBE                     -> ['unsubscribe', nil, 0]
                PING                            -> +PONG
                PSUBSCRIBE a                    -> ['psubscribe', 'a', 1]
                RESET                           -> +RESET
                GET x                           -> nil
                PUBSUB NUMPAT                   -> 0
                """);
    }

    @Test
    void inVersion3OwnMessagesFollowTheReply() {
        redis.protocol(3).replies("""
                SUBSCRIBE a                     -> >['subscribe', 'a', 1]
                PUBLISH a 1                     -> 1 >['message', 'a', '1']
                GET x                           -> nil
                MULTI                           -> +OK
                SUBSCRIBE b                     -> +QUEUED
                PUBLISH b 1                     -> +QUEUED
                PING                            -> +QUEUED
                EXEC                            -> [>['subscribe', 'b', 2], 1, +PONG] >['message', 'b', '1']
                """);
        assertThat(redis.client().pushes()).isEmpty();
    }

    @Test
    void whoWantsNoRepliesGetsMessagesAllTheSame() {
        TestClient client = redis.newClient().protocol(3);
        assertThat(client.run("CLIENT REPLY OFF")).isEmpty();
        assertThat(client.run("SUBSCRIBE a")).isEqualTo(">['subscribe', 'a', 1]");
        assertThat(client.run("PING")).isEmpty();
        assertThat(client.run("PUBLISH a 1")).isEqualTo(">['message', 'a', '1']");
        assertThat(client.run("UNSUBSCRIBE")).isEqualTo(">['unsubscribe', 'a', 0]");
    }

    @Test
    void aTransactionMaySubscribeButNotToShardChannels() {
        redis.replies("""
                MULTI                           -> +OK
                SSUBSCRIBE a                    -> +QUEUED
                SUBSCRIBE a                     -> +QUEUED
                GET x                           -> +QUEUED
                EXEC                            -> [-ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client, ['subscribe', 'a', 1], nil]
                PING                            -> ['pong', '']
                """);
    }

    @Test
    void whoIsGoneIsNoSubscriber() {
        TestClient client = redis.newClient();
        client.run("SUBSCRIBE a");
        client.run("PSUBSCRIBE *");
        assertThat(redis.run("INFO clients")).contains("pubsub_clients:1");
        assertThat(redis.run("INFO stats")).contains("pubsub_channels:1", "pubsub_patterns:1");
        client.disconnect();
        redis.replies("""
                PUBLISH a 1                     -> 0
                PUBSUB CHANNELS                 -> []
                PUBSUB NUMPAT                   -> 0
                """);
        assertThat(redis.run("INFO clients")).contains("pubsub_clients:0");
    }

    @Test
    void aMessageThatIsOnItsWayDoesNotOutliveTheSubscription() {
        TestClient client = redis.newClient();
        client.run("SUBSCRIBE a");
        client.holdPushes();
        redis.run("PUBLISH a 1");
        client.run("UNSUBSCRIBE");
        redis.run("PUBLISH a 2");
        client.releasePushes();
        assertThat(client.pushes()).isEmpty();
    }

    @Test
    void aConnectionIsNeeded() {
        try (Cinnabar library = Cinnabar.open();
                CinnabarSession session = library.newSession()) {
            assertThat(session.call("SUBSCRIBE", "a")).isInstanceOf(RespValue.ErrorReply.class);
            assertThat(session.call("CLIENT", "TRACKING", "ON")).isInstanceOf(RespValue.ErrorReply.class);
            assertThat(session.call("PUBLISH", "a", "1").asLong()).isZero();
        }
    }

    @Test
    void whoWaitedIsAnsweredBeforeHeIsTold() {
        TestClient waiting = redis.newClient().protocol(3);
        waiting.run("SUBSCRIBE __keyspace@0__:x");
        redis.run("CONFIG SET notify-keyspace-events Kl");
        assertThat(waiting.run("BLPOP x 0")).isEmpty();
        redis.run("RPUSH x 1");
        assertThat(waiting.lateReply()).isEqualTo("['x', '1']");
        assertThat(waiting.pushes())
                .isEqualTo(">['message', '__keyspace@0__:x', 'rpush'] >['message', '__keyspace@0__:x', 'lpop']");
    }
}
