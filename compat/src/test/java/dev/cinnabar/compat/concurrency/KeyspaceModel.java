package dev.cinnabar.compat.concurrency;

import dev.cinnabar.compat.concurrency.Linearizability.Model;
import dev.cinnabar.compat.concurrency.Linearizability.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A few string keys, one command after the other: what a server would reply if it did nothing at once. */
final class KeyspaceModel implements Model<Map<String, String>, List<String>> {

    @Override
    public Map<String, String> initial() {
        return Map.of();
    }

    @Override
    public Step<Map<String, String>> apply(Map<String, String> state, List<String> command) {
        String key = command.size() > 1 ? command.get(1) : "";
        String old = state.get(key);
        return switch (command.getFirst()) {
            case "GET" -> new Step<>(shown(old), state);
            case "SET" -> new Step<>("+OK", with(state, key, command.get(2)));
            case "SETNX" -> old == null ? new Step<>("1", with(state, key, command.get(2))) : new Step<>("0", state);
            case "GETSET" -> new Step<>(shown(old), with(state, key, command.get(2)));
            case "DEL" -> new Step<>(old == null ? "0" : "1", with(state, key, null));
            case "INCR" -> {
                long next = old == null ? 1 : Long.parseLong(old) + 1;
                yield new Step<>(Long.toString(next), with(state, key, Long.toString(next)));
            }
            case "APPEND" -> {
                String next = (old == null ? "" : old) + command.get(2);
                yield new Step<>(Integer.toString(next.length()), with(state, key, next));
            }
            case "MGET" -> {
                List<String> values = new ArrayList<>();
                command.subList(1, command.size()).forEach(name -> values.add(shown(state.get(name))));
                yield new Step<>(values.toString(), state);
            }
            case "MSET" -> {
                Map<String, String> next = state;
                for (int i = 1; i < command.size(); i += 2) {
                    next = with(next, command.get(i), command.get(i + 1));
                }
                yield new Step<>("+OK", next);
            }
            case "MSETNX" -> {
                Map<String, String> next = state;
                boolean free = true;
                for (int i = 1; i < command.size(); i += 2) {
                    free &= !state.containsKey(command.get(i));
                    next = with(next, command.get(i), command.get(i + 1));
                }
                yield free ? new Step<>("1", next) : new Step<>("0", state);
            }
            case "RENAME" ->
                old == null
                        ? new Step<>("-ERR no such key", state)
                        : new Step<>("+OK", with(with(state, key, null), command.get(2), old));
            case "COPY" ->
                old == null || state.containsKey(command.get(2))
                        ? new Step<>("0", state)
                        : new Step<>("1", with(state, command.get(2), old));
            case "FLUSHALL" -> new Step<>("+OK", Map.of());
            case "DBSIZE" -> new Step<>(Integer.toString(state.size()), state);
            default -> throw new IllegalArgumentException(command.toString());
        };
    }

    private static String shown(String value) {
        return value == null ? "nil" : "'" + value + "'";
    }

    private static Map<String, String> with(Map<String, String> state, String key, String value) {
        Map<String, String> next = new TreeMap<>(state);
        if (value == null) {
            next.remove(key);
        } else {
            next.put(key, value);
        }
        return next;
    }
}
