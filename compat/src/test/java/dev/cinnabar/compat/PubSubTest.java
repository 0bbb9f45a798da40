package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;

/** SUBSCRIBE, PUBLISH and their kin: confirmations, messages, order, what a subscriber may do. */
class PubSubTest {

    private static void reads(Client client, String... messages) {
        for (String message : messages) {
            assertThat(client.read()).hasToString(message);
        }
    }

    /** What is expected in version 2 as it is in version 3, where a message is a push. */
    private static String push(Client client, String message) {
        return client.protocol() == 3 ? ">" + message : message;
    }

    @RedisTest(resp = {2, 3})
    void messages(Client subscriber, Server server) {
        Client publisher = server.connect();
        subscriber.send("SUBSCRIBE", "a", "b", "a");
        reads(
                subscriber,
                push(subscriber, "['subscribe', 'a', 1]"),
                push(subscriber, "['subscribe', 'b', 2]"),
                push(subscriber, "['subscribe', 'a', 2]"));
        subscriber.send("PSUBSCRIBE", "[ab]*");
        reads(subscriber, push(subscriber, "['psubscribe', '[ab]*', 3]"));
        publisher.replies("""
            PUBLISH a one           -> 2
            PUBLISH b ""            -> 2
            PUBLISH ab two          -> 1
            PUBLISH c three         -> 0
            """);
        reads(
                subscriber,
                push(subscriber, "['message', 'a', 'one']"),
                push(subscriber, "['pmessage', '[ab]*', 'a', 'one']"),
                push(subscriber, "['message', 'b', '']"),
                push(subscriber, "['pmessage', '[ab]*', 'b', '']"),
                push(subscriber, "['pmessage', '[ab]*', 'ab', 'two']"));
        subscriber.send("UNSUBSCRIBE", "a", "nothing");
        reads(
                subscriber,
                push(subscriber, "['unsubscribe', 'a', 2]"),
                push(subscriber, "['unsubscribe', 'nothing', 2]"));
        publisher.run("PUBLISH a four").is(1);
        reads(subscriber, push(subscriber, "['pmessage', '[ab]*', 'a', 'four']"));
        subscriber.send("UNSUBSCRIBE");
        reads(subscriber, push(subscriber, "['unsubscribe', 'b', 1]"));
        subscriber.send("PUNSUBSCRIBE");
        reads(subscriber, push(subscriber, "['punsubscribe', '[ab]*', 0]"));
        subscriber.send("PUNSUBSCRIBE");
        reads(subscriber, push(subscriber, "['punsubscribe', nil, 0]"));
        publisher.run("PUBLISH a five").is(0);
        subscriber.run("PING").is("+PONG");
    }

    @RedisTest(
            since = "7.0",
            resp = {2, 3})
    void shardChannels(Client subscriber, Server server) {
        Client publisher = server.connect();
        subscriber.send("SSUBSCRIBE", "a", "a", "b");
        reads(
                subscriber,
                push(subscriber, "['ssubscribe', 'a', 1]"),
                push(subscriber, "['ssubscribe', 'a', 1]"),
                push(subscriber, "['ssubscribe', 'b', 2]"));
        subscriber.send("SUBSCRIBE", "a");
        reads(subscriber, push(subscriber, "['subscribe', 'a', 1]"));
        publisher.replies("""
            SPUBLISH a one          -> 1
            PUBLISH a two           -> 1
            SPUBLISH c three        -> 0
            PUBSUB SHARDNUMSUB a c  -> ['a', 1, 'c', 0]
            PUBSUB SHARDCHANNELS b* -> ['b']
            PUBSUB NUMSUB a b       -> ['a', 1, 'b', 0]
            """);
        reads(subscriber, push(subscriber, "['smessage', 'a', 'one']"), push(subscriber, "['message', 'a', 'two']"));
        subscriber.send("SUNSUBSCRIBE", "a");
        reads(subscriber, push(subscriber, "['sunsubscribe', 'a', 1]"));
        subscriber.send("SUNSUBSCRIBE");
        reads(subscriber, push(subscriber, "['sunsubscribe', 'b', 0]"));
        subscriber.send("SUNSUBSCRIBE");
        reads(subscriber, push(subscriber, "['sunsubscribe', nil, 0]"));
    }

    @RedisTest(valkeyDiffers = "its errors and its list of commands are other ones")
    void whatASubscriberMayDoInVersion2(Client redis) {
        redis.replies("""
            SUBSCRIBE a             -> ['subscribe', 'a', 1]
            PING                    -> ['pong', '']
            PING hello              -> ['pong', 'hello']
            PING a b                -> -ERR wrong number of arguments for 'ping' command
            GET x                   -> -ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            CLIENT LIST             -> -ERR Can't execute 'client|list': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            PUBLISH a b             -> -ERR Can't execute 'publish': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            MULTI                   -> -ERR Can't execute 'multi': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            GET                     -> -ERR wrong number of arguments for 'get' command
            NOSUCH                  -> /-ERR unknown command 'NOSUCH', with args beginning with: ?/
            SSUBSCRIBE s            -> ['ssubscribe', 's', 1]
            UNSUBSCRIBE             -> ['unsubscribe', 'a', 0]
            GET x                   -> -ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context
            RESET                   -> +RESET
            GET x                   -> nil
            PSUBSCRIBE p            -> ['psubscribe', 'p', 1]
            QUIT                    -> +OK
            """);
        assertThat(redis.isClosedByServer()).isTrue();
    }

