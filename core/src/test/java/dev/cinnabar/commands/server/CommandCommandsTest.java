package dev.cinnabar.commands.server;

import static dev.cinnabar.command.CommandSpec.command;
import static dev.cinnabar.command.KeySpec.Use.ACCESS;
import static dev.cinnabar.command.KeySpec.Use.NOT_KEY;
import static dev.cinnabar.command.KeySpec.Use.OW;
import static dev.cinnabar.command.KeySpec.Use.RO;
import static dev.cinnabar.command.KeySpec.Use.RW;
import static dev.cinnabar.command.KeySpec.Use.UPDATE;
import static dev.cinnabar.command.KeySpec.Use.VARIABLE_FLAGS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Category;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandTable;
import dev.cinnabar.command.Flag;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Handler;
import dev.cinnabar.command.Help;
import dev.cinnabar.command.KeySpec;
import dev.cinnabar.command.testing.TestEngine;
import dev.cinnabar.commands.connection.ConnectionCommands;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * COMMAND and its subcommands, on a small table whose rows have everything that a row can have. The forms of the replies are
 * those of Redis 8.0; that our real rows agree with Redis is compared with a running one elsewhere.
 */
class CommandCommandsTest {

    private static final Handler NONE = (call, args, reply) -> reply.ok();

    @AutoClose
    private final TestEngine redis = new TestEngine(1, table());

    private static CommandTable table() {
        List<CommandSpec> rows = new ArrayList<>();
        rows.addAll(CommandCommands.table());
        rows.addAll(ConnectionCommands.table());
        rows.add(command("plain", 2, Flag.READONLY, Flag.FAST)
                .group(Group.STRING)
                .categories(Category.STRING)
                .keys(KeySpec.at(1, RO, ACCESS))
                .summary("Is plain.")
                .complexity("O(1)")
                .arguments(Argument.key("key"))
                .handler(NONE));
        rows.add(command("range", -3, Flag.WRITE)
                .keys(KeySpec.range(1, -1, 2, OW, UPDATE))
                .handler(NONE));
        rows.add(command("two", 3, Flag.WRITE)
                .keys(KeySpec.at(1, RW), KeySpec.at(2, OW))
                .handler(NONE));
        rows.add(command("counted", -4, Flag.WRITE, Flag.NO_MANDATORY_KEYS)
                .keys(KeySpec.at(1, OW), KeySpec.counted(2, 0, 1, 1, RO))
                .handler(NONE));
        rows.add(command("streams", -4, Flag.READONLY)
                .keys(KeySpec.behind("STREAMS", 1, -1, 1, 2, RO))
                .handler(NONE));
        rows.add(command("store", -2, Flag.WRITE)
                .since("2.0.0")
                .keys(
                        KeySpec.at(1, RO),
                        KeySpec.found(
                                        (request, sink) -> {
                                            if (request.count() > 2) {
                                                sink.accept(request.count() - 1);
                                            }
                                        },
                                        OW)
                                .notes("Anywhere."))
                .handler(NONE));
        rows.add(command("variable", -2, Flag.WRITE)
                .keys(KeySpec.at(1, RW, ACCESS, VARIABLE_FLAGS)
                        .usesOf(request -> request.count() == 2 ? EnumSet.of(OW) : EnumSet.of(RW, ACCESS)))
                .handler(NONE));
        rows.add(command("channel", 2).keys(KeySpec.at(1, NOT_KEY)).handler(NONE));
        rows.add(command("box", -2)
                .since("3.0.0")
                .summary("Holds others.")
                .subcommands(
                        command("open", -2)
                                .deprecated("6.0.0", "`BOX UNLOCK`")
                                .history("4.0.0", "First.")
                                .history("4.0.0", "Second.")
                                .summary(
                                        "Opens "
                                                + "it with many words so that the line of the help text must be broken somewhere.")
                                .arguments(
                                        Argument.integer("old").shownAs("n").deprecated("5.0.0"),
                                        Argument.oneOf("how", Argument.token("FAST"), Argument.token("SLOW"))
                                                .since("4.2.0")
                                                .optional(),
                                        Argument.block("pair", Argument.string("a"), Argument.doubleValue("b"))
                                                .after("PAIR")
                                                .multipleWithToken())
                                .handler(NONE),
                        Help.row("3.0.0", Group.GENERIC)));
        return new CommandTable(rows);
    }

    private static String index(int index, String lastkey, int step) {
        return "'begin_search', ['type', 'index', 'spec', ['index', " + index
                + "]], 'find_keys', ['type', 'range', 'spec', ['lastkey', " + lastkey + ", 'keystep', " + step
                + ", 'limit', 0]]]";
    }

