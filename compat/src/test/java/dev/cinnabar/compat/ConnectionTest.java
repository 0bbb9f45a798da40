package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;

/** PING, ECHO, SELECT, HELLO, AUTH, RESET, QUIT and the CLIENT commands that concern one's own connection. */
class ConnectionTest {

    @RedisTest(resp = {2, 3})
    void pingAndEcho(Client redis) {
        redis.replies("""
            PING                    -> +PONG
            PING hello              -> 'hello'
            PING ""                 -> ''
            PING a b                -> -ERR wrong number of arguments for 'ping' command
            ECHO "a\\x00b"          -> 'a\\x00b'
            ECHO                    -> -ERR wrong number of arguments for 'echo' command
            ECHO a b                -> -ERR wrong number of arguments for 'echo' command
            """);
    }

    @RedisTest
    void unknownCommands(Client redis) {
        redis.replies("""
            FOO                     -> /-ERR unknown command 'FOO', with args beginning with: ?/
            foo a b                 -> /-ERR unknown command 'foo', with args beginning with: 'a' 'b' ?/
            "" a                    -> /-ERR unknown command '', with args beginning with: 'a' ?/
            "a\\r\\nb" c            -> /-ERR unknown command 'a  b', with args beginning with: 'c' ?/
            CLIENT                  -> -ERR wrong number of arguments for 'client' command
            CLIENT FOO              -> -ERR unknown subcommand 'FOO'. Try CLIENT HELP.
            CONFIG foo a b          -> -ERR unknown subcommand 'foo'. Try CONFIG HELP.
            """);
        redis.call("x".repeat(300), "y".repeat(300), "z")
                .matches("-ERR unknown command 'x{128}', with args beginning with: 'y{128}' ?");
    }

    @RedisTest
    void helloWithoutArgumentsTellsAndKeepsTheProtocol(Client redis) {
        Resp hello = redis.run("HELLO").reply();
        assertThat(hello.field("proto").integer()).isEqualTo(2);
        assertThat(hello.field("role").text()).isEqualTo("master");
        assertThat(hello.field("mode").text()).isEqualTo("standalone");
        assertThat(hello.field("id").integer()).isEqualTo(redis.run("CLIENT ID").integer());
        assertThat(hello.field("version").text()).matches("[0-9]+\\.[0-9]+\\.[0-9]+");
        assertThat(hello.field("modules").list()).isNotNull();
    }

    @RedisTest(valkeyDiffers = "its server name is valkey")
    void helloNames(Client redis) {
        redis.run("HELLO")
                .matches(
                        "\\['server', 'redis', 'version', '[0-9.]+', 'proto', 2, 'id', [0-9]+, 'mode', 'standalone', 'role', 'master', 'modules', \\[.*\\]\\]");
        redis.run("HELLO 3")
                .matches(
                        "\\{'server': 'redis', 'version': '[0-9.]+', 'proto': 3, 'id': [0-9]+, 'mode': 'standalone', 'role': 'master', 'modules': \\[.*\\]\\}");
    }

    @RedisTest
    void helloChangesTheProtocol(Client redis) {
        redis.run("HELLO 3").matches("\\{.*\\}");
        redis.run("GET nothing").is("nil");
        redis.run("HELLO 2").matches("\\[.*\\]");
        redis.run("GET nothing").is("nil");
    }

    @RedisTest
    void helloErrorsChangeNothing(Client redis) {
        redis.replies("""
            HELLO 4                 -> -NOPROTO unsupported protocol version
            HELLO 1                 -> -NOPROTO unsupported protocol version
            HELLO abc               -> -ERR Protocol version is not an integer or out of range
            HELLO 3 FOO             -> -ERR Syntax error in HELLO option 'FOO'
            HELLO 3 AUTH default    -> -ERR Syntax error in HELLO option 'AUTH'
            HELLO 3 SETNAME         -> -ERR Syntax error in HELLO option 'SETNAME'
            HELLO 3 SETNAME "a b"   -> -ERR Client names cannot contain spaces, newlines or special characters.
            HELLO 3 AUTH nobody x   -> -WRONGPASS invalid username-password pair or user is disabled.
            CLIENT GETNAME          -> nil
            GET nothing             -> nil
            """);
    }

