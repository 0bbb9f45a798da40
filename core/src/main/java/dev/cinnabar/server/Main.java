package dev.cinnabar.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.aof.CheckAof;
import dev.cinnabar.command.Version;
import dev.cinnabar.commands.Commands;
import dev.cinnabar.config.Arguments;
import dev.cinnabar.config.ConfigFile;
import dev.cinnabar.config.Configuration;
import dev.cinnabar.config.Directives;
import dev.cinnabar.config.FatalConfigException;
import dev.cinnabar.log.FileLog;
import dev.cinnabar.persistence.CheckRdb;
import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Starts a server from the command line, which is that of redis-server. */
public final class Main {

    private static final String USAGE = """
            Usage: cinnabar server [/path/to/redis.conf] [--directive value ...] [-]
                   cinnabar server -v or --version
                   cinnabar server -h or --help

            Directives are those of a configuration file; '-' reads more of them from the standard input. Examples:
                   cinnabar server (with the default configuration)
                   cinnabar server /etc/redis/6379.conf --loglevel verbose
                   cinnabar server --port 7777 --bind 127.0.0.1 ::1
                   echo 'maxmemory 128mb' | cinnabar server -
            """;

    /** What redis-server can be instead of a server, and why it cannot be that here. */
    private static final Map<String, String> REFUSED = Map.of(
            "--sentinel", "This server has no sentinel mode.",
            "--test-memory", "This server does not test memory: use memtest86 or memtester.",
            "--check-system", "This server does not check the system.");

    private Main() {}

    public static void main(String[] words) {
        int status = start(List.of(words));
        if (status >= 0) {
            System.exit(status);
        }
    }

    /** The exit code, or -1 when the server ended and has seen to that itself. */
    private static int start(List<String> words) {
        switch (words.isEmpty() ? "" : words.getFirst()) {
            case "-v", "--version" -> {
                System.out.println("Cinnabar server v=" + Version.CINNABAR + " redis=" + Version.REDIS
                        + " bits=64 java=" + Runtime.version().feature());
                return 0;
            }
            case "-h", "--help" -> {
                System.err.print(USAGE);
                return 1;
            }
            case "check-aof" -> {
                return CheckAof.run(words.subList(1, words.size()), System.out, System.in);
            }
            case "check-rdb" -> {
                return CheckRdb.run(words.subList(1, words.size()), System.out);
            }
            default -> {}
        }
        for (String word : words) {
            if (REFUSED.containsKey(word)) {
                System.err.println(REFUSED.get(word));
                return 1;
            }
        }
        Thread.ofPlatform().daemon().name("cinnabar-prepare").start(Main::prepare);
        FileLog log = new FileLog(System.out, InstantSource.system());
        log.role(FileLog.Role.CHILD);
        Configuration configuration = new Configuration();
        List<String> warnings = new ArrayList<>();
        configuration.warnings(warnings::add);
        @Nullable Path configFile;
        try {
            configFile = read(Arguments.parse(words), configuration, log);
            openLog(configuration, log);
        } catch (FatalConfigException e) {
            if (e.isForLog()) {
                log.warning(e.getMessage());
            } else {
                System.err.print(e.getMessage());
            }
            return 1;
        }
        log.notice("Cinnabar is starting");
        log.notice("Cinnabar version=" + Version.CINNABAR + ", bits=64, redis=" + Version.REDIS + ", pid="
                + ProcessHandle.current().pid() + ", just started");
        if (words.isEmpty()) {
            log.warning("Warning: no config file specified, using the default config. In order to specify a config file"
                    + " use cinnabar server /path/to/redis.conf");
        } else {
            log.notice("Configuration loaded");
        }
        log.role(FileLog.Role.MASTER);
        warnings.forEach(log::warning);
        configuration.warnings(log::warning);
        return new ServerProcess(configuration, log).run(configFile);
    }

    /** What a start would otherwise wait for, on another core: the classes of all commands, and where random numbers come from. */
    private static void prepare() {
        new SplittableRandom(new SecureRandom().nextLong()).nextLong();
        Commands.table();
    }

    /** Reads the file, the standard input and the directives among the arguments, in this order; returns the file. */
    private static @Nullable Path read(Arguments arguments, Configuration configuration, FileLog log)
            throws FatalConfigException {
        ConfigFile reader = new ConfigFile(configuration, Version.REDIS)
                .handle("user", new DeclaredUsers(configuration))
                .handle("rename-command", new RenamedCommands(configuration));
        String more = arguments.lines();
        if (arguments.fromInput()) {
            log.notice("Reading config from stdin");
            try {
                more = new String(System.in.readAllBytes(), ISO_8859_1) + "\n" + more;
            } catch (IOException e) {
                throw FatalConfigException.general(Version.REDIS, "Can't read the standard input: " + e.getMessage());
            }
        }
        Path file = arguments.file().map(name -> Path.of(name).toAbsolutePath()).orElse(null);
        if (file != null) {
            reader.readFile(file, more);
        } else {
            reader.readText(arguments.fromInput() ? more : "\n" + more);
        }
        return file;
    }

    private static void openLog(Configuration configuration, FileLog log) throws FatalConfigException {
        log.threshold(configuration.get(Directives.LOGLEVEL));
        if (configuration.get(Directives.LOGFILE).isEmpty()) {
            return;
        }
        try {
            log.file(configuration.path(Directives.LOGFILE));
        } catch (IOException e) {
            throw FatalConfigException.general(Version.REDIS, "Can't open the log file: " + Reason.of(e));
        }
    }
}
