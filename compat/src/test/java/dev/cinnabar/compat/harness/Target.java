package dev.cinnabar.compat.harness;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A server that the tests run against: how to start it, or why it cannot be.
 *
 * <p>Commands come from system properties or environment variables, else from the usual names on the PATH:
 *
 * <pre>
 *   CINNABAR_SERVER   the server under test; without it, its main class on our own class path
 *   REDIS_SERVER      any Redis; without it, redis-server
 *   REDIS_SERVER_8    a Redis 8
 *   VALKEY_SERVER     a Valkey; without it, valkey-server
 *   COMPAT_TARGETS    which to use, e.g. "cinnabar,redis"; without it, all
 *   COMPAT_REQUIRED   those whose absence is a failure and not a skipped test
 * </pre>
 *
 * A command may hold several words ({@code chroot /srv/tree redis-server}); options are added behind.
 */
public enum Target {
    CINNABAR("cinnabar", "CINNABAR_SERVER", null),
    REDIS("redis", "REDIS_SERVER", "redis-server"),
    REDIS_8("redis 8", "REDIS_SERVER_8", null),
    VALKEY("valkey", "VALKEY_SERVER", "valkey-server");

    private static final String MAIN_CLASS = "dev.cinnabar.server.Main";

    private final String label;
    private final String variable;
    private final String program;

    Target(String label, String variable, String program) {
        this.label = label;
        this.variable = variable;
        this.program = program;
    }

    public String label() {
        return label;
    }

    /** The words that start it; empty if it is not installed. */
    Optional<List<String>> command() {
        String configured = setting(variable);
        if (configured != null) {
            return Optional.of(List.of(configured.trim().split(" +")));
        }
        if (this == CINNABAR) {
            return mainClass();
        }
        return program != null && onPath(program) ? Optional.of(List.of(program)) : Optional.empty();
    }

    /** Why no test can run on it; empty if they can. */
    Optional<String> missing() {
        String chosen = setting("COMPAT_TARGETS");
        if (chosen != null && !names(chosen).contains(label)) {
            return Optional.of(label + " is not among COMPAT_TARGETS");
        }
        if (command().isPresent()) {
            return Optional.empty();
        }
        String reason = label + " is not installed: set " + variable + " to the command that starts it";
        String required = setting("COMPAT_REQUIRED");
        if (required != null && names(required).contains(label)) {
            throw new IllegalStateException(reason);
        }
        return Optional.of(reason);
    }

    private static List<String> names(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).toList();
    }

    private static String setting(String name) {
        String property = System.getProperty(name);
        String value = property != null ? property : System.getenv(name);
        return value == null || value.isBlank() ? null : value;
    }

    /** Our own server from the classes that the tests were built with, in a process of its own. */
    private static Optional<List<String>> mainClass() {
        try {
            Class.forName(MAIN_CLASS, false, Target.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return Optional.of(List.of(
                java,
                "-ea",
                "-XX:+UseSerialGC",
                "-XX:MaxDirectMemorySize=8g",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN_CLASS));
    }

    private static boolean onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