    @RedisTest
    void helloSetsTheName(Client redis) {
        redis.run("HELLO 3 SETNAME me").matches("\\{.*");
        redis.run("CLIENT GETNAME").is("'me'");
        redis.run("HELLO 2 AUTH default anything SETNAME you").matches("\\[.*");
        redis.run("CLIENT GETNAME").is("'you'");
    }

    @RedisTest
    void authWithoutAPassword(Client redis) {
        redis.replies("""
            AUTH x                  -> -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
            AUTH default anything   -> +OK
            AUTH nobody x           -> -WRONGPASS invalid username-password pair or user is disabled.
            AUTH                    -> -ERR wrong number of arguments for 'auth' command
            AUTH a b c              -> -ERR syntax error
            """);
    }

    @RedisTest
    void authWithAPassword(Server server) {
        Server closed = server.startAnother("--requirepass", "sesame");
        Client redis = closed.connect();
        redis.replies("""
            PING                    -> -NOAUTH Authentication required.
            GET x                   -> -NOAUTH Authentication required.
            GET                     -> any
            MULTI                   -> -NOAUTH Authentication required.
            HELLO                   -> /-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO (<proto> )?AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time/
            HELLO 3                 -> /-NOAUTH HELLO must be called with the client already authenticated, .*/
            NOSUCH                  -> /-(ERR unknown command|NOAUTH).*/
            AUTH wrong              -> -WRONGPASS invalid username-password pair or user is disabled.
            AUTH default wrong      -> -WRONGPASS invalid username-password pair or user is disabled.
            PING                    -> -NOAUTH Authentication required.
            RESET                   -> +RESET
            AUTH sesame             -> +OK
            PING                    -> +PONG
            AUTH wrong              -> -WRONGPASS invalid username-password pair or user is disabled.
            PING                    -> +PONG
            RESET                   -> +RESET
            PING                    -> -NOAUTH Authentication required.
            AUTH default sesame     -> +OK
            PING                    -> +PONG
            """);
        closed.connect().run("HELLO 3 AUTH default sesame SETNAME me").matches("\\{.*\\}");
        closed.connect()
                .run("HELLO 3 AUTH default wrong")
                .isError("WRONGPASS invalid username-password pair or user is disabled.");
        Client leaving = closed.connect();
        leaving.run("QUIT").isOk();
        assertThat(leaving.isClosedByServer()).isTrue();
    }

    @RedisTest
    void requirepassAtRunTime(Client redis, Server server) {
        redis.run("CONFIG SET requirepass sesame").isOk();
        try {
            redis.run("PING").is("+PONG");
            Client other = server.connect();
            other.run("PING").isError("NOAUTH Authentication required.");
            other.run("AUTH sesame").isOk();
            other.run("PING").is("+PONG");
        } finally {
            redis.run("CONFIG SET requirepass \"\"").isOk();
        }
        server.connect().run("PING").is("+PONG");
    }

    @RedisTest
    void quit(Client redis, Server server) {
        redis.run("QUIT").isOk();
        assertThat(redis.isClosedByServer()).isTrue();
        Client other = server.connect();
        other.sendText("SET x 1\r\nQUIT\r\nSET x 2\r\n");
        assertThat(other.read()).hasToString("+OK");
        assertThat(other.read()).hasToString("+OK");
        assertThat(other.readUntilClosed()).isEmpty();
        server.connect().run("GET x").is("'1'");
    }

    @RedisTest
    void reset(Client redis) {
        redis.run("HELLO 3 SETNAME me").matches("\\{.*");
        redis.run("SELECT 5").isOk();
        redis.run("WATCH x").isOk();
        redis.run("MULTI").isOk();
        redis.run("RESET").is("+RESET");
        redis.run("CLIENT GETNAME").is("nil");
        redis.run("CLIENT INFO").matches(".* db=0 .*resp=2.*");
        redis.run("RESET x").isError("ERR wrong number of arguments for 'reset' command");
        redis.run("EXEC").isError("ERR EXEC without MULTI");
    }

    @RedisTest(resp = {2, 3})
    void clientName(Client redis) {
        redis.replies("""
            CLIENT GETNAME          -> nil
            CLIENT SETNAME me       -> +OK
            CLIENT GETNAME          -> 'me'
            CLIENT SETNAME "a b"    -> -ERR Client names cannot contain spaces, newlines or special characters.
            CLIENT SETNAME "a\\nb"  -> -ERR Client names cannot contain spaces, newlines or special characters.
            CLIENT GETNAME          -> 'me'
            CLIENT SETNAME ""       -> +OK
            CLIENT GETNAME          -> nil
            CLIENT SETNAME          -> -ERR wrong number of arguments for 'client|setname' command
            CLIENT GETNAME x        -> -ERR wrong number of arguments for 'client|getname' command
            """);
    }

