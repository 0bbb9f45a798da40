package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.Server;
import dev.cinnabar.compat.harness.Target;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever INFO tells of a real server, ours has under the same name: monitoring agents read it. */
class InfoFieldsTest {

    private static final Set<String> EXCEPTIONS = Set.of(
            // How it was compiled, and how many functions of which version of the C library it has.
            "atomicvar_api",
            "gcc_version",
            "libc",
            // Java does not tell what a single thread that is not its own has used.
            "used_cpu_sys_main_thread",
            "used_cpu_user_main_thread",
            // One line for each module: there are none.
            "module");

    /** What Valkey alone has: its name, its ways of replication and of sharing work among threads, and its other words. */
    private static final Pattern OF_VALKEY = Pattern.compile(
            "(acl_access_denied_db|availability_zone|clients_hz|engine_N|engines_.*"
                    + "|expired_fields|expired_keys_with_volatile_items_stale_perc"
                    + "|io_threaded_(accept_processed|freed_objects|poll_processed|total_prefetch_.*)|mem_cluster_slot_.*"
                    + "|mem_replicas_repl_buffer|replicas_waiting_psync|server_mode|server_name|slot_migration_fork_in_progress"
                    + "|tls_.*_(expires_in_seconds|serial)|total_net_cluster_slot_.*|used_active_time_main_thread|valkey_.*)");

    @Test
    void ourInfoHasWhatTheirsHas() {
        List<Server> real = Server.realServers();
        assumeTrue(!real.isEmpty() && Server.cinnabar().isPresent());
        Set<String> ours = fields(Server.cinnabar().orElseThrow());
        for (Server server : real) {
            Set<String> missing = fields(server);
            missing.removeAll(ours);
            missing.removeAll(EXCEPTIONS);
            if (server.target() == Target.VALKEY) {
                missing.removeIf(name -> OF_VALKEY.matcher(name).matches());
            }
            assertThat(missing).as("of %s", server.target()).isEmpty();
        }
    }

    private static Set<String> fields(Server server) {
        Set<String> names = new TreeSet<>();
        try (Client client = new Client(server.port())) {
            client.run("SET key value");
            client.run("NOSUCH");
            for (String line : client.run("INFO everything").text().lines().toList()) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    String name = line.substring(0, line.indexOf(':'));
                    // Numbered, or one for each command or error.
                    names.add(name.replaceAll("(cmdstat|latency_percentiles_usec|errorstat)_.*", "$1")
                            .replaceAll("[0-9]+", "N"));
                }
            }
        }
        return names;
    }
}
