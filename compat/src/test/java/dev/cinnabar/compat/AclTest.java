package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;

/** Users and what they may do: rules, what is denied and how, ACL's own replies. */
class AclTest {

    /** The server is that of all tests: whoever an earlier one has made goes. */
    private static void forgetBob(Client redis) {
        redis.run("ACL DELUSER bob").matches("[01]");
    }

    private static Client as(Server server, String user) {
        Client client = server.connect();
        client.run("AUTH " + user + " secret").isOk();
        return client;
    }

    @RedisTest(since = "8.0", valkeyDiffers = "it shows no sanitize-payload")
    void rulesAreShownAsFewAsSayTheSame(Client redis) {
        forgetBob(redis);
        redis.run("ACL SETUSER bob").isOk();
        redis.run("ACL GETUSER bob")
                .is("['flags', ['off', 'sanitize-payload'], 'passwords', [], 'commands', '-@all', 'keys', '',"
                        + " 'channels', '', 'selectors', []]");
        redis.run("ACL SETUSER bob on nopass %R~a ~b %W~a &c* +@all -get +GET -config +config|get (+get ~x)")
                .isOk();
        redis.run("ACL GETUSER bob")
                .matches("\\['flags', \\['on', 'nopass', 'sanitize-payload'\\], 'passwords', \\[\\], 'commands',"
                        + " '\\+@all.*', 'keys', '~a ~b', 'channels', '&c\\*', 'selectors',"
                        + " \\[\\['commands', '-@all \\+get', 'keys', '~x', 'channels', ''\\]\\]\\]");
        redis.run("ACL GETUSER nobody").is("nil");
    }

    @RedisTest
    void passwords(Client redis) {
        forgetBob(redis);
        redis.replies("""
            ACL SETUSER bob on >one >two ~* +@all          -> +OK
            AUTH bob one                                   -> +OK
            AUTH bob two                                   -> +OK
            AUTH bob three                                 -> -WRONGPASS invalid username-password pair or user is disabled.
            AUTH nobody one                                -> -WRONGPASS invalid username-password pair or user is disabled.
            ACL WHOAMI                                     -> 'bob'
            ACL SETUSER bob <one                           -> +OK
            AUTH bob one                                   -> -WRONGPASS invalid username-password pair or user is disabled.
            ACL SETUSER bob <one                           -> -ERR Error in ACL SETUSER modifier '<one': The password you are trying to remove from the user does not exist
            ACL SETUSER bob #zz                            -> -ERR Error in ACL SETUSER modifier '#zz': The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters
            ACL SETUSER bob off                            -> +OK
            AUTH bob two                                   -> -WRONGPASS invalid username-password pair or user is disabled.
            ACL SETUSER bob on nopass                      -> +OK
            AUTH bob anything                              -> +OK
            """);
    }

    @RedisTest
    void wrongRules(Client redis) {
        forgetBob(redis);
        redis.replies("""
            ACL SETUSER bob foo                -> -ERR Error in ACL SETUSER modifier 'foo': Syntax error
            ACL SETUSER bob +nosuch            -> -ERR Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL
            ACL SETUSER bob +@nosuch           -> -ERR Error in ACL SETUSER modifier '+@nosuch': Unknown command or category name in ACL
            ACL SETUSER bob (+get              -> -ERR Unmatched parenthesis in acl selector starting at '(+get'.
            ACL SETUSER "a b"                  -> -ERR Usernames can't contain spaces or null characters
            ACL SETUSER bob ~* ~x              -> -ERR Error in ACL SETUSER modifier '~x': Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns
            ACL GETUSER bob                    -> nil
            ACL DELUSER default                -> -ERR The 'default' user cannot be removed
            ACL DELUSER bob nobody             -> 0
            ACL CAT nosuch                     -> -ERR Unknown category 'nosuch'
            """);
    }

