package dev.cinnabar.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.compat.harness.Client;
import dev.cinnabar.compat.harness.RedisTest;
import dev.cinnabar.compat.harness.Resp;
import dev.cinnabar.compat.harness.Server;
import java.util.ArrayList;
import java.util.List;

/** notify-keyspace-events: which events each command causes, and in which order. */
class KeyspaceEventsTest {

    /** Who hears all events, each as {@code key event}. */
    private static final class Listener {
        private final Client client;
        private final Client redis;

        Listener(Server server, Client redis, String classes) {
            this.redis = redis;
            redis.call("CONFIG", "SET", "notify-keyspace-events", classes).isOk();
            client = server.connect(3);
            client.run("PSUBSCRIBE __keyspace@*__:*").is(">['psubscribe', '__keyspace@*__:*', 1]");
        }

        /** Runs a command and checks the events that it has caused. */
        void hears(String command, String... events) {
            redis.run(command);
            redis.run("PUBLISH __keyspace@0__:end end");
            List<String> heard = new ArrayList<>();
            for (String[] event = next(); !event[0].equals("__keyspace@0__:end"); event = next()) {
                String channel = event[0].replace("__keyspace@0__:", "").replaceAll("__keyspace@(\\d+)__:", "$1/");
                heard.add(channel + " " + event[1]);
            }
            assertThat(heard).as(command).containsExactly(events);
        }

        private String[] next() {
            List<Resp> elements = ((Resp.Push) client.read()).items();
            return new String[] {((Resp.Bulk) elements.get(2)).latin1(), ((Resp.Bulk) elements.get(3)).latin1()};
        }
    }

    @RedisTest(valkeyDiffers = "a key given a time that is over expires, and is not deleted")
    void strings(Client redis, Server server) {
        Listener all = new Listener(server, redis, "KAn");
        all.hears("SET a 1", "a new", "a set");
        all.hears("SET a 1 EX 100", "a set", "a expire");
        all.hears("SET a 2 KEEPTTL", "a set");
        all.hears("SET a 1 NX");
        all.hears("SET a 1 XX GET", "a set");
        all.hears("SETNX a 1");
        all.hears("SETNX b 1", "b new", "b set");
        all.hears("SETEX a 100 1", "a set", "a expire");
        all.hears("PSETEX c 100000 1", "c new", "c set", "c expire");
        all.hears("GETSET a 1", "a set");
        all.hears("GETSET d 1", "d new", "d set");
        all.hears("GETDEL d", "d del");
        all.hears("GETDEL d");
        all.hears("GETEX a");
        all.hears("GETEX a EX 100", "a expire");
        all.hears("GETEX a PERSIST", "a persist");
        all.hears("GETEX a PERSIST");
        all.hears("GETEX a PXAT 1", "a del");
        all.hears("APPEND a x", "a new", "a append");
        all.hears("APPEND a x", "a append");
        all.hears("SETRANGE a 1 y", "a setrange");
        all.hears("SETRANGE e 1 y", "e new", "e setrange");
        all.hears("SETRANGE e 1 \"\"");
        all.hears("MSET a 1 f 2", "a set", "f new", "f set");
        all.hears("MSETNX a 1 g 2");
        all.hears("MSETNX g 1 h 2", "g new", "g set", "h new", "h set");
        all.hears("INCR a", "a incrby");
        all.hears("INCR i", "i new", "i incrby");
        all.hears("DECRBY i 3", "i incrby");
        all.hears("INCRBYFLOAT i 1.5", "i incrbyfloat");
        all.hears("INCR i");
        all.hears("GET a");
    }

    @RedisTest(valkeyDiffers = "a key given a time that is over expires, and is not deleted")
    void keys(Client redis, Server server) {
        Listener all = new Listener(server, redis, "KAn");
        all.hears("MSET a 1 b 2 c 3", "a new", "a set", "b new", "b set", "c new", "c set");
        all.hears("DEL a nothing b", "a del", "b del");
        all.hears("UNLINK c", "c del");
        all.hears("SET a 1", "a new", "a set");
        all.hears("EXPIRE a 100", "a expire");
        all.hears("EXPIRE a 100 NX");
        all.hears("EXPIRE nothing 100");
        all.hears("PERSIST a", "a persist");
        all.hears("PERSIST a");
        all.hears("PEXPIREAT a 1", "a del");
        all.hears("SET a 1 EX 100", "a new", "a set", "a expire");
        all.hears("RENAME a b", "b new", "a rename_from", "b rename_to");
        all.hears("RENAME b b");
        all.hears("RENAMENX b c", "c new", "b rename_from", "c rename_to");
        all.hears("SET a 1", "a new", "a set");
        all.hears("RENAMENX c a");
        all.hears("COPY a d", "d new", "d copy_to");
        all.hears("COPY a d");
        all.hears("COPY a d DB 3", "3/d new", "3/d copy_to");
        all.hears("MOVE a 2", "2/a new", "a move_from", "2/a move_to");
        all.hears("MOVE a 2");
        all.hears("FLUSHALL");
    }

    @RedisTest
    void whatTakesTheNameOfAnother(Client redis, Server server) {
        Listener all = new Listener(server, redis, "KAn");
        all.hears("MSET a 1 b 2", "a new", "a set", "b new", "b set");
        all.hears("RENAME a b", "b new", "a rename_from", "b rename_to");
        all.hears("SET a 1", "a new", "a set");
        all.hears("COPY a b REPLACE", "b new", "b copy_to");
    }