    @RedisTest
    void clientIdsGrow(Client redis, Server server) {
        long first = redis.run("CLIENT ID").integer();
        assertThat(first).isPositive();
        assertThat(redis.run("CLIENT ID").integer()).isEqualTo(first);
        assertThat(server.connect().run("CLIENT ID").integer()).isGreaterThan(first);
    }

    @RedisTest
    void clientInfo(Client redis) {
        redis.run("CLIENT SETNAME me").isOk();
        redis.run("SELECT 2").isOk();
        String info = redis.run("CLIENT INFO").text();
        assertThat(info).endsWith("\n").doesNotContain("\r");
        assertThat(info)
                .startsWith("id=" + redis.run("CLIENT ID").integer() + " addr=127.0.0.1:" + redis.localPort()
                        + " laddr=127.0.0.1:")
                .contains(
                        " name=me ",
                        " db=2 ",
                        " sub=0 ",
                        " psub=0 ",
                        " multi=-1 ",
                        " cmd=client|info ",
                        " user=default ",
                        " resp=2")
                .contains(
                        " fd=",
                        " age=",
                        " idle=0",
                        " flags=N ",
                        " qbuf=",
                        " obl=",
                        " oll=",
                        " omem=",
                        " tot-mem=",
                        " events=r");
    }

    @RedisTest(valkeyDiffers = "multi=0 outside a transaction")
    void clientInfoOfState(Client redis, Server server) {
        Client other = server.connect();
        long id = other.run("CLIENT ID").integer();
        other.run("WATCH x").isOk();
        other.run("MULTI").isOk();
        other.run("PING").is("+QUEUED");
        other.run("PING").is("+QUEUED");
        redis.run("CLIENT LIST ID " + id).matches(".* flags=x .* multi=2 .* cmd=ping .*");
        other.run("RESET").is("+RESET");
        redis.run("CLIENT LIST ID " + id).matches(".* flags=N .* multi=-1 .* cmd=reset .*");
    }

    @RedisTest(valkeyDiffers = "an ID that is no number is a syntax error")
    void clientList(Client redis, Server server) {
        Client other = server.connect();
        long mine = redis.run("CLIENT ID").integer();
        long others = other.run("CLIENT ID").integer();
        String list = redis.run("CLIENT LIST").text();
        assertThat(list.lines())
                .anyMatch(line -> line.startsWith("id=" + mine + " "))
                .anyMatch(line -> line.startsWith("id=" + others + " "));
        assertThat(redis.run("CLIENT LIST ID " + others + " 999999").text().lines())
                .hasSize(1)
                .allMatch(line -> line.startsWith("id=" + others + " "));
        assertThat(redis.run("CLIENT LIST TYPE normal").text()).contains("id=" + mine + " ");
        redis.replies("""
            CLIENT LIST TYPE master  -> ''
            CLIENT LIST TYPE replica -> ''
            CLIENT LIST TYPE pubsub  -> ''
            CLIENT LIST TYPE foo     -> -ERR Unknown client type 'foo'
            CLIENT LIST FOO          -> -ERR syntax error
            CLIENT LIST ID           -> -ERR syntax error
            CLIENT LIST ID abc       -> -ERR Invalid client ID
            CLIENT LIST ID 999999    -> ''
            CLIENT INFO x            -> -ERR wrong number of arguments for 'client|info' command
            CLIENT ID x              -> -ERR wrong number of arguments for 'client|id' command
            """);
    }

    @RedisTest(resp = {3})
    void clientInfoIsVerbatimInResp3(Client redis) {
        redis.run("CLIENT INFO").matches("txt:'id=.*");
        redis.run("CLIENT LIST").matches("txt:'id=.*");
    }