    @RedisTest
    void whatIsDenied(Client redis, Server server) {
        forgetBob(redis);
        redis.run(
                        "ACL SETUSER bob on >secret ~a* %R~r* %W~w* &c* +@read +@write +@pubsub +config|get +select|1 +multi +exec -mget")
                .isOk();
        as(server, "bob").replies("""
            GET a1                    -> nil
            SET a1 x                  -> +OK
            GET r1                    -> nil
            SET r1 x                  -> /-NOPERM .*/
            SET w1 x                  -> +OK
            GET w1                    -> /-NOPERM .*/
            GET other                 -> /-NOPERM .*key.*/
            MGET a1                   -> /-NOPERM .*has no permissions to run the 'mget' command/
            CONFIG GET nothing        -> []
            CONFIG RESETSTAT          -> /-NOPERM .*has no permissions to run the 'config\\|resetstat' command/
            SELECT 1                  -> +OK
            SELECT 2                  -> /-NOPERM .*/
            COPY r1 a2                -> 0
            COPY a1 r1                -> /-NOPERM .*/
            SORT a9 BY x*             -> /-.*/
            PUBLISH c1 x              -> 0
            PUBLISH d1 x              -> /-NOPERM .*channel.*/
            SUBSCRIBE d1              -> /-NOPERM .*channel.*/
            PSUBSCRIBE *              -> /-NOPERM .*channel.*/
            MULTI                     -> +OK
            GET other                 -> /-NOPERM .*/
            EXEC                      -> -EXECABORT Transaction discarded because of previous errors.
            GET                       -> -ERR wrong number of arguments for 'get' command
            FOO                       -> /-ERR unknown command .*/
            """);
    }

    @RedisTest
    void rightsThatAreTakenWhileATransactionIsQueued(Client redis, Server server) {
        forgetBob(redis);
        redis.run("ACL SETUSER bob on >secret ~* +@all").isOk();
        Client bob = as(server, "bob");
        bob.run("MULTI").isOk();
        bob.run("SET x 1").is("+QUEUED");
        bob.run("GET x").is("+QUEUED");
        redis.run("ACL SETUSER bob -set").isOk();
        bob.run("EXEC").matches("\\[-NOPERM .*, nil\\]");
    }

    @RedisTest
    void aUserWhoIsDeletedIsDisconnected(Client redis, Server server) {
        forgetBob(redis);
        redis.run("ACL SETUSER bob on >secret ~* +@all").isOk();
        Client bob = as(server, "bob");
        bob.run("PING").is("+PONG");
        redis.run("ACL DELUSER bob").is(1);
        assertThat(bob.isClosedByServer()).isTrue();
    }

    @RedisTest
    void selectors(Client redis, Server server) {
        forgetBob(redis);
        redis.run("ACL SETUSER bob on >secret ~a* +get (~b* +set) (~c* +get +set)")
                .isOk();
        as(server, "bob").replies("""
            GET a                     -> nil
            SET a x                   -> /-NOPERM .*/
            SET b x                   -> +OK
            GET b                     -> /-NOPERM .*/
            SET c x                   -> +OK
            GET c                     -> 'x'
            """);
        redis.run("ACL SETUSER bob clearselectors").isOk();
        Client bob = as(server, "bob");
        bob.run("SET c x").matches("-NOPERM .*");
        bob.run("GET a").is("nil");
    }

    @RedisTest
    void dryRuns(Client redis) {
        forgetBob(redis);
        redis.run("ACL SETUSER bob on nopass %R~r* ~a +get +set +copy").isOk();
        redis.replies("""
            ACL DRYRUN bob GET r1                 -> +OK
            ACL DRYRUN bob SET a 1                -> +OK
            ACL DRYRUN bob SET r1 1               -> /'.*has no permissions to access the .*r1.* key'/
            ACL DRYRUN bob DEL r1                 -> /'.*has no permissions to run the .*del.* command'/
            ACL DRYRUN bob COPY r1 a              -> +OK
            ACL DRYRUN nobody GET r1              -> -ERR User 'nobody' not found
            ACL DRYRUN bob FOO                    -> -ERR Command 'FOO' not found
            ACL DRYRUN bob GET                    -> -ERR wrong number of arguments for 'get' command
            """);
    }

