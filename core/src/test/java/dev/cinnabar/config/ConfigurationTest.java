package dev.cinnabar.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {

    private final Configuration configuration = new Configuration();

    @Test
    void startsWithDefaults() {
        assertThat(configuration.get(Directives.PORT)).isEqualTo(6379);
        assertThat(configuration.get(Directives.PROTECTED_MODE)).isTrue();
        assertThat(configuration.get(Directives.MAXMEMORY_POLICY)).isEqualTo(EvictionPolicy.NOEVICTION);
        assertThat(configuration.get(Directives.REQUIREPASS)).isEmpty();
    }

    @Test
    void setsAndShows() throws ConfigException {
        set("Timeout", "20", "proto-max-bulk-len", "2mb", "loglevel", "DEBUG");
        assertThat(configuration.get(Directives.TIMEOUT)).isEqualTo(20);
        assertThat(configuration.matching(List.of("time*", "PROTO-max-bulk-len", "nosuch")))
                .containsExactly(
                        java.util.Map.entry("timeout", "20"), java.util.Map.entry("PROTO-max-bulk-len", "2097152"));
    }

    @Test
    void aliasesAreTheSameDirective() throws ConfigException {
        set("hash-max-ziplist-entries", "7");
        assertThat(configuration.get(Directives.HASH_MAX_LISTPACK_ENTRIES)).isEqualTo(7);
        assertThat(configuration.matching(List.of("hash-max-*-entries")).keySet())
                .containsExactly("hash-max-listpack-entries", "hash-max-ziplist-entries");
    }

    /** Texts that Redis 8.0 answers; {@code RedisTableTest} holds the table itself against a real server. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nosuch | 1 | Unknown option or number of arguments for CONFIG SET - 'nosuch'",
                "databases | 3 | CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config",
                "dir | / | CONFIG SET failed (possibly related to argument 'dir') - can't set protected config",
                "HZ | abc | CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer",
                "port | 70000 | CONFIG SET failed (possibly related to argument 'port') - argument must be between 0 and 65535 inclusive",
                "maxmemory | x | CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value",
                "save | a b | CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters",
                "appendonly | x | CONFIG SET failed (possibly related to argument 'appendonly') - argument must be 'yes' or 'no'",
                "loglevel | x | CONFIG SET failed (possibly related to argument 'loglevel') - argument(s) must be one of the following: debug, verbose, notice, warning, nothing",
            })
    void refuses(String name, String text, String error) {
        assertThatThrownBy(() -> set(name, text))
                .isInstanceOf(ConfigException.class)
                .hasMessage(error);
    }

    @Test
    void whatIsNotHereIsRefusedAndNotIgnored() throws ConfigException {
        set("replica-announced", "yes");
        assertThatThrownBy(() -> set("replica-announced", "no"))
                .hasMessageEndingWith("this version supports only the default, 'yes'");
        assertThatThrownBy(() -> configuration.load("daemonize", List.of("yes")))
                .hasMessageStartingWith("this server does not detach from its terminal");
    }

    @Test
    void whatHasNoEffectIsSaid() throws ConfigException {
        List<String> warnings = new ArrayList<>();
        configuration.warnings(warnings::add);
        set("max-new-connections-per-cycle", "10");
        assertThat(warnings).isEmpty();
        set("max-new-connections-per-cycle", "5");
        assertThat(warnings).containsExactly("'max-new-connections-per-cycle' has no effect in this version");
    }

    @Test
    void oneTwiceIsRefusedByAliasToo() {
        assertThatThrownBy(() -> set("hz", "10", "HZ", "11")).hasMessageEndingWith("duplicate parameter");
        assertThatThrownBy(() -> set("slave-priority", "100", "replica-priority", "100"))
                .hasMessage(
                        "CONFIG SET failed (possibly related to argument 'replica-priority') - duplicate parameter");
    }

    @Test
    void setsAllOrNone() {
        assertThatThrownBy(() -> set("timeout", "20", "hz", "x")).hasMessageContaining("'hz'");
        assertThat(configuration.get(Directives.TIMEOUT)).isZero();
    }

    @Test
    void aListenerMayRefuseAndAllAreToldOfTheReturn() throws ConfigException {
        List<String> seen = new ArrayList<>();
        configuration.onChange(() -> seen.add("timeout " + configuration.get(Directives.TIMEOUT)), Directives.TIMEOUT);
        configuration.onChange(
                () -> {
                    if (configuration.get(Directives.PORT) == 1) {
                        throw new ConfigException("Unable to listen on this port. Check server logs.");
                    }
                },
                Directives.PORT,
                Directives.BIND);
        assertThatThrownBy(() -> set("timeout", "20", "port", "1"))
                .hasMessage("CONFIG SET failed (possibly related to argument 'port') - "
                        + "Unable to listen on this port. Check server logs.");
        assertThat(seen).containsExactly("timeout 20", "timeout 0");
        set("port", "2", "bind", "127.0.0.1", "timeout", "3");
        assertThat(seen).last().isEqualTo("timeout 3");
    }

    @Test
    void limitsOfOneClassLeaveTheOthers() throws ConfigException {
        set("client-output-buffer-limit", "normal 1mb 2mb 3 replica 1 2 3");
        assertThat(configuration.text(Directives.CLIENT_OUTPUT_BUFFER_LIMIT))
                .isEqualTo("normal 1048576 2097152 3 slave 1 2 3 pubsub 33554432 8388608 60");
    }

    @ParameterizedTest
    @CsvSource({"KEA, AKE", "Exg, gxE", "KEg$lshzxetdamn, AKEm", "Kn, nK", "Ed, dE", "'', ''"})
    void eventClasses(String letters, String shown) throws ConfigException {
        set("notify-keyspace-events", letters);
        assertThat(configuration.text(Directives.NOTIFY_KEYSPACE_EVENTS)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "1b, 1",
        "1k, 1000",
        "1kb, 1024",
        "2M, 2000000",
        "2Mb, 2097152",
        "3g, 3000000000",
        "3GB, 3221225472",
        "'', 0",
        "99999999999999999999, 9223372036854775807",
        "9999999999gb, 9223372036854775807",
        "-1, -1",
        "1x, -1",
        "1 kb, -1"
    })
    void amountsOfMemory(String text, long bytes) {
        assertThat(MemoryAmount.parse(text)).isEqualTo(bytes);
    }

    private void set(String... namesAndTexts) throws ConfigException {
        List<String> names = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            names.add(namesAndTexts[i]);
            texts.add(namesAndTexts[i + 1]);
        }
        configuration.set(names, texts, false);
    }
}
