package dev.cinnabar.commands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.session.Session;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** CLIENT and its subcommands, on clients with and without a connection. */
class ClientCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    /** A session with a connection, as the network has them. */
    private Session connect(FakePeer peer) {
        Session session =
                new Session(peer, redis.clock().millis(), redis.engine().users().defaultUser(), true);
        redis.engine().clients().add(session);
        return session;
    }

    @Test
    void idsGrow() {
        long first = Long.parseLong(redis.run("CLIENT ID"));
        assertThat(Long.parseLong(redis.run("CLIENT ID"))).isEqualTo(first);
        assertThat(Long.parseLong(redis.newClient().run("CLIENT ID"))).isGreaterThan(first);
    }

    @Test
    void names() {
        redis.replies("""
                CLIENT GETNAME          -> nil
                CLIENT SETNAME me       -> +OK
                CLIENT GETNAME          -> 'me'
                CLIENT SETNAME "a b"    -> -ERR Client names cannot contain spaces, newlines or special characters.
                CLIENT SETNAME "a\\nb"  -> -ERR Client names cannot contain spaces, newlines or special characters.
                CLIENT SETNAME "\\xc3"  -> -ERR Client names cannot contain spaces, newlines or special characters.
                CLIENT GETNAME          -> 'me'
                CLIENT SETNAME ""       -> +OK
                CLIENT GETNAME          -> nil
                """);
    }

    @Test
    void libraries() {
        redis.replies("""
                CLIENT SETINFO LIB-NAME redis-x  -> +OK
                CLIENT SETINFO lib-ver 1.2.3     -> +OK
                CLIENT INFO                      -> /.* lib-name=redis-x lib-ver=1.2.3 .*/
                CLIENT SETINFO LIB-NAME "a b"    -> -ERR LIB-NAME cannot contain spaces, newlines or special characters.
                CLIENT SETINFO LIB-VER "a\\nb"   -> -ERR LIB-VER cannot contain spaces, newlines or special characters.
                CLIENT SETINFO FOO bar           -> -ERR Unrecognized option 'FOO'
                CLIENT SETINFO LIB-NAME          -> -ERR wrong number of arguments for 'client|setinfo' command
                """);
    }

    @Test
    void aLineHasAllFieldsInOrder() {
        Session session = connect(new FakePeer(5));
        redis.advanceMillis(3_500);
        String line = redis.run("CLIENT LIST ID " + session.id());
        assertThat(line)
                .isEqualTo(
                        "'id=" + session.id() + " addr=10.0.0.1:5 laddr=10.0.0.2:6379 fd=5 name= age=3 idle=3 flags=N"
                                + " db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=10 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0"
                                + " rbp=0 obl=0 oll=2 omem=20 tot-mem=1230 events=rw cmd=NULL user=default redir=-1 resp=2"
                                + " lib-name= lib-ver= io-thread=1 tot-net-in=1000 tot-net-out=2000 tot-cmds=0 read-events=7"
                                + " parse-batch-cmd-sum=0 parse-batch-cnt=7\\n'");
    }

    @Test
    void infoShowsTheState() {
        redis.replies("""
                SET x 1              -> +OK
                WATCH x y            -> +OK
                CLIENT INFO          -> /.* flags=N .* multi=-1 watch=2 .* cmd=client\\|info .*/
                MULTI                -> +OK
                PING                 -> +QUEUED
                CLIENT INFO          -> +QUEUED
                EXEC                 -> /\\[\\+PONG, '.* flags=N .* cmd=exec .*'\\]/
                """);
        redis.protocol(3);
        assertThat(redis.run("CLIENT INFO")).startsWith("txt:'id=").contains(" resp=3 ");
    }

    @Test
    void othersSeeAnOpenTransaction() {
        TestClient other = redis.newClient();
        redis.engine().clients().add(other.session());
        other.replies("""
                WATCH x -> +OK
                MULTI   -> +OK
                PING    -> +QUEUED
                PING    -> +QUEUED
                """);
        String list = "CLIENT LIST ID " + other.session().id();
        assertThat(redis.run(list)).contains(" flags=x ", " multi=2 ", " watch=1 ", " cmd=ping ");
        redis.run("SET x 1");
        assertThat(redis.run(list)).contains(" flags=xd ");
        other.run("RESET");
        assertThat(redis.run(list)).contains(" flags=N ", " multi=-1 ", " watch=0 ", " cmd=reset ");
    }

    @Test
    void listChoosesByTypeAndId() {
        Session a = connect(new FakePeer(1));
        Session b = connect(new FakePeer(2));
        assertThat(redis.run("CLIENT LIST").split("\\\\n")).hasSize(3);
        assertThat(redis.run("CLIENT LIST TYPE normal")).contains("id=" + a.id() + " ", "id=" + b.id() + " ");
        assertThat(redis.run("CLIENT LIST ID " + b.id() + " 0 " + a.id()))
                .matches("'id=" + b.id() + " .*\\\\nid=" + a.id() + " .*\\\\n'");
        redis.replies("""
                CLIENT LIST TYPE master     -> ''
                CLIENT LIST TYPE slave      -> ''
                CLIENT LIST TYPE replica    -> ''
                CLIENT LIST TYPE pubsub     -> ''
                CLIENT LIST TYPE foo        -> -ERR Unknown client type 'foo'
                CLIENT LIST FOO             -> -ERR syntax error
                CLIENT LIST TYPE normal ID  -> -ERR syntax error
                CLIENT LIST ID              -> -ERR syntax error
                CLIENT LIST ID abc          -> -ERR Invalid client ID
                CLIENT LIST ID 999999       -> ''
                CLIENT LIST USER default    -> -ERR syntax error
                CLIENT INFO x               -> -ERR wrong number of arguments for 'client|info' command
                """);
    }

    @Test
    void killByAddressAndFilters() {
        FakePeer a = new FakePeer(1);
        FakePeer b = new FakePeer(2);
        connect(a);
        Session old = connect(b);
        redis.replies("""
                CLIENT KILL 10.0.0.1:9                         -> -ERR No such client
                CLIENT KILL addr 10.0.0.1:9                    -> 0
                CLIENT KILL addr 10.0.0.1:1 user default       -> 1
                """);
        assertThat(a.killed).isTrue();
        assertThat(b.killed).isFalse();
        assertThat(redis.run("CLIENT KILL ID " + old.id() + " MAXAGE 10")).isEqualTo("0");
        redis.advanceMillis(10_000);
        assertThat(redis.run("CLIENT KILL ID " + old.id() + " MAXAGE 10 LADDR 10.0.0.2:6379 TYPE normal"))
                .isEqualTo("1");
        assertThat(b.killed).isTrue();
    }

    @Test
    void killOfOneselfWaitsForTheReply() {
        FakePeer peer = new FakePeer(3);
        Session me = connect(peer);
        TestClient client = redis.newClient(me);
        assertThat(client.run("CLIENT KILL TYPE normal")).isEqualTo("0");
        assertThat(client.run("CLIENT KILL 10.0.0.1:3")).isEqualTo("+OK");
        assertThat(me.isClosing()).isTrue();
        assertThat(peer.killed).isFalse();
        assertThat(client.run("CLIENT KILL ID " + me.id() + " SKIPME no")).isEqualTo("1");
    }

    @Test
    void killRefuses() {
        redis.replies("""
                CLIENT KILL              -> -ERR wrong number of arguments for 'client|kill' command
                CLIENT KILL id           -> -ERR No such client
                CLIENT KILL id 0         -> -ERR client-id should be greater than 0
                CLIENT KILL id x         -> -ERR client-id should be greater than 0
                CLIENT KILL foo x        -> -ERR syntax error
                CLIENT KILL type foo     -> -ERR Unknown client type 'foo'
                CLIENT KILL user foo     -> -ERR No such user 'foo'
                CLIENT KILL skipme foo   -> -ERR syntax error
                CLIENT KILL id 1 type    -> -ERR syntax error
                CLIENT KILL maxage x     -> -ERR maxage is not an integer or out of range
                CLIENT KILL maxage 0     -> -ERR maxage should be greater than 0
                """);
    }

    @Test
    void switches() {
        redis.replies("""
                CLIENT NO-EVICT on      -> +OK
                CLIENT INFO             -> /.* flags=e .*/
                CLIENT NO-TOUCH on      -> +OK
                CLIENT INFO             -> /.* flags=eT .*/
                CLIENT NO-EVICT OFF     -> +OK
                CLIENT NO-TOUCH OFF     -> +OK
                CLIENT INFO             -> /.* flags=N .*/
                CLIENT NO-EVICT foo     -> -ERR syntax error
                CLIENT NO-TOUCH foo     -> -ERR syntax error
                CLIENT NO-EVICT         -> -ERR wrong number of arguments for 'client|no-evict' command
                """);
    }

    @Test
    void replyModes() {
        redis.replies("""
                CLIENT REPLY on         -> +OK
                CLIENT REPLY foo        -> -ERR syntax error
                CLIENT REPLY            -> -ERR wrong number of arguments for 'client|reply' command
                """);
        assertThat(redis.run("CLIENT REPLY SKIP")).isEmpty();
        assertThat(redis.run("SET x 1")).isEmpty();
        assertThat(redis.run("GET x")).isEqualTo("'1'");
        assertThat(redis.run("CLIENT REPLY SKIP")).isEmpty();
        assertThat(redis.run("CLIENT REPLY SKIP")).isEmpty();
        assertThat(redis.run("FOO")).isEmpty();
        assertThat(redis.run("PING")).isEqualTo("+PONG");
        assertThat(redis.run("CLIENT REPLY OFF")).isEmpty();
        assertThat(redis.run("SET x 2")).isEmpty();
        assertThat(redis.run("FOO")).isEmpty();
        assertThat(redis.run("GET")).isEmpty();
        assertThat(redis.newClient().run("GET x")).isEqualTo("'2'");
        assertThat(redis.run("CLIENT REPLY SKIP")).isEmpty();
        assertThat(redis.run("CLIENT REPLY ON")).isEqualTo("+OK");
        assertThat(redis.run("GET x")).isEqualTo("'2'");
    }

    @Test
    void skippedMultiStillOpens() {
        redis.run("CLIENT REPLY SKIP");
        assertThat(redis.run("MULTI")).isEmpty();
        assertThat(redis.run("SET x 3")).isEqualTo("+QUEUED");
        assertThat(redis.run("EXEC")).isEqualTo("[+OK]");
    }

    @Test
    void resetIsAnsweredByAClientThatWantedNoReplies() {
        assertThat(redis.run("CLIENT REPLY OFF")).isEmpty();
        assertThat(redis.run("RESET")).isEqualTo("+RESET");
        assertThat(redis.run("PING")).isEqualTo("+PONG");
    }

    @Test
    void noTracking() {
        redis.replies("""
                CLIENT GETREDIR     -> -1
                CLIENT TRACKINGINFO -> ['flags', ['off'], 'redirect', -1, 'prefixes', []]
                HELLO 3             -> /\\{.*/
                CLIENT TRACKINGINFO -> {'flags': ~['off'], 'redirect': -1, 'prefixes': []}
                """);
    }

    @Test
    void help() {
        assertThat(redis.run("CLIENT HELP"))
                .startsWith("[+CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:, +ID, +    Answers ")
                .contains(", +REPLY (ON|OFF|SKIP), ", ", +SETINFO (LIB-NAME <libname>|LIB-VER <libver>), ")
                .endsWith(", +HELP, +    Prints this help.]");
        redis.replies("""
                CLIENT HELP x -> -ERR wrong number of arguments for 'client|help' command
                CLIENT FOO    -> -ERR unknown subcommand 'FOO'. Try CLIENT HELP.
                CLIENT        -> -ERR wrong number of arguments for 'client' command
                """);
    }
}