    @RedisTest
    void theLogTellsWhatWasDenied(Client redis, Server server) {
        forgetBob(redis);
        redis.run("ACL LOG RESET").isOk();
        redis.run("ACL SETUSER bob on >secret ~a +get").isOk();
        Client bob = as(server, "bob");
        bob.run("GET b").matches("-NOPERM .*");
        bob.run("GET b").matches("-NOPERM .*");
        bob.run("SET a 1").matches("-NOPERM .*");
        bob.run("AUTH eve wrong").matches("-WRONGPASS .*");
        Resp log = redis.run("ACL LOG").reply();
        assertThat(log.list()).hasSize(3);
        Resp auth = log.list().get(0);
        assertThat(auth.field("reason").text()).isEqualTo("auth");
        assertThat(auth.field("object").text()).isIn("auth", "AUTH");
        assertThat(auth.field("username").text()).isEqualTo("eve");
        Resp command = log.list().get(1);
        assertThat(command.field("reason").text()).isEqualTo("command");
        assertThat(command.field("object").text()).isEqualTo("set");
        assertThat(command.field("context").text()).isEqualTo("toplevel");
        Resp key = log.list().get(2);
        assertThat(key.field("count").integer()).isEqualTo(2);
        assertThat(key.field("reason").text()).isEqualTo("key");
        assertThat(key.field("object").text()).isEqualTo("b");
        assertThat(key.field("username").text()).isEqualTo("bob");
        redis.run("ACL LOG 1").matches("\\[\\[.*\\]\\]");
        redis.run("ACL LOG -1").matches("\\[\\]|-.*");
        redis.run("ACL LOG RESET").isOk();
        redis.run("ACL LOG").is("[]");
    }

    @RedisTest
    void withoutPasswordNothing(Client redis, Server server) {
        redis.run("CONFIG SET requirepass secret").isOk();
        try {
            Client stranger = server.connect();
            stranger.replies("""
                GET x                 -> -NOAUTH Authentication required.
                PING                  -> -NOAUTH Authentication required.
                FOO                   -> /-(ERR unknown command|NOAUTH).*/
                ACL WHOAMI            -> -NOAUTH Authentication required.
                AUTH wrong            -> -WRONGPASS invalid username-password pair or user is disabled.
                AUTH secret           -> +OK
                PING                  -> +PONG
                """);
        } finally {
            redis.run("CONFIG SET requirepass ''").isOk();
        }
    }

    @RedisTest
    void genpassAndCategories(Client redis) {
        redis.run("ACL GENPASS").matches("'[0-9a-f]{64}'");
        redis.run("ACL GENPASS 5").matches("'[0-9a-f]{2}'");
        redis.run("ACL GENPASS 0").matches("-ERR ACL GENPASS argument must be the number of bits .*");
        redis.run("ACL GENPASS 4097").matches("-ERR ACL GENPASS argument must be the number of bits .*");
        assertThat(redis.run("ACL CAT").reply().list().stream().map(Resp::text).toList())
                .contains(
                        "keyspace",
                        "read",
                        "write",
                        "set",
                        "sortedset",
                        "list",
                        "hash",
                        "string",
                        "bitmap",
                        "hyperloglog",
                        "geo",
                        "stream",
                        "pubsub",
                        "admin",
                        "fast",
                        "slow",
                        "blocking",
                        "dangerous",
                        "connection",
                        "transaction",
                        "scripting");
        assertThat(redis.run("ACL CAT hyperloglog").reply().list().stream()
                        .map(Resp::text)
                        .toList())
                .contains("pfadd", "pfcount", "pfmerge", "pfdebug", "pfselftest");
    }
}
