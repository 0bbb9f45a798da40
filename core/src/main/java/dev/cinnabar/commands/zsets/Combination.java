package dev.cinnabar.commands.zsets;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.memory.Bytes;
import dev.cinnabar.resp.RedisError;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.SortedSetValue;
import dev.cinnabar.values.Type;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A union, intersection or difference of sorted sets and sets, the latter with all scores 1. Owned by one call.
 *
 * <p>Scores are added up from the smallest input to the largest, in Redis' order, because sums of doubles depend on it.
 */
final class Combination {

    enum Operation {
        UNION,
        INTERSECTION,
        DIFFERENCE
    }

    /** What becomes of the scores of a member that several inputs have. */
    enum Aggregate {
        SUM,
        MIN,
        MAX,
        /** The sum of the weights of these inputs. */
        COUNT
    }

    /** What a key holds; neither of the two if it is missing. */
    private static final class Input {
        final @Nullable SortedSetValue sorted;
        final @Nullable SetValue set;
        double weight = 1;

        Input(@Nullable SortedSetValue sorted, @Nullable SetValue set) {
            this.sorted = sorted;
            this.set = set;
        }

        long size() {
            return sorted != null ? sorted.size() : set != null ? set.size() : 0;
        }

        /** Goes to the first member; false if there is none. */
        boolean first() {
            return sorted != null ? sorted.seek(0) : set != null && set.rewind().next();
        }

        boolean next() {
            return sorted != null ? sorted.next() : set != null && set.next();
        }

        Bytes member() {
            return sorted != null ? sorted.member() : nonNull(set).member();
        }

        boolean has(Bytes member) {
            return sorted != null ? sorted.find(member) : set != null && set.contains(member);
        }

        /** The score of the member to which {@link #first}, {@link #next} or {@link #has} have come. */
        double score() {
            return sorted != null ? sorted.score() : 1;
        }

        private static SetValue nonNull(@Nullable SetValue set) {
            if (set == null) {
                throw new IllegalStateException("a missing key has no members");
            }
            return set;
        }
    }

    private static final Comparator<Input> BY_SIZE = Comparator.comparingLong(Input::size);

    private final Operation operation;
    private final Input[] inputs;
    private Aggregate aggregate = Aggregate.SUM;

    private Combination(Operation operation, Input[] inputs) {
        this.operation = operation;
        this.inputs = inputs;
    }

    /** Looks the keys up; a value of another type is an error of the arguments, and the result is null. */
    static @Nullable Combination read(Call call, Args args, Operation operation, int firstKey, int keys) {
        Input[] inputs = new Input[keys];
        for (int i = 0; i < keys; i++) {
            SortedSetValue sorted = call.views().sortedSet(i);
            Entry entry = call.read(firstKey + i, sorted.entry());
            if (entry == null) {
                inputs[i] = new Input(null, null);
            } else if (entry.type() == Type.ZSET) {
                inputs[i] = new Input(sorted.at(entry), null);
            } else if (entry.type() == Type.SET) {
                inputs[i] = new Input(null, call.views().set(i).at(entry));
            } else {
                args.fail(RedisError.WRONG_TYPE);
                return null;
            }
        }
        return new Combination(operation, inputs);
    }

    int inputs() {
        return inputs.length;
    }

    /** Sets what the scores of an input, as they were given, are multiplied by. */
    void weight(int input, double weight) {
        inputs[input].weight = weight;
    }

    void aggregate(Aggregate aggregate) {
        this.aggregate = aggregate;
    }

    /** Adds the elements of the result to an empty sorted set. */
    void gather(SortedSetValue result) {
        switch (operation) {
            case UNION -> unite(result);
            case INTERSECTION -> intersect(result);
            case DIFFERENCE -> subtract(result);
        }
    }

    private void unite(SortedSetValue result) {
        Arrays.sort(inputs, BY_SIZE);
        for (Input input : inputs) {
            for (boolean shown = input.first(); shown; shown = input.next()) {
                double score = number(weighted(input));
                Bytes member = input.member();
                if (!result.find(member)) {
                    result.add(member, score);
                } else {
                    double old = result.score();
                    double both = aggregate(old, score);
                    if (both != old) {
                        result.setScore(member, both);
                    }
                }
            }
        }
    }

    private void intersect(SortedSetValue result) {
        Arrays.sort(inputs, BY_SIZE);
        for (boolean shown = inputs[0].first(); shown; shown = inputs[0].next()) {
            double score = number(weighted(inputs[0]));
            Bytes member = inputs[0].member();
            int i = 1;
            while (i < inputs.length && inputs[i].has(member)) {
                score = aggregate(score, weighted(inputs[i]));
                i++;
            }
            if (i == inputs.length) {
                result.find(member);
                result.add(member, score);
            }
        }
    }

    private void subtract(SortedSetValue result) {
        Input first = inputs[0];
        for (boolean shown = first.first(); shown; shown = first.next()) {
            Bytes member = first.member();
            if (!isInOthers(member)) {
                result.find(member);
                result.add(member, first.score());
            }
        }
    }

    private boolean isInOthers(Bytes member) {
        for (int i = 1; i < inputs.length; i++) {
            if (inputs[i].has(member)) {
                return true;
            }
        }
        return false;
    }

    /** How many members an intersection has, counting no further than a limit unless that is 0. */
    long count(long limit) {
        Arrays.sort(inputs, BY_SIZE);
        long count = 0;
        for (boolean shown = inputs[0].first(); shown; shown = inputs[0].next()) {
            Bytes member = inputs[0].member();
            int i = 1;
            while (i < inputs.length && inputs[i].has(member)) {
                i++;
            }
            if (i == inputs.length && ++count == limit) {
                break;
            }
        }
        return count;
    }

    private double weighted(Input input) {
        return aggregate == Aggregate.COUNT ? input.weight : input.weight * input.score();
    }

    /** Zero times infinity is zero here. */
    private static double number(double score) {
        return Double.isNaN(score) ? 0 : score;
    }

    private double aggregate(double a, double b) {
        return switch (aggregate) {
            case SUM, COUNT -> number(a + b);
            case MIN -> b < a ? b : a;
            case MAX -> b > a ? b : a;
        };
    }
}