    @RedisTest(since = "7.2")
    void clientSetinfo(Client redis) {
        redis.replies("""
            CLIENT SETINFO LIB-NAME redis-x      -> +OK
            CLIENT SETINFO lib-ver 1.2.3         -> +OK
            CLIENT INFO                          -> /.* lib-name=redis-x lib-ver=1.2.3.*/
            CLIENT SETINFO LIB-NAME "a b"        -> -ERR LIB-NAME cannot contain spaces, newlines or special characters.
            CLIENT SETINFO LIB-VER "a\\nb"       -> -ERR LIB-VER cannot contain spaces, newlines or special characters.
            CLIENT SETINFO FOO bar               -> -ERR Unrecognized option 'FOO'
            CLIENT SETINFO LIB-NAME              -> -ERR wrong number of arguments for 'client|setinfo' command
            CLIENT SETINFO LIB-NAME ""           -> +OK
            CLIENT INFO                          -> /.* lib-name= lib-ver=1.2.3.*/
            RESET                                -> +RESET
            CLIENT INFO                          -> /.* lib-ver=1.2.3.*/
            """);
    }

    @RedisTest
    void clientNoEvict(Client redis) {
        redis.replies("""
            CLIENT NO-EVICT on      -> +OK
            CLIENT INFO             -> /.* flags=e .*/
            CLIENT NO-EVICT OFF     -> +OK
            CLIENT INFO             -> /.* flags=N .*/
            CLIENT NO-EVICT foo     -> -ERR syntax error
            CLIENT NO-EVICT         -> -ERR wrong number of arguments for 'client|no-evict' command
            """);
    }

    @RedisTest(since = "7.2")
    void clientNoTouch(Client redis) {
        redis.replies("""
            CLIENT NO-TOUCH on      -> +OK
            CLIENT INFO             -> /.* flags=T .*/
            CLIENT NO-TOUCH OFF     -> +OK
            CLIENT INFO             -> /.* flags=N .*/
            CLIENT NO-TOUCH foo     -> -ERR syntax error
            CLIENT NO-TOUCH on      -> +OK
            RESET                   -> +RESET
            CLIENT INFO             -> /.* flags=N .*/
            """);
    }

    @RedisTest
    void clientReply(Client redis) {
        redis.replies("""
            CLIENT REPLY on         -> +OK
            CLIENT REPLY foo        -> -ERR syntax error
            CLIENT REPLY            -> -ERR wrong number of arguments for 'client|reply' command
            """);
        redis.sendText("CLIENT REPLY SKIP\r\nSET x 1\r\nGET x\r\n");
        assertThat(redis.read()).hasToString("'1'");
        redis.sendText(
                "CLIENT REPLY OFF\r\nSET x 2\r\nGET x\r\nFOO\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\nGET x\r\n");
        assertThat(redis.read()).hasToString("+OK");
        assertThat(redis.read()).hasToString("'2'");
        redis.sendText("CLIENT REPLY SKIP\r\nMULTI\r\nSET x 3\r\nEXEC\r\n");
        assertThat(redis.read()).hasToString("+QUEUED");
        assertThat(redis.read()).hasToString("[+OK]");
    }

    @RedisTest
    void clientHelp(Client redis) {
        redis.run("CLIENT HELP")
                .matches(
                        "\\[\\+CLIENT <subcommand> \\[<arg> \\[value\\] \\[opt\\] \\.\\.\\.\\]\\. Subcommands are:, .*\\+HELP, \\+    Prints? this help\\.\\]");
        redis.run("CLIENT HELP x").isError("ERR wrong number of arguments for 'client|help' command");
    }

    @RedisTest
    void manyConnections(Client redis, Server server) {
        Client[] clients = new Client[200];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = server.connect();
            clients[i].send("INCR", "n");
        }
        for (Client client : clients) {
            assertThat(client.read().integer()).isPositive();
        }
        redis.run("GET n").is("'200'");
    }

    @RedisTest
    void maxclients(Server server) {
        Server small = server.startAnother("--maxclients", "3");
        Client first = small.connect();
        first.run("PING").is("+PONG");
        // Whoever has looked whether the server is up is still on his way out.
        while (first.run("CLIENT LIST").text().lines().count() > 1) {
            Thread.onSpinWait();
        }
        Client second = small.connect();
        second.run("PING").is("+PONG");
        Client third = small.connect();
        third.run("PING").is("+PONG");
        Client fourth = small.connect();
        assertThat(fourth.readUntilClosed()).isEqualTo("-ERR max number of clients reached\r\n");
        first.run("INFO stats").matches(".*rejected_connections:1\\\\r.*");
        third.run("QUIT").isOk();
        assertThat(third.isClosedByServer()).isTrue();
        small.connect().run("PING").is("+PONG");
    }
}
