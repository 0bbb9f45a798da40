package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import java.util.List;

/** COMMAND and its subcommands: the shape of the replies; {@link CommandTableTest} compares the contents. */
class CommandIntrospectionTest {

    @RedisTest
    void count(Client redis) {
        long count = redis.run("COMMAND COUNT").integer();
        assertThat(redis.run("COMMAND").list()).hasSize((int) count);
        assertThat(redis.run("COMMAND LIST").list()).hasSizeGreaterThanOrEqualTo((int) count);
        redis.run("COMMAND COUNT x").isError("ERR wrong number of arguments for 'command|count' command");
    }

    @RedisTest(resp = {2, 3})
    void infoOfOneCommand(Client redis) {
        Resp get = redis.run("COMMAND INFO get").list().getFirst();
        assertThat(get.list()).hasSize(10);
        assertThat(get.list().subList(0, 7).toString().replace("~", ""))
                .isEqualTo("['get', 2, [+readonly, +fast], 1, 1, 1, [+@read, +@string, +@fast]]");
        redis.run("COMMAND INFO get nosuch GET").matches("\\[\\['get', .*\\], nil(-array)?, \\['get', .*\\]\\]");
        redis.run("COMMAND INFO nosuch").matches("\\[nil(-array)?\\]");
    }

    @RedisTest
    void infoOfSubcommands(Client redis) {
        Resp config = redis.run("COMMAND INFO config").list().getFirst();
        assertThat(config.list().get(0).text()).isEqualTo("config");
        assertThat(config.list().get(9).list().stream()
                        .map(sub -> sub.list().get(0).text()))
                .contains("config|get", "config|set", "config|resetstat", "config|rewrite", "config|help");
        Resp get = redis.run("COMMAND INFO config|get").list().getFirst();
        assertThat(get.list().get(0).text()).isEqualTo("config|get");
        redis.run("COMMAND INFO config|nosuch").matches("\\[nil(-array)?\\]");
    }

    @RedisTest
    void list(Client redis) {
        assertThat(redis.run("COMMAND LIST").texts()).contains("get", "set", "config|get", "client|id");
        assertThat(redis.run("COMMAND LIST FILTERBY ACLCAT transaction").texts())
                .containsExactlyInAnyOrder("multi", "exec", "discard", "watch", "unwatch");
        assertThat(redis.run("COMMAND LIST FILTERBY PATTERN *getrange").texts())
                .contains("getrange")
                .allMatch(name -> name.endsWith("getrange"));
        redis.replies("""
            COMMAND LIST FILTERBY ACLCAT nosuch   -> []
            COMMAND LIST FILTERBY MODULE nosuch   -> []
            COMMAND LIST FILTERBY PATTERN nosuch* -> []
            COMMAND LIST FILTERBY FOO bar         -> -ERR syntax error
            COMMAND LIST FILTERBY                 -> -ERR syntax error
            COMMAND LIST FOO                      -> -ERR syntax error
            """);
    }

    @RedisTest
    void getkeys(Client redis) {
        redis.replies("""
            COMMAND GETKEYS GET x                 -> ['x']
            COMMAND GETKEYS MSET a 1 b 2          -> ['a', 'b']
            COMMAND GETKEYS MGET a b c            -> ['a', 'b', 'c']
            COMMAND GETKEYS COPY a b              -> ['a', 'b']
            COMMAND GETKEYS LCS a b LEN           -> ['a', 'b']
            COMMAND GETKEYS MEMORY USAGE x        -> ['x']
            COMMAND GETKEYS OBJECT ENCODING x     -> ['x']
            COMMAND GETKEYS ECHO x                -> -ERR The command has no key arguments
            COMMAND GETKEYS SET x                 -> -ERR Invalid number of arguments specified for command
            COMMAND GETKEYS NOSUCH x              -> -ERR Invalid command specified
            COMMAND GETKEYS                       -> -ERR wrong number of arguments for 'command|getkeys' command
            """);
    }

    @RedisTest(resp = {2, 3})
    void getkeysandflags(Client redis) {
        redis.replies("""
            COMMAND GETKEYSANDFLAGS GET x         -> [['x', [+RO, +access]]] || [['x', ~[+RO, +access]]]
            COMMAND GETKEYSANDFLAGS SET x 1       -> [['x', [+OW, +update]]] || [['x', ~[+OW, +update]]]
            COMMAND GETKEYSANDFLAGS SET x 1 GET   -> [['x', [+RW, +access, +update]]] || [['x', ~[+RW, +access, +update]]]
            COMMAND GETKEYSANDFLAGS DEL x y       -> [['x', [+RM, +delete]], ['y', [+RM, +delete]]] || [['x', ~[+RM, +delete]], ['y', ~[+RM, +delete]]]
            COMMAND GETKEYSANDFLAGS APPEND x 1    -> [['x', [+RW, +insert]]] || [['x', ~[+RW, +insert]]]
            COMMAND GETKEYSANDFLAGS ECHO x        -> -ERR The command has no key arguments
            COMMAND GETKEYSANDFLAGS NOSUCH x      -> -ERR Invalid command specified
            """);
    }

    @RedisTest(resp = {2, 3})
    void docs(Client redis) {
        Resp docs = redis.run("COMMAND DOCS get").reply();
        assertThat(docs.list()).hasSize(2);
        assertThat(docs.list().get(0).text()).isEqualTo("get");
        Resp get = docs.field("get");
        assertThat(get.field("summary").text()).isNotBlank();
        assertThat(get.field("since").text()).isEqualTo("1.0.0");
        assertThat(get.field("group").text()).isEqualTo("string");
        assertThat(get.field("complexity").text()).isEqualTo("O(1)");
        assertThat(redis.run("COMMAND DOCS nosuch").list()).isEmpty();
        assertThat(redis.run("COMMAND DOCS get set").list()).hasSize(4);
        assertThat(redis.run("COMMAND DOCS config|get").list().get(0).text()).isEqualTo("config|get");
    }

    @RedisTest
    void docsOfEverything(Client redis) {
        List<Resp> docs = redis.run("COMMAND DOCS").list();
        assertThat(docs.size() / 2).isEqualTo((int) redis.run("COMMAND COUNT").integer());
    }

    @RedisTest
    void help(Client redis) {
        assertThat(redis.run("COMMAND HELP").texts()).first().asString().startsWith("COMMAND <subcommand>");
        redis.run("COMMAND FOO").isError("ERR unknown subcommand 'FOO'. Try COMMAND HELP.");
    }
}