    @Test
    void infoOfAPlainCommand() {
        assertThat(redis.run("COMMAND INFO Plain"))
                .isEqualTo("[['plain', 2, [+readonly, +fast], 1, 1, 1, [+@read, +@string, +@fast], [], "
                        + "[['flags', [+RO, +access], " + index(1, "0", 1) + "], []]]");
        assertThat(redis.protocol(3).run("COMMAND INFO plain"))
                .isEqualTo("[['plain', 2, ~[+readonly, +fast], 1, 1, 1, ~[+@read, +@string, +@fast], ~[], "
                        + "~[{'flags': ~[+RO, +access], 'begin_search': {'type': 'index', 'spec': {'index': 1}}, "
                        + "'find_keys': {'type': 'range', 'spec': {'lastkey': 0, 'keystep': 1, 'limit': 0}}}], ~[]]]");
    }

    @Test
    void keyPositionsAsThreeNumbers() {
        assertThat(redis.run("COMMAND INFO range")).contains("[+write], 1, -1, 2, ");
        assertThat(redis.run("COMMAND INFO two")).contains("[+write], 1, 2, 1, ");
        assertThat(redis.run("COMMAND INFO counted"))
                .contains("[+write, +no_mandatory_keys, +movablekeys], 1, 1, 1, ")
                .contains("'find_keys', ['type', 'keynum', 'spec', ['keynumidx', 0, 'firstkey', 1, 'keystep', 1]]");
        assertThat(redis.run("COMMAND INFO streams"))
                .contains("[+readonly, +movablekeys], 0, 0, 0, ")
                .contains("'begin_search', ['type', 'keyword', 'spec', ['keyword', 'STREAMS', 'startfrom', 1]], "
                        + "'find_keys', ['type', 'range', 'spec', ['lastkey', -1, 'keystep', 1, 'limit', 2]]");
        assertThat(redis.run("COMMAND INFO store"))
                .contains("[+write, +movablekeys], 1, 1, 1, ")
                .contains("['notes', 'Anywhere.', 'flags', [+OW], 'begin_search', ['type', 'unknown', "
                        + "'spec', []], 'find_keys', ['type', 'unknown', 'spec', []]]");
        assertThat(redis.run("COMMAND INFO ping"))
                .contains("[+fast], 0, 0, 0, [+@fast, +@connection], "
                        + "['request_policy:all_shards', 'response_policy:all_succeeded'], [], []]");
    }

    @Test
    void infoOfSubcommandsAndOfNothing() {
        assertThat(redis.run("COMMAND INFO box|open"))
                .isEqualTo("[['box|open', -2, [], 0, 0, 0, [+@slow], [], [], []]]");
        assertThat(redis.run("COMMAND INFO box"))
                .startsWith("[['box', -2, [], 0, 0, 0, [+@slow], [], [], " + "[['box|open', -2, ")
                .contains("], ['box|help', 2, [+loading, +stale], 0, ");
        assertThat(redis.run("COMMAND INFO nosuch box|nosuch | box| plain|open box|open|x \"\""))
                .isEqualTo("[nil, nil, nil, nil, nil, nil, nil]");
        assertThat(redis.run("COMMAND INFO")).isEqualTo(redis.run("COMMAND"));
    }

    @Test
    void count() {
        int all = redis.engine().commands().all().size();
        assertThat(redis.run("COMMAND COUNT")).isEqualTo(Integer.toString(all));
        assertThat(redis.run("COMMAND COUNT x"))
                .isEqualTo("-ERR wrong number of arguments for 'command|count' command");
    }

    @Test
    void list() {
        redis.replies("""
                COMMAND LIST FILTERBY PATTERN BO?|o*       -> ['box|open']
                COMMAND LIST FILTERBY ACLCAT STRING        -> ['plain']
                COMMAND LIST FILTERBY ACLCAT nosuch        -> []
                COMMAND LIST FILTERBY MODULE nosuch        -> []
                COMMAND LIST FILTERBY PATTERN nosuch*      -> []
                COMMAND LIST FILTERBY FOO bar              -> -ERR syntax error
                COMMAND LIST FILTERBY                      -> -ERR syntax error
                COMMAND LIST FOO                           -> -ERR syntax error
                COMMAND LIST FILTERBY ACLCAT a PATTERN b   -> -ERR syntax error
                """);
        assertThat(redis.run("COMMAND LIST")).contains("'box', 'box|open', 'box|help'");
    }

