package dev.cinnabar.compat.concurrency;

import dev.cinnabar.compat.concurrency.Linearizability.Model;
import dev.cinnabar.compat.concurrency.Linearizability.Step;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A few sets of small whole numbers, which have an order, one command after the other. */
final class SetModel implements Model<Map<String, SortedSet<Integer>>, List<String>> {

    @Override
    public Map<String, SortedSet<Integer>> initial() {
        return Map.of();
    }

    @Override
    public Step<Map<String, SortedSet<Integer>>> apply(Map<String, SortedSet<Integer>> state, List<String> command) {
        String key = command.get(1);
        SortedSet<Integer> set = get(state, key);
        return switch (command.getFirst()) {
            case "SADD", "SREM" -> {
                int changed = 0;
                for (String word : command.subList(2, command.size())) {
                    Integer member = Integer.valueOf(word);
                    changed += (command.getFirst().equals("SADD") ? set.add(member) : set.remove(member)) ? 1 : 0;
                }
                yield new Step<>(Integer.toString(changed), with(state, key, set));
            }
            case "SMOVE" -> {
                Integer member = Integer.valueOf(command.get(3));
                if (!set.remove(member)) {
                    yield new Step<>("0", state);
                }
                Map<String, SortedSet<Integer>> without = with(state, key, set);
                SortedSet<Integer> target = get(without, command.get(2));
                target.add(member);
                yield new Step<>("1", with(without, command.get(2), target));
            }
            case "SMEMBERS" -> new Step<>(shown(set), state);
            case "SCARD" -> new Step<>(Integer.toString(set.size()), state);
            case "SINTER", "SDIFF" -> new Step<>(shown(combine(state, command.getFirst(), command, 1)), state);
            case "SUNIONSTORE", "SINTERSTORE", "SDIFFSTORE" -> {
                SortedSet<Integer> result = combine(state, command.getFirst().replace("STORE", ""), command, 2);
                yield new Step<>(Integer.toString(result.size()), with(state, key, result));
            }
            default -> throw new IllegalArgumentException(command.toString());
        };
    }

    private static SortedSet<Integer> combine(
            Map<String, SortedSet<Integer>> state, String operation, List<String> command, int firstKey) {
        SortedSet<Integer> result = get(state, command.get(firstKey));
        for (String key : command.subList(firstKey + 1, command.size())) {
            SortedSet<Integer> other = get(state, key);
            switch (operation) {
                case "SUNION" -> result.addAll(other);
                case "SINTER" -> result.retainAll(other);
                default -> result.removeAll(other);
            }
        }
        return result;
    }

    private static SortedSet<Integer> get(Map<String, SortedSet<Integer>> state, String key) {
        return new TreeSet<>(state.getOrDefault(key, new TreeSet<>()));
    }

    private static Map<String, SortedSet<Integer>> with(
            Map<String, SortedSet<Integer>> state, String key, SortedSet<Integer> set) {
        Map<String, SortedSet<Integer>> next = new TreeMap<>(state);
        if (set.isEmpty()) {
            next.remove(key);
        } else {
            next.put(key, set);
        }
        return next;
    }

    private static String shown(SortedSet<Integer> set) {
        return set.stream().map(n -> "'" + n + "'").toList().toString();
    }
}
