package dev.cinnabar.compat.concurrency;

import dev.cinnabar.compat.concurrency.Linearizability.Model;
import dev.cinnabar.compat.concurrency.Linearizability.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A few sorted sets with whole scores, one command after the other. A command that waits is one that does not, tried once.
 */
final class SortedSetModel implements Model<Map<String, Map<String, Long>>, List<String>> {

    private final String nothing;

    /** @param nothing the reply to a command that has waited in vain */
    SortedSetModel(String nothing) {
        this.nothing = nothing;
    }

    @Override
    public Map<String, Map<String, Long>> initial() {
        return Map.of();
    }

    @Override
    public Step<Map<String, Map<String, Long>>> apply(Map<String, Map<String, Long>> state, List<String> command) {
        String key = command.get(1);
        Map<String, Long> set = new TreeMap<>(state.getOrDefault(key, Map.of()));
        return switch (command.getFirst()) {
            case "ZADD" -> {
                int added = 0;
                for (int i = 2; i < command.size(); i += 2) {
                    added += set.put(command.get(i + 1), Long.valueOf(command.get(i))) == null ? 1 : 0;
                }
                yield new Step<>(Integer.toString(added), with(state, key, set));
            }
            case "ZINCRBY" -> {
                long score = set.merge(command.get(3), Long.valueOf(command.get(2)), Long::sum);
                yield new Step<>(shown(score), with(state, key, set));
            }
            case "ZREM" -> new Step<>(set.remove(command.get(2)) == null ? "0" : "1", with(state, key, set));
            case "ZCARD" -> new Step<>(Integer.toString(set.size()), state);
            case "ZRANGE" ->
                new Step<>(
                        inOrder(set).stream()
                                .map(SortedSetModel::shown)
                                .toList()
                                .toString(),
                        state);
            case "ZPOPMIN", "ZPOPMAX" -> {
                if (set.isEmpty()) {
                    yield new Step<>("[]", state);
                }
                String member = end(set, command.getFirst().equals("ZPOPMAX"));
                yield new Step<>(
                        List.of(shown(member), shown(set.remove(member))).toString(), with(state, key, set));
            }
            case "BZPOPMIN", "BZPOPMAX" -> pop(state, command);
            case "ZUNIONSTORE" -> {
                Map<String, Long> union = new TreeMap<>();
                for (String input : command.subList(3, command.size())) {
                    state.getOrDefault(input, Map.of())
                            .forEach((member, score) -> union.merge(member, score, Long::sum));
                }
                yield new Step<>(Integer.toString(union.size()), with(state, key, union));
            }
            case "RENAME" ->
                set.isEmpty()
                        ? new Step<>("-ERR no such key", state)
                        : new Step<>("+OK", with(with(state, key, Map.of()), command.get(2), set));
            default -> throw new IllegalArgumentException(command.toString());
        };
    }

    private Step<Map<String, Map<String, Long>>> pop(Map<String, Map<String, Long>> state, List<String> command) {
        for (String key : command.subList(1, command.size() - 1)) {
            Map<String, Long> set = new TreeMap<>(state.getOrDefault(key, Map.of()));
            if (!set.isEmpty()) {
                String member = end(set, command.getFirst().equals("BZPOPMAX"));
                long score = set.remove(member);
                return new Step<>(
                        List.of(shown(key), shown(member), shown(score)).toString(), with(state, key, set));
            }
        }
        return new Step<>(nothing, state);
    }

    private static List<String> inOrder(Map<String, Long> set) {
        List<String> members = new ArrayList<>(set.keySet());
        members.sort(Comparator.comparing((String member) -> set.get(member)).thenComparing(member -> member));
        return members;
    }

    private static String end(Map<String, Long> set, boolean last) {
        List<String> members = inOrder(set);
        return last ? members.getLast() : members.getFirst();
    }

    private static Map<String, Map<String, Long>> with(
            Map<String, Map<String, Long>> state, String key, Map<String, Long> set) {
        Map<String, Map<String, Long>> next = new TreeMap<>(state);
        if (set.isEmpty()) {
            next.remove(key);
        } else {
            next.put(key, set);
        }
        return next;
    }

    private static String shown(Object value) {
        return "'" + value + "'";
    }
}
