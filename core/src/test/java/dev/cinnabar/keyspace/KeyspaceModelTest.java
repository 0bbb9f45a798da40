package dev.cinnabar.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.command.testing.TestClient;
import dev.cinnabar.command.testing.TestEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Strategy: random commands on few keys in several databases, values of every form, times that come and pass; the same on
 * maps. Invariants: every reply is the model's; the structures are well formed and agree with the allocator; nothing is left
 * at the end (see {@link TestEngine#close}).
 */
class KeyspaceModelTest {

    private static final long NEVER = Long.MAX_VALUE;
    private static final int DATABASES = 4;

    private record Value(String text, long expiryMillis) {}

    /** One database; a key whose time is over is taken out when it is looked at. */
    private final class Model {
        final Map<String, Value> values = new HashMap<>();

        @Nullable
        Value get(String key) {
            Value value = values.get(key);
            if (value != null && value.expiryMillis <= now()) {
                values.remove(key);
                return null;
            }
            return value;
        }

        void expire() {
            values.values().removeIf(v -> v.expiryMillis <= now());
        }
    }

    private final List<Model> models = new ArrayList<>();
    private int database;
    private @Nullable TestEngine redis;
    private @Nullable SplittableRandom random;

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 16", "4, 16", "5, 64", "6, 4", "7, 4", "8, 4"})
    void behavesAsMapsDo(long seed, int partitions) {
        random = new SplittableRandom(seed);
        for (int i = 0; i < DATABASES; i++) {
            models.add(new Model());
        }
        try (TestEngine engine = new TestEngine(partitions)) {
            redis = engine;
            for (int step = 0; step < 6000; step++) {
                String[] command = command();
                String expected = expected(command);
                assertThat(engine.call(command))
                        .as("seed %d, step %d: %s", seed, step, String.join(" ", command))
                        .isEqualTo(expected);
                switch (random().nextInt(200)) {
                    case 0, 1, 2 -> engine.advanceMillis(random().nextInt(60));
                    case 3 -> engine.engine().keyspace().collectGarbage();
                    case 4, 5 -> compareAll(engine.client(), "seed " + seed + ", step " + step);
                    default -> {}
                }
            }
            compareAll(engine.client(), "seed " + seed + ", at the end");
        }
    }

    private TestEngine redis() {
        return Objects.requireNonNull(redis);
    }

    private SplittableRandom random() {
        return Objects.requireNonNull(random);
    }

    private long now() {
        return redis().clock().millis();
    }

    private Model model() {
        return models.get(database);
    }

    private String key() {
        return "key" + random().nextInt(40);
    }

    private String text() {
        return switch (random().nextInt(5)) {
            case 0 -> "" + random().nextLong();
            case 1 -> "short";
            case 2 -> "m".repeat(random().nextInt(200));
            case 3 -> "l".repeat(900 + random().nextInt(300));
            default -> "x".repeat(random().nextInt(20_000));
        };
    }

    private String anyDatabase() {
        return "" + random().nextInt(DATABASES);
    }

    private String[] command() {
        return switch (random().nextInt(22)) {
            case 0, 1, 2, 3 -> new String[] {"SET", key(), text()};
            case 4, 5 -> new String[] {"GET", key()};
            case 6 -> new String[] {"DEL", key(), key()};
            case 7, 8 -> new String[] {"APPEND", key(), text()};
            case 9, 10, 11 -> new String[] {"PEXPIRE", key(), "" + random().nextInt(-2, 100)};
            case 12 -> new String[] {"PERSIST", key()};
            case 13 -> new String[] {"PTTL", key()};
            case 14 -> new String[] {"RENAME", key(), key()};
            case 15 -> new String[] {"RENAMENX", key(), key()};
            case 16 -> new String[] {"COPY", key(), key(), "DB", anyDatabase()};
            case 17 -> new String[] {"COPY", key(), key(), "DB", anyDatabase(), "REPLACE"};
            case 18 -> new String[] {"MOVE", key(), anyDatabase()};
            case 19 -> new String[] {"SELECT", anyDatabase()};
            case 20 -> new String[] {"EXISTS", key(), key()};
            default ->
                switch (random().nextInt(20)) {
                    case 0 -> new String[] {"FLUSHALL"};
                    case 1 -> new String[] {"FLUSHDB", "ASYNC"};
                    case 2, 3, 4 -> new String[] {"SWAPDB", anyDatabase(), anyDatabase()};
                    default -> new String[] {"TYPE", key()};
                };
        };
    }

    private String expected(String[] command) {
        Model model = model();
        String first = command.length > 1 ? command[1] : "";
        return switch (command[0]) {
            case "SET" -> {
                model.values.put(first, new Value(command[2], NEVER));
                yield "+OK";
            }
            case "GET" -> {
                Value value = model.get(first);
                yield value == null ? "nil" : "'" + value.text + "'";
            }
            case "DEL" -> {
                int n = model.get(first) != null ? 1 : 0;
                model.values.remove(first);
                n += model.get(command[2]) != null ? 1 : 0;
                model.values.remove(command[2]);
                yield "" + n;
            }
            case "APPEND" -> {
                Value old = model.get(first);
                Value value =
                        old == null ? new Value(command[2], NEVER) : new Value(old.text + command[2], old.expiryMillis);
                model.values.put(first, value);
                yield "" + value.text.length();
            }
            case "PEXPIRE" -> {
                Value old = model.get(first);
                if (old != null) {
                    model.values.put(first, new Value(old.text, now() + Long.parseLong(command[2])));
                }
                yield old == null ? "0" : "1";
            }
            case "PERSIST" -> {
                Value old = model.get(first);
                if (old == null || old.expiryMillis == NEVER) {
                    yield "0";
                }
                model.values.put(first, new Value(old.text, NEVER));
                yield "1";
            }
            case "PTTL" -> {
                Value value = model.get(first);
                yield value == null ? "-2" : value.expiryMillis == NEVER ? "-1" : "" + (value.expiryMillis - now());
            }
            case "RENAME", "RENAMENX" -> rename(first, command[2], command[0].equals("RENAMENX"));
            case "COPY" -> copy(first, command[2], Integer.parseInt(command[4]), command.length > 5);
            case "MOVE" -> move(first, Integer.parseInt(command[2]));
            case "SELECT" -> {
                database = Integer.parseInt(first);
                yield "+OK";
            }
            case "EXISTS" -> "" + ((model.get(first) != null ? 1 : 0) + (model.get(command[2]) != null ? 1 : 0));
            case "FLUSHALL" -> {
                models.forEach(m -> m.values.clear());
                yield "+OK";
            }
            case "FLUSHDB" -> {
                model.values.clear();
                yield "+OK";
            }
            case "SWAPDB" -> {
                int a = Integer.parseInt(first);
                int b = Integer.parseInt(command[2]);
                Model swapped = models.get(a);
                models.set(a, models.get(b));
                models.set(b, swapped);
                yield "+OK";
            }
            case "TYPE" -> model.get(first) == null ? "+none" : "+string";
            default -> throw new IllegalArgumentException(command[0]);
        };
    }

    private String rename(String from, String to, boolean onlyIfFree) {
        Value value = model().get(from);
        if (value == null) {
            return "-ERR no such key";
        }
        if (onlyIfFree && model().get(to) != null) {
            return "0";
        }
        model().values.remove(from);
        model().values.put(to, value);
        return onlyIfFree ? "1" : "+OK";
    }

    private String copy(String from, String to, int number, boolean replace) {
        if (number == database && from.equals(to)) {
            return "-ERR source and destination objects are the same";
        }
        Value value = model().get(from);
        if (value == null || !replace && models.get(number).get(to) != null) {
            return "0";
        }
        models.get(number).values.put(to, value);
        return "1";
    }

    private String move(String key, int number) {
        if (number == database) {
            return "-ERR source and destination objects are the same";
        }
        Value value = model().get(key);
        if (value == null || models.get(number).get(key) != null) {
            return "0";
        }
        model().values.remove(key);
        models.get(number).values.put(key, value);
        return "1";
    }

    private void compareAll(TestClient client, String when) {
        if (random().nextBoolean()) {
            redis().engine().keyspace().expireDue();
            models.forEach(Model::expire);
            assertThat(client.call("DBSIZE"))
                    .as(when)
                    .isEqualTo("" + model().values.size());
        }
        model().expire();
        Set<String> quoted =
                model().values.keySet().stream().map(k -> "'" + k + "'").collect(Collectors.toSet());
        assertThat(elements(client.call("KEYS", "*"))).as(when).isEqualTo(quoted);
        String random = client.call("RANDOMKEY");
        if (quoted.isEmpty()) {
            assertThat(random).as(when).isEqualTo("nil");
        } else {
            assertThat(quoted).as(when).contains(random);
        }
        redis().engine().keyspace().checkInvariants();
    }

    private static Set<String> elements(String array) {
        String inner = array.substring(1, array.length() - 1);
        return inner.isEmpty() ? Set.of() : new HashSet<>(List.of(inner.split(", ", -1)));
    }
}
