package dev.cinnabar.commands.acl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Engine;
import dev.cinnabar.command.Host;
import dev.cinnabar.command.Settings;
import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.config.ConfigException;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.keyspace.Keyspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclCommandsTest {

    @AutoClose
    private final TestEngine redis = new TestEngine();

    @TempDir
    private Path directory;

    private TestClient as(String user) {
        TestClient client = redis.newClient();
        assertThat(client.run("AUTH " + user + " x")).isEqualTo("+OK");
        return client;
    }

    private static String onlyUser(String list) {
        return list.substring(list.indexOf("user bob "), list.indexOf("', 'user default"));
    }

    @Test
    void rulesAreShownAsFewAsSayTheSame() {
        redis.call("ACL", "SETUSER", "bob");
        assertThat(onlyUser(redis.run("ACL LIST"))).isEqualTo("user bob off sanitize-payload resetchannels -@all");
        redis.replies("""
                ACL SETUSER bob on nopass %R~a ~b %w~a +@all -get +GET -config +config|get -CONFIG
                                                                     -> +OK
                """.replaceAll("\n +->", " ->"));
        assertThat(onlyUser(redis.run("ACL LIST")))
                .isEqualTo("user bob on nopass sanitize-payload ~a ~b resetchannels +@all +get -config");
        redis.run("ACL SETUSER bob reset (+get allkeys) (~x &c -@all +@read -GET +select|0)");
        assertThat(onlyUser(redis.run("ACL LIST")))
                .isEqualTo("user bob off sanitize-payload resetchannels -@all (~* resetchannels -@all +get)"
                        + " (~x resetchannels &c -@all +@read -get +select|0)");
        redis.run("ACL SETUSER bob clearselectors +@all");
        assertThat(onlyUser(redis.run("ACL LIST"))).isEqualTo("user bob off sanitize-payload resetchannels +@all");
    }

    @Test
    void oneWrongRuleChangesNothing() {
        redis.run("ACL SETUSER bob on nopass +get ~x");
        String before = redis.run("ACL LIST");
        redis.replies("""
                ACL SETUSER bob +set +nosuch  -> -ERR Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL
                ACL SETUSER bob ~* (+get (x)  -> /-ERR .*/
                ACL SETUSER bob off foo       -> -ERR Error in ACL SETUSER modifier 'foo': Syntax error
                ACL SETUSER eve off foo       -> -ERR Error in ACL SETUSER modifier 'foo': Syntax error
                """);
        assertThat(redis.run("ACL LIST")).isEqualTo(before);
    }

    @Test
    void commandsAndTheirArguments() {
        redis.run("ACL SETUSER bob on nopass ~a* +@read +set +config|get +select|1 -mget +client");
        as("bob").replies("""
                GET a1                    -> nil
                SET a1 x                  -> +OK
                GET b                     -> -NOPERM No permissions to access a key
                MGET a1                   -> -NOPERM User bob has no permissions to run the 'mget' command
                CONFIG GET port           -> /.*port.*/
                CONFIG SET port 1         -> -NOPERM User bob has no permissions to run the 'config|set' command
                SELECT 1                  -> +OK
                SELECT 0                  -> -NOPERM User bob has no permissions to run the 'select' command
                CLIENT GETNAME            -> nil
                ACL WHOAMI                -> -NOPERM User bob has no permissions to run the 'acl|whoami' command
                PING                      -> -NOPERM User bob has no permissions to run the 'ping' command
                AUTH default x            -> +OK
                ACL WHOAMI                -> 'default'
                """);
    }

    @Test
    void keysByWhatIsDoneToThem() {
        redis.run("ACL SETUSER bob on nopass +@all %R~r* %W~w* ~b*");
        as("bob").replies("""
                COPY r1 w1                -> 0
                COPY w1 r1                -> -NOPERM No permissions to access a key
                GET w1                    -> -NOPERM No permissions to access a key
                GET r1                    -> nil
                SET r1 x                  -> -NOPERM No permissions to access a key
                SET w1 x                  -> +OK
                SET w1 x GET              -> -NOPERM No permissions to access a key
                SET b1 x GET              -> nil
                MGET r1 b1 r2             -> [nil, 'x', nil]
                MGET r1 b1 w2             -> -NOPERM No permissions to access a key
                STRLEN w1                 -> 1
                EXISTS r1 w1 b1           -> 2
                EXISTS z                  -> -NOPERM No permissions to access a key
                """);
    }

    @Test
    void anySelectorIsEnough() {
        redis.run("ACL SETUSER bob on nopass (+get ~x) (+set ~y) (+publish &c*) (+psubscribe &c* resetkeys)");
        as("bob").replies("""
                GET x                     -> nil
                SET y 1                   -> +OK
                GET y                     -> -NOPERM No permissions to access a key
                SET x 1                   -> -NOPERM No permissions to access a key
                DEL x                     -> -NOPERM User bob has no permissions to run the 'del' command
                PUBLISH c1 m              -> 0
                PUBLISH d m               -> -NOPERM No permissions to access a channel
                PSUBSCRIBE c1             -> -NOPERM No permissions to access a channel
                """);
        redis.replies("""
                ACL DRYRUN bob GET y      -> 'User bob has no permissions to access the \\'y\\' key'
                ACL DRYRUN bob GET x      -> +OK
                ACL DRYRUN bob PUBLISH d m -> 'User bob has no permissions to access the \\'d\\' channel'
                ACL DRYRUN bob DEL x      -> 'User bob has no permissions to run the \\'del\\' command'
                ACL DRYRUN bob NOSUCH     -> -ERR Command 'NOSUCH' not found
                ACL DRYRUN eve GET x      -> -ERR User 'eve' not found
                ACL DRYRUN bob GET        -> -ERR wrong number of arguments for 'get' command
                """);
    }

    @Test
    void aTransactionIsCheckedWhenQueuedAndWhenRun() {
        redis.run("ACL SETUSER bob on nopass +@all ~a");
        TestClient bob = as("bob");
        bob.replies("""
                MULTI                     -> +OK
                SET b 1                   -> -NOPERM No permissions to access a key
                EXEC                      -> -EXECABORT Transaction discarded because of previous errors.
                MULTI                     -> +OK
                SET a 1                   -> +QUEUED
                GET a                     -> +QUEUED
                """);
        redis.run("ACL SETUSER bob -set");
        assertThat(bob.run("EXEC"))
                .startsWith("[-NOPERM ACLs rules changed between")
                .endsWith("subcommand, nil]");
        redis.run("ACL SETUSER bob +set");
        bob.run("MULTI");
        bob.run("SET a 1");
        redis.run("ACL SETUSER bob -exec");
        assertThat(bob.run("EXEC"))
                .isEqualTo("-EXECABORT Transaction discarded because of: NOPERM User bob has no permissions to run the"
                        + " 'exec' command");
    }

    @Test
    void theLogGroupsWhatIsAlike() {
        redis.run("ACL SETUSER bob on >x +get ~a");
        TestClient bob = as("bob");
        bob.run("GET b");
        redis.advanceMillis(1500);
        bob.run("GET b");
        bob.run("SET a 1");
        redis.run("AUTH bob y");
        redis.protocol(3);
        String log = redis.run("ACL LOG");
        assertThat(log)
                .contains("'reason': 'auth'", "'object': 'AUTH'", "'username': 'bob'", "'object': 'set'")
                .contains("'count': 2, 'reason': 'key', 'context': 'toplevel', 'object': 'b'");
        assertThat(log.indexOf("'auth'")).isLessThan(log.indexOf("'set'"));
        assertThat(log.indexOf("'set'")).isLessThan(log.indexOf("'count': 2"));
        redis.advanceMillis(60_001);
        bob.run("GET b");
        redis.replies("""
                ACL LOG 1                 -> /.*'count': 1, 'reason': 'key'.*'entry-id': 3.*/
                ACL LOG 0                 -> []
                ACL LOG RESET             -> +OK
                ACL LOG                   -> []
                """);
        assertThat(redis.run("INFO stats"))
                .contains("acl_access_denied_auth:1", "acl_access_denied_cmd:1", "acl_access_denied_key:3");
    }

    @Test
    void passwords() {
        redis.replies("""
                ACL SETUSER bob on >one >two    -> +OK
                AUTH bob one                    -> +OK
                AUTH bob two                    -> +OK
                AUTH bob three                  -> -WRONGPASS invalid username-password pair or user is disabled.
                AUTH default x                  -> +OK
                ACL SETUSER bob <one <three     -> -ERR Error in ACL SETUSER modifier '<three': The password you are trying to remove from the user does not exist
                AUTH bob one                    -> +OK
                AUTH default x                  -> +OK
                ACL SETUSER bob <one            -> +OK
                AUTH bob one                    -> -WRONGPASS invalid username-password pair or user is disabled.
                ACL SETUSER bob off             -> +OK
                AUTH bob two                    -> -WRONGPASS invalid username-password pair or user is disabled.
                ACL SETUSER bob on resetpass    -> +OK
                AUTH bob two                    -> -WRONGPASS invalid username-password pair or user is disabled.
                AUTH ""  ""                     -> -WRONGPASS invalid username-password pair or user is disabled.
                """);
    }

    @Test
    void aDeletedUserCanDoNothing() {
        redis.run("ACL SETUSER bob on nopass +@all ~*");
        TestClient bob = as("bob");
        redis.replies("""
                ACL DELUSER bob nobody          -> 1
                ACL DELUSER default             -> -ERR The 'default' user cannot be removed
                """);
        assertThat(bob.run("GET x")).startsWith("-NOPERM");
    }

    @Test
    void filesOfUsers() throws IOException, ConfigException {
        Path file = directory.resolve("users.acl");
        redis.replies("""
                ACL SAVE    -> /-ERR This Redis instance is not configured to use an ACL file.*/
                ACL LOAD    -> /-ERR This Redis instance is not configured to use an ACL file.*/
                """);
        redis.settings().configuration().load("aclfile", List.of(file.toString()));
        redis.run("ACL SETUSER bob on >x %R~a +@all -get (~b +get)");
        String list = redis.run("ACL LIST");
        assertThat(redis.run("ACL SAVE")).isEqualTo("+OK");
        redis.run("ACL SETUSER bob reset");
        redis.run("ACL SETUSER eve on");
        TestClient bob = as("default");
        assertThat(redis.run("ACL LOAD")).isEqualTo("+OK");
        assertThat(redis.run("ACL LIST")).isEqualTo(list);
        Files.writeString(file, "user a on\nuser b +nosuch\nfoo\nuser a off\n");
        assertThat(bob.run("ACL LOAD"))
                .contains(":2: Error in '+nosuch': Unknown command", ":3: line should start with user keyword")
                .contains(":4: WARNING: Duplicate user 'a' found", "no change to the previously active");
        assertThat(redis.run("ACL LIST")).isEqualTo(list);
    }

    @Test
    void rewrittenIntoTheConfiguration() throws IOException {
        Path file = Files.writeString(directory.resolve("redis.conf"), "user gone on\ntimeout 1\nuser bob off\n");
        redis.engine().host(new Host() {
            @Override
            public Path configFile() {
                return file;
            }
        });
        redis.run("ACL SETUSER bob on nopass ~a +get");
        redis.run("CONFIG REWRITE");
        assertThat(file).content().contains("user bob on nopass sanitize-payload ~a resetchannels -@all +get\n");
        assertThat(file).content().contains("user default on").doesNotContain("gone");
    }

    @Test
    void declaredUsersAreThereFromTheBeginning() throws ConfigException {
        Configuration configuration = new Configuration();
        configuration.declareUser(List.of("bob", "on", ">x", "+get"));
        configuration.load("requirepass", List.of("sesame"));
        Settings settings = new Settings(configuration);
        try (Engine engine = new Engine(
                new Keyspace(1, 1, redis.clock(), new SplittableRandom(1)),
                Commands.table(),
                settings,
                new SplittableRandom(1))) {
            assertThat(engine.users().find("bob")).isNotNull();
            assertThat(engine.users().askForPassword()).isTrue();
            assertThat(engine.users().authenticate("default", "sesame".getBytes(UTF_8)))
                    .isNotNull();
        }
    }
}
