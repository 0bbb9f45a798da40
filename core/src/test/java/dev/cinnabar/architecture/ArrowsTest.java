package dev.cinnabar.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Packages of the core import downwards only. The table is the architecture: a package may use those that it names, and each
 * of them stands above it in the table. A new package needs a row here and a sentence in its {@code package-info.java}.
 */
class ArrowsTest {

    /** What is handed to everyone and gives access to nothing. */
    private static final Set<String> FOR_EVERYONE = Set.of("dev.cinnabar.keyspace.Clock");

    private static final Map<String, Set<String>> MAY_USE = new LinkedHashMap<>();

    static {
        row("spi");
        row("memory");
        row("text", "memory");
        row("log", "text", "memory");
        row("config", "log", "text", "memory");
        row("journal", "text", "memory");
        row("tls", "config", "log", "text", "memory");
        row("resp", "text", "memory");
        row("acl", "text", "memory");
        row("structures", "text", "memory");
        row("values", "structures", "text", "memory");
        row("keyspace", "values", "structures", "text", "memory");
        row("persistence", "keyspace", "values", "structures", "resp", "config", "log", "text", "memory");
        row("aof", "journal", "persistence", "keyspace", "values", "resp", "config", "log", "text", "memory");
        row("session", "acl", "keyspace", "values", "structures", "resp", "config", "log", "text", "memory");
        row(
                "command",
                "session",
                "aof",
                "journal",
                "persistence",
                "acl",
                "keyspace",
                "values",
                "structures",
                "resp",
                "config",
                "log",
                "text",
                "memory");
        // One row for all families of commands: they do not know each other.
        row(
                "commands.*",
                "command",
                "session",
                "aof",
                "journal",
                "persistence",
                "acl",
                "keyspace",
                "values",
                "structures",
                "resp",
                "config",
                "log",
                "text",
                "memory");
        row("commands", "commands.*", "command");
        row("net", "command", "session", "journal", "acl", "resp", "tls", "config", "log", "text", "memory");
        row(
                "server",
                "net",
                "spi",
                "tls",
                "aof",
                "journal",
                "persistence",
                "commands",
                "command",
                "session",
                "acl",
                "keyspace",
                "values",
                "structures",
                "resp",
                "config",
                "log",
                "text",
                "memory");
        row(
                "",
                "server",
                "net",
                "spi",
                "aof",
                "journal",
                "tls",
                "persistence",
                "commands",
                "command",
                "session",
                "acl",
                "keyspace",
                "values",
                "structures",
                "resp",
                "config",
                "log",
                "text",
                "memory");
    }

    /** Families that are another one with more: a place is an element of a sorted set. */
    private static final Map<String, String> BUILT_ON = Map.of("commands.geo", "commands.zsets");

    private static void row(String name, String... mayUse) {
        MAY_USE.put(name, Set.of(mayUse));
    }

    @Test
    void packagesImportDownwardsOnly() {
        List<String> wrong = new ArrayList<>();
        for (SourceFile file : SourceFile.under("core/src/main/java")) {
            String from = file.packageName();
            for (String to : file.packagesUsed(FOR_EVERYONE)) {
                if (!MAY_USE.getOrDefault(rowOf(from), Set.of()).contains(rowOf(to))
                        && !to.equals(BUILT_ON.get(from))) {
                    wrong.add(file.name() + ": dev.cinnabar." + from + " may not use dev.cinnabar." + to);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPackageHasItsRow() {
        Set<String> without = new TreeSet<>();
        for (SourceFile file : SourceFile.under("core/src/main/java")) {
            if (!MAY_USE.containsKey(rowOf(file.packageName()))) {
                without.add(file.packageName());
            }
        }
        assertThat(without)
                .as("packages without a row in the table of this test")
                .isEmpty();
    }

    @Test
    void theTableItselfGoesDownwards() {
        Set<String> above = new TreeSet<>();
        MAY_USE.forEach((name, uses) -> {
            assertThat(above).as("rows above " + name).containsAll(uses);
            above.add(name);
        });
    }

    private static String rowOf(String packageName) {
        return packageName.startsWith("commands.") ? "commands.*" : packageName;
    }
}