    @Test
    void docs() {
        assertThat(redis.run("COMMAND DOCS plain nosuch"))
                .isEqualTo("['plain', ['summary', 'Is plain.', 'since', '1.0.0', 'group', 'string', 'complexity', "
                        + "'O(1)', 'arguments', [['name', 'key', 'type', 'key', 'display_text', 'key', "
                        + "'key_spec_index', 0]]]]");
        assertThat(redis.run("COMMAND DOCS nosuch")).isEqualTo("[]");
        assertThat(redis.protocol(3).run("COMMAND DOCS box|open"))
                .startsWith("{'box|open': {'summary': 'Opens ")
                .endsWith(", 'since': '1.0.0', 'group': 'generic', 'doc_flags': ~[+deprecated], 'deprecated_since': "
                        + "'6.0.0', 'replaced_by': '`BOX UNLOCK`', 'history': ~[['4.0.0', 'First.'], ['4.0.0', "
                        + "'Second.']], 'arguments': [{'name': 'old', 'type': 'integer', 'display_text': 'n', "
                        + "'deprecated_since': '5.0.0'}, {'name': 'how', 'type': 'oneof', 'since': '4.2.0', 'flags': "
                        + "~[+optional], 'arguments': [{'name': 'fast', 'type': 'pure-token', 'display_text': 'fast', "
                        + "'token': 'FAST'}, {'name': 'slow', 'type': 'pure-token', 'display_text': 'slow', 'token': "
                        + "'SLOW'}]}, {'name': 'pair', 'type': 'block', 'token': 'PAIR', 'flags': ~[+multiple, "
                        + "+multiple_token], 'arguments': [{'name': 'a', 'type': 'string', 'display_text': 'a'}, "
                        + "{'name': 'b', 'type': 'double', 'display_text': 'b'}]}]}}");
        assertThat(redis.run("COMMAND DOCS box"))
                .startsWith("{'box': {'summary': 'Holds others.', 'since': '3.0.0', 'group': 'generic', 'subcommands': "
                        + "{'box|open': {");
    }

    @Test
    void docsOfEverythingCanBeRead() {
        assertThat(redis.protocol(3).run("COMMAND DOCS"))
                .startsWith("{'command': {")
                .endsWith("}}");
    }

    @Test
    void getkeys() {
        redis.replies("""
                COMMAND GETKEYS plain x                     -> ['x']
                COMMAND GETKEYS range a 1 b 2               -> ['a', 'b']
                COMMAND GETKEYS two a b                     -> ['a', 'b']
                COMMAND GETKEYS counted d 2 a b x           -> ['d', 'a', 'b']
                COMMAND GETKEYS counted d 0 a               -> ['d']
                COMMAND GETKEYS counted d 5 a               -> []
                COMMAND GETKEYS streams COUNT 1 streams a b 1 2 -> ['a', 'b']
                COMMAND GETKEYS streams a b c               -> -ERR Invalid arguments specified for command
                COMMAND GETKEYS store a                     -> ['a']
                COMMAND GETKEYS store a b c                 -> ['a', 'c']
                COMMAND GETKEYS channel a                   -> -ERR The command has no key arguments
                COMMAND GETKEYS PING x                      -> -ERR The command has no key arguments
                COMMAND GETKEYS box x                       -> -ERR Invalid command specified
                COMMAND GETKEYS box open                    -> -ERR The command has no key arguments
                COMMAND GETKEYS plain                       -> -ERR Invalid number of arguments specified for command
                COMMAND GETKEYS plain a b                   -> -ERR Invalid number of arguments specified for command
                COMMAND GETKEYS nosuch x                    -> -ERR Invalid command specified
                COMMAND GETKEYS                             -> -ERR wrong number of arguments for 'command|getkeys' command
                """);
    }

    @Test
    void getkeysandflags() {
        redis.replies("""
                COMMAND GETKEYSANDFLAGS plain x      -> [['x', [+RO, +access]]]
                COMMAND GETKEYSANDFLAGS two a b      -> [['a', [+RW]], ['b', [+OW]]]
                COMMAND GETKEYSANDFLAGS variable a   -> [['a', [+OW]]]
                COMMAND GETKEYSANDFLAGS variable a b -> [['a', [+RW, +access]]]
                COMMAND GETKEYSANDFLAGS ping         -> -ERR The command has no key arguments
                HELLO 3                              -> /\\{.*/
                COMMAND GETKEYSANDFLAGS plain x      -> [['x', ~[+RO, +access]]]
                """);
    }

    @Test
    void helpOfContainers() {
        assertThat(redis.run("BOX HELP"))
                .isEqualTo("[+BOX <subcommand> [<arg> [value] [opt] ...]. Subcommands are:, "
                        + "+OPEN <n> [(FAST|SLOW)] PAIR <a> <b> [PAIR <a> <b> ...], "
                        + "+    Opens it with many words so that the line of the help text must be broken, "
                        + "+    somewhere., +HELP, +    Prints this help.]");
        assertThat(redis.run("COMMAND HELP"))
                .startsWith("[+COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:, +(no subcommand), ");
        redis.replies("""
                COMMAND HELP x -> -ERR wrong number of arguments for 'command|help' command
                COMMAND FOO    -> -ERR unknown subcommand 'FOO'. Try COMMAND HELP.
                BOX            -> -ERR wrong number of arguments for 'box' command
                BOX x          -> -ERR unknown subcommand 'x'. Try BOX HELP.
                """);
    }
}