    @RedisTest(since = "7.2")
    void inVersion3ASubscriberMayDoAll(Client redis) {
        redis.hello(3);
        redis.replies("""
            SUBSCRIBE a             -> >['subscribe', 'a', 1]
            GET x                   -> nil
            """);
        List<String> got = new ArrayList<>();
        redis.sendText("PUBLISH a 1\r\nPING\r\nPUBLISH a 2\r\nPING\r\n");
        for (int i = 0; i < 6; i++) {
            got.add(redis.read().toString());
        }
        assertThat(got).containsExactly("1", ">['message', 'a', '1']", "+PONG", "1", ">['message', 'a', '2']", "+PONG");
        redis.send("CLIENT", "REPLY", "OFF");
        redis.send("SUBSCRIBE", "b");
        redis.send("PUBLISH", "b", "3");
        redis.send("UNSUBSCRIBE", "b");
        reads(redis, ">['subscribe', 'b', 2]", ">['message', 'b', '3']", ">['unsubscribe', 'b', 1]");
        redis.run("CLIENT REPLY ON").is("+OK");
        redis.hello(2);
        redis.run("GET x").matches("-ERR Can't execute 'get'.*");
    }

    @RedisTest(since = "7.2")
    void insideTransactions(Client redis) {
        redis.hello(3);
        redis.replies("""
            MULTI                   -> +OK
            SUBSCRIBE a             -> +QUEUED
            PUBLISH a 1             -> +QUEUED
            SSUBSCRIBE a            -> +QUEUED
            PING                    -> +QUEUED
            EXEC                    -> [>['subscribe', 'a', 1], 1, -ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client, +PONG]
            """);
        reads(redis, ">['message', 'a', '1']");
    }

    @RedisTest
    void introspection(Client redis, Server server) {
        Client subscriber = server.connect();
        subscriber.send("SUBSCRIBE", "a");
        subscriber.read();
        subscriber.send("PSUBSCRIBE", "p*", "q*");
        subscriber.read();
        subscriber.read();
        redis.replies("""
            PUBSUB CHANNELS         -> ['a']
            PUBSUB CHANNELS b*      -> []
            PUBSUB CHANNELS a b     -> /-ERR .*unknown subcommand or wrong number of arguments for 'CHANNELS'.*/
            PUBSUB NUMPAT           -> 2
            PUBSUB NUMPAT x         -> -ERR wrong number of arguments for 'pubsub|numpat' command
            PUBSUB NUMSUB           -> []
            PUBSUB NUMSUB a a b     -> ['a', 1, 'a', 1, 'b', 0]
            PUBSUB                  -> -ERR wrong number of arguments for 'pubsub' command
            PUBSUB NOSUCH           -> /-ERR unknown subcommand 'NOSUCH'. Try PUBSUB HELP./
            CLIENT LIST TYPE pubsub -> /.* flags=P .*db=0 sub=1 psub=2 ssub=0 .*cmd=psubscribe .*/
            INFO stats              -> /.*pubsub_channels:1.*pubsub_patterns:2.*/
            SUBSCRIBE               -> -ERR wrong number of arguments for 'subscribe' command
            PUBLISH a               -> -ERR wrong number of arguments for 'publish' command
            """);
    }

    @RedisTest
    void aSubscriberThatIsGoneCountsNoMore(Client redis, Server server) {
        Client subscriber = server.connect();
        subscriber.run("SUBSCRIBE a").is("['subscribe', 'a', 1]");
        redis.run("CLIENT KILL TYPE pubsub").is(1);
        assertThat(subscriber.isClosedByServer()).isTrue();
        redis.run("PUBLISH a 1").is(0);
    }

    @RedisTest
    void messagesOfAPublisherKeepTheirOrder(Client publisher, Server server) {
        List<Client> subscribers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Client subscriber = server.connect();
            subscriber.run("SUBSCRIBE a").is("['subscribe', 'a', 1]");
            subscriber.run("SUBSCRIBE b").is("['subscribe', 'b', 2]");
            subscribers.add(subscriber);
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            lines.add("PUBLISH " + (i % 3 == 0 ? "b " : "a ") + i);
        }
        assertThat(publisher.pipeline(lines)).hasToString("[" + "10, ".repeat(499) + "10]");
        for (Client subscriber : subscribers) {
            for (int i = 0; i < 500; i++) {
                reads(subscriber, "['message', '" + (i % 3 == 0 ? "b" : "a") + "', '" + i + "']");
            }
        }
    }

    @RedisTest
    void aSubscriberThatReadsNothingIsCutOff(Client redis, Server server) {
        redis.run("CONFIG SET client-output-buffer-limit \"pubsub 200kb 0 0\"").is("+OK");
        Client subscriber = server.connect();
        subscriber.run("SUBSCRIBE a").is("['subscribe', 'a', 1]");
        String payload = "x".repeat(100_000);
        // The system's own buffers hold some megabytes.
        boolean gone = false;
        for (int i = 0; i < 2000 && !gone; i++) {
            gone = redis.call("PUBLISH", "a", payload).integer() == 0;
        }
        assertThat(gone).isTrue();
        redis.run("CLIENT LIST TYPE pubsub").isBulk("");
    }
}