    @RedisTest(since = "8.2")
    void overwrittenKeys(Client redis, Server server) {
        Listener some = new Listener(server, redis, "K$goc");
        some.hears("SET a 1", "a set");
        some.hears("SET a 2", "a overwritten", "a set");
        some.hears("APPEND a 2", "a append");
        some.hears("SADD s 1");
        some.hears("SET s 2", "s overwritten", "s type_changed", "s set");
        some.hears("GETSET a 2", "a overwritten", "a set");
        some.hears("RENAME a s", "a rename_from", "s rename_to", "s overwritten");
        some.hears("SADD t 1");
        some.hears("COPY s t REPLACE", "t copy_to", "t overwritten", "t type_changed");
    }

    @RedisTest(since = "8.8")
    void countersWithBounds(Client redis, Server server) {
        Listener some = new Listener(server, redis, "K$g");
        some.hears("INCREX a BYINT 1 EX 100", "a incrby", "a expire");
        some.hears("INCREX a BYINT 1 EX 100 ENX", "a incrby");
        some.hears("INCREX a BYFLOAT 1.5 PERSIST", "a incrbyfloat", "a persist");
        some.hears("INCREX a BYFLOAT 1 PXAT 1", "a del");
    }

    @RedisTest
    void misses(Client redis, Server server) {
        Listener some = new Listener(server, redis, "Km");
        redis.run("SET there 1");
        some.hears("GET x", "x keymiss");
        some.hears("GET there");
        some.hears("MGET x there y", "x keymiss", "y keymiss");
        some.hears("EXISTS x", "x keymiss");
        some.hears("TTL x", "x keymiss");
        some.hears("TYPE x", "x keymiss");
        some.hears("STRLEN x", "x keymiss");
        some.hears("OBJECT ENCODING x");
        some.hears("DEL x");
        some.hears("INCR y");
        some.hears("GETDEL x", "x keymiss");
        some.hears("GETEX x", "x keymiss");
        some.hears("SET z 1 GET", "z keymiss");
        some.hears("TOUCH x", "x keymiss");
        some.hears("GETSET w 1", "w keymiss");
        some.hears("EXPIRE x 1");
        some.hears("RENAME x y");
        some.hears("COPY x y", "x keymiss");
        some.hears("APPEND v 1");
    }

    @RedisTest
    void expiry(Client redis, Server server) {
        Listener some = new Listener(server, redis, "KEx");
        Client other = server.connect(3);
        other.run("SUBSCRIBE __keyevent@0__:expired").is(">['subscribe', '__keyevent@0__:expired', 1]");
        redis.run("SET a 1 PX 1");
        assertThat(other.read()).hasToString(">['message', '__keyevent@0__:expired', 'a']");
        some.hears("GET b", "a expired");
    }

    @RedisTest
    void channelsAndClasses(Client redis, Server server) {
        redis.hello(3);
        redis.run("CONFIG SET notify-keyspace-events E$").isOk();
        Client listener = server.connect(3);
        listener.run("PSUBSCRIBE __key*").is(">['psubscribe', '__key*', 1]");
        redis.run("SET a 1");
        assertThat(listener.read()).hasToString(">['pmessage', '__key*', '__keyevent@0__:set', 'a']");
        redis.run("DEL a");
        redis.run("SELECT 5");
        redis.run("CONFIG SET notify-keyspace-events KE$").isOk();
        redis.run("INCR a");
        assertThat(listener.read()).hasToString(">['pmessage', '__key*', '__keyspace@5__:a', 'incrby']");
        assertThat(listener.read()).hasToString(">['pmessage', '__key*', '__keyevent@5__:incrby', 'a']");
        redis.run("CONFIG SET notify-keyspace-events $").isOk();
        redis.run("SET a 1");
        redis.run("CONFIG SET notify-keyspace-events \"\"").isOk();
        redis.run("SET a 1");
        redis.run("PUBLISH __key end");
        assertThat(listener.read()).hasToString(">['pmessage', '__key*', '__key', 'end']");
    }

    @RedisTest(since = "7.2")
    void ownEventsFollowTheReply(Client redis) {
        redis.hello(3);
        redis.run("CONFIG SET notify-keyspace-events KA").isOk();
        redis.run("PSUBSCRIBE *").is(">['psubscribe', '*', 1]");
        redis.sendText("SET a 1\r\nDEL a\r\nPING\r\n");
        List<String> got = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            got.add(redis.read().toString());
        }
        assertThat(got)
                .containsExactly(
                        "+OK",
                        ">['pmessage', '*', '__keyspace@0__:a', 'set']",
                        "1",
                        ">['pmessage', '*', '__keyspace@0__:a', 'del']",
                        "+PONG");
    }

    @RedisTest
    void letters(Client redis) {
        String[] pairs = {"KEA", "AKE", "Kx", "xK", "gE$", "g$E", "KEAm", "AKEm"};
        for (int i = 0; i < pairs.length; i += 2) {
            redis.call("CONFIG", "SET", "notify-keyspace-events", pairs[i]).isOk();
            redis.run("CONFIG GET notify-keyspace-events").is("['notify-keyspace-events', '" + pairs[i + 1] + "']");
        }
        redis.run("CONFIG SET notify-keyspace-events Q")
                .matches("-ERR CONFIG SET failed .*Invalid event class character.*");
    }
}
