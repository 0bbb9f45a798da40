package dev.cinnabar.commands.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** PING, ECHO, AUTH, HELLO, SELECT, QUIT and RESET; what they answer was proved on Redis 8.0. */
class ConnectionCommandsTest {

    private static final String WRONG_PASSWORD = "-WRONGPASS invalid username-password pair or user is disabled.";

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @Test
    void pingAndEcho() {
        redis.replies("""
                PING            -> +PONG
                PING hello      -> 'hello'
                PING a b        -> -ERR wrong number of arguments for 'ping' command
                ECHO "a\\x00b"  -> 'a\\x00b'
                ECHO            -> -ERR wrong number of arguments for 'echo' command
                """);
    }

    @Test
    void selectChecksItsArgument() {
        redis.replies("""
                SELECT x                      -> -ERR value is not an integer or out of range
                SELECT 99                     -> -ERR DB index is out of range
                SELECT -1                     -> -ERR DB index is out of range
                SELECT 99999999999999         -> -ERR value is out of range, value must between -2147483648 and 2147483647
                SELECT 9999999999999999999999 -> -ERR value is not an integer or out of range
                """);
    }

    @Test
    void databasesAreApartInATransactionToo() {
        redis.replies("""
                SET k zero  -> +OK
                SELECT 3    -> +OK
                GET k       -> nil
                SET k three -> +OK
                MULTI       -> +OK
                SELECT 0    -> +QUEUED
                GET k       -> +QUEUED
                EXEC        -> [+OK, 'zero']
                GET k       -> 'zero'
                """);
    }

    @Test
    void authWithoutPassword() {
        redis.replies("""
                AUTH x                  -> -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
                AUTH default anything   -> +OK
                AUTH nobody x           -> -WRONGPASS invalid username-password pair or user is disabled.
                AUTH                    -> -ERR wrong number of arguments for 'auth' command
                AUTH a b c              -> -ERR syntax error
                """);
    }

    @Test
    void authWithPassword() {
        redis.engine().users().defaultPassword("sesame");
        redis.client().session().authenticated(false);
        redis.replies("""
                PING                      -> -NOAUTH Authentication required.
                GET                       -> -ERR wrong number of arguments for 'get' command
                NOSUCH                    -> /-ERR unknown command 'NOSUCH'.*/
                HELLO                     -> /-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time/
                HELLO 3                   -> /-NOAUTH HELLO must be .*/
                AUTH sesam                -> -WRONGPASS invalid username-password pair or user is disabled.
                AUTH default sesamee      -> -WRONGPASS invalid username-password pair or user is disabled.
                AUTH nobody sesame        -> -WRONGPASS invalid username-password pair or user is disabled.
                PING                      -> -NOAUTH Authentication required.
                RESET                     -> +RESET
                QUIT x                    -> +OK
                AUTH sesame               -> +OK
                PING                      -> +PONG
                AUTH wrong                -> -WRONGPASS invalid username-password pair or user is disabled.
                PING                      -> +PONG
                RESET                     -> +RESET
                PING                      -> -NOAUTH Authentication required.
                HELLO 3 AUTH default no   -> -WRONGPASS invalid username-password pair or user is disabled.
                HELLO 2 AUTH default sesame SETNAME me -> /\\['server', .*/
                CLIENT GETNAME            -> 'me'
                """);
    }

    @Test
    void aPasswordTakenAwayLetsEverybodyIn() {
        redis.engine().users().defaultPassword("sesame");
        TestClient client = redis.newClient();
        client.session().authenticated(false);
        assertThat(client.run("PING")).startsWith("-NOAUTH");
        redis.engine().users().defaultPassword("");
        assertThat(client.run("PING")).isEqualTo("+PONG");
    }

    @Test
    void helloTellsAndSwitches() {
        long id = redis.client().session().id();
        String text = "'server'%s 'redis', 'version'%s '8.10.1', 'proto'%s %d, 'id'%s " + id
                + ", 'mode'%s 'standalone', 'role'%s 'master', 'modules'%s []";
        String two = "[" + text.formatted(",", ",", ",", 2, ",", ",", ",", ",") + "]";
        String three = "{" + text.formatted(":", ":", ":", 3, ":", ":", ":", ":") + "}";
        assertThat(redis.run("HELLO")).isEqualTo(two);
        assertThat(redis.run("HELLO 3")).isEqualTo(three);
        assertThat(redis.run("HELLO")).isEqualTo(three);
        assertThat(redis.run("HELLO 2 SETNAME me")).isEqualTo(two);
        assertThat(redis.run("HELLO 3 AUTH default any SETNAME you")).isEqualTo(three);
        assertThat(redis.run("CLIENT GETNAME")).isEqualTo("'you'");
    }

    @Test
    void helloThatFailsChangesNothing() {
        redis.replies("""
                HELLO 4                 -> -NOPROTO unsupported protocol version
                HELLO 1                 -> -NOPROTO unsupported protocol version
                HELLO abc               -> -ERR Protocol version is not an integer or out of range
                HELLO 3 FOO             -> -ERR Syntax error in HELLO option 'FOO'
                HELLO 3 AUTH default    -> -ERR Syntax error in HELLO option 'AUTH'
                HELLO 3 SETNAME         -> -ERR Syntax error in HELLO option 'SETNAME'
                HELLO 3 SETNAME "a b"   -> -ERR Client names cannot contain spaces, newlines or special characters.
                HELLO 3 SETNAME n AUTH nobody x -> -WRONGPASS invalid username-password pair or user is disabled.
                CLIENT GETNAME          -> nil
                """);
        assertThat(redis.client().session().protocol()).isEqualTo(2);
    }

    @Test
    void quitEndsTheConnectionAfterItsReply() {
        redis.replies("""
                MULTI -> +OK
                QUIT  -> +OK
                """);
        assertThat(redis.client().session().isClosing()).isTrue();
    }

    @Test
    void resetForgetsAllButTheLibrary() {
        TestClient other = redis.newClient();
        redis.protocol(3);
        redis.replies("""
                SELECT 5                     -> +OK
                CLIENT SETNAME me            -> +OK
                CLIENT SETINFO LIB-VER 1.2   -> +OK
                CLIENT NO-TOUCH on           -> +OK
                CLIENT NO-EVICT on           -> +OK
                WATCH x                      -> +OK
                MULTI                        -> +OK
                SET x 1                      -> +QUEUED
                RESET                        -> +RESET
                EXEC                         -> -ERR EXEC without MULTI
                CLIENT GETNAME               -> nil
                CLIENT INFO                  -> /.* flags=N db=0 .* multi=-1 watch=0 .* resp=2 lib-name= lib-ver=1.2 .*/
                """);
        other.replies("""
                SELECT 5 -> +OK
                SET x 1  -> +OK
                """);
        redis.replies("""
                MULTI -> +OK
                PING  -> +QUEUED
                EXEC  -> [+PONG]
                """);
    }

    @Test
    void wrongPasswordsOfAnyLength() {
        redis.engine().users().defaultPassword("sesame");
        for (String wrong : new String[] {"", "s", "sesam", "sesame ", "SESAME", "x".repeat(1000)}) {
            assertThat(redis.call("AUTH", wrong)).isEqualTo(WRONG_PASSWORD);
        }
        assertThat(redis.call("AUTH", "sesame")).isEqualTo("+OK");
    }
}
