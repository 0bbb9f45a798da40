package dev.cinnabar.compat.concurrency;

import dev.cinnabar.compat.concurrency.Linearizability.Model;
import dev.cinnabar.compat.concurrency.Linearizability.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A few lists, one command after the other. A command that waits is one that does not, tried once. */
final class ListModel implements Model<Map<String, List<String>>, List<String>> {

    private final String nothing;

    /** @param nothing the reply to a command that has waited in vain */
    ListModel(String nothing) {
        this.nothing = nothing;
    }

    @Override
    public Map<String, List<String>> initial() {
        return Map.of();
    }

    @Override
    public Step<Map<String, List<String>>> apply(Map<String, List<String>> state, List<String> command) {
        String key = command.get(1);
        List<String> list = new ArrayList<>(state.getOrDefault(key, List.of()));
        return switch (command.getFirst()) {
            case "LPUSH", "RPUSH" -> {
                for (String value : command.subList(2, command.size())) {
                    list.add(command.getFirst().equals("LPUSH") ? 0 : list.size(), value);
                }
                yield new Step<>(Integer.toString(list.size()), with(state, key, list));
            }
            case "LPOP", "RPOP" -> {
                boolean first = command.getFirst().equals("LPOP");
                yield list.isEmpty()
                        ? new Step<>("nil", state)
                        : new Step<>(shown(first ? list.removeFirst() : list.removeLast()), with(state, key, list));
            }
            case "BLPOP", "BRPOP" -> pop(state, command);
            case "LMOVE", "BLMOVE" -> move(state, command);
            case "LRANGE" ->
                new Step<>(list.stream().map(ListModel::shown).toList().toString(), state);
            case "LLEN" -> new Step<>(Integer.toString(list.size()), state);
            case "LTRIM" -> {
                int from = Integer.parseInt(command.get(2));
                int to = Math.min(Integer.parseInt(command.get(3)) + 1, list.size());
                yield new Step<>("+OK", with(state, key, from < to ? list.subList(from, to) : List.of()));
            }
            case "RENAME" ->
                list.isEmpty()
                        ? new Step<>("-ERR no such key", state)
                        : new Step<>("+OK", with(with(state, key, List.of()), command.get(2), list));
            default -> throw new IllegalArgumentException(command.toString());
        };
    }

    private Step<Map<String, List<String>>> pop(Map<String, List<String>> state, List<String> command) {
        for (String key : command.subList(1, command.size() - 1)) {
            List<String> list = new ArrayList<>(state.getOrDefault(key, List.of()));
            if (!list.isEmpty()) {
                String value = command.getFirst().equals("BLPOP") ? list.removeFirst() : list.removeLast();
                return new Step<>(Arrays.asList(shown(key), shown(value)).toString(), with(state, key, list));
            }
        }
        return new Step<>(nothing, state);
    }

    private Step<Map<String, List<String>>> move(Map<String, List<String>> state, List<String> command) {
        List<String> source = new ArrayList<>(state.getOrDefault(command.get(1), List.of()));
        if (source.isEmpty()) {
            return new Step<>(command.getFirst().equals("LMOVE") ? "nil" : nothing, state);
        }
        String value = command.get(3).equals("LEFT") ? source.removeFirst() : source.removeLast();
        Map<String, List<String>> without = with(state, command.get(1), source);
        List<String> target = new ArrayList<>(without.getOrDefault(command.get(2), List.of()));
        target.add(command.get(4).equals("LEFT") ? 0 : target.size(), value);
        return new Step<>(shown(value), with(without, command.get(2), target));
    }

    private static String shown(String value) {
        return "'" + value + "'";
    }

    private static Map<String, List<String>> with(Map<String, List<String>> state, String key, List<String> list) {
        Map<String, List<String>> next = new TreeMap<>(state);
        if (list.isEmpty()) {
            next.remove(key);
        } else {
            next.put(key, List.copyOf(list));
        }
        return next;
    }
}
