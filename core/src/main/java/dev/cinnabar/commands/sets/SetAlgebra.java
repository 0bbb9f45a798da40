package dev.cinnabar.commands.sets;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Call;
import dev.cinnabar.values.Entry;
import dev.cinnabar.values.SetValue;
import dev.cinnabar.values.Type;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** An intersection, union or difference of sets, whose members come one after the other. Owned by one call. */
final class SetAlgebra {

    /*
     * All three are walks that ask other sets:
     *
     *   intersection   over the smallest set; what all others have, the smaller asked first, since they say no sooner
     *   difference     over the first set; what none of the others has, the larger asked first, since they say yes sooner
     *   union          over all sets, the largest first; what none of those walked over before has
     *
     * That needs no memory. But many sets make many questions; then the result is gathered in a set of its own (Redis does
     * that always): the union by adding all members, the difference by adding the first set's and removing the others'.
     * Redis halves the number of questions that a difference asks, since one yes ends them, and so do we: which way was
     * taken shows in the encoding of a stored result.
     */

    /** What is made of the sets. */
    enum Operation {
        INTERSECTION,
        UNION,
        DIFFERENCE
    }

    /** A union that asks no more than so many questions a member, on average, is not gathered. */
    private static final int MAX_QUESTIONS = 4;

    private static final Comparator<SetValue> BY_SIZE = Comparator.comparingLong(SetValue::size);

    private final Operation operation;

    /** The sets of those keys that exist; for an intersection none if one does not. */
    private final SetValue[] sets;

    /** How many of them are walked over, and over which it goes now. */
    private final int walks;

    private int walk;

    private SetAlgebra(Operation operation, SetValue[] sets, boolean empty) {
        this.operation = operation;
        this.sets = sets;
        this.walks = empty || sets.length == 0 ? 0 : operation == Operation.UNION ? sets.length : 1;
        if (walks > 0) {
            switch (operation) {
                case INTERSECTION -> Arrays.sort(sets, BY_SIZE);
                case UNION -> Arrays.sort(sets, BY_SIZE.reversed());
                case DIFFERENCE -> Arrays.sort(sets, 1, sets.length, BY_SIZE.reversed());
            }
            sets[0].rewind();
        }
    }

    /** Looks the keys up; a value of another type is an error of the arguments, and the result is null. */
    static @Nullable SetAlgebra read(Call call, Args args, Operation operation, int firstKey, int keys) {
        SetValue[] sets = new SetValue[keys];
        int found = 0;
        boolean empty = false;
        for (int i = 0; i < keys; i++) {
            SetValue set = call.views().set(found);
            Entry entry = call.read(firstKey + i, Type.SET, set.entry());
            if (args.failed()) {
                return null;
            }
            if (entry != null) {
                sets[found++] = set.at(entry);
            } else {
                empty |= operation == Operation.INTERSECTION || operation == Operation.DIFFERENCE && i == 0;
            }
        }
        return new SetAlgebra(operation, Arrays.copyOf(sets, found), empty);
    }

    /** Goes on to the next member of the result, which {@link #current} shows; false if there is none. */
    boolean next() {
        while (walk < walks) {
            SetValue set = sets[walk];
            while (set.next()) {
                if (accepts(set)) {
                    return true;
                }
            }
            walk++;
            if (walk < walks) {
                sets[walk].rewind();
            }
        }
        return false;
    }

    /** The set that shows the member to which {@link #next} has come. */
    SetValue current() {
        return sets[walk];
    }

    private boolean accepts(SetValue set) {
        boolean wanted = operation == Operation.INTERSECTION;
        int from = operation == Operation.UNION ? 0 : 1;
        int to = operation == Operation.UNION ? walk : sets.length;
        for (int i = from; i < to; i++) {
            if (sets[i].containsMemberOf(set) != wanted) {
                return false;
            }
        }
        return true;
    }

    /** Whether a walk would ask so many questions that the result should be gathered. */
    boolean isBetterGathered() {
        if (walks == 0 || operation == Operation.INTERSECTION) {
            return false;
        }
        if (operation == Operation.DIFFERENCE) {
            return isBetterSubtracted();
        }
        long questions = 0;
        for (int i = 0; i < sets.length; i++) {
            questions += i * sets[i].size();
        }
        return questions > MAX_QUESTIONS * total();
    }

    private boolean isBetterSubtracted() {
        return sets[0].size() * sets.length / 2 > total();
    }

    private long total() {
        long total = 0;
        for (SetValue set : sets) {
            total += set.size();
        }
        return total;
    }

    /** Adds the members of the result to a set that is empty. */
    void gather(SetValue result) {
        if (walks == 0) {
            return;
        }
        if (operation == Operation.UNION) {
            for (SetValue set : sets) {
                addAll(set, result);
            }
        } else if (operation == Operation.DIFFERENCE && isBetterSubtracted()) {
            addAll(sets[0], result);
            for (int i = 1; i < sets.length && result.size() > 0; i++) {
                sets[i].rewind();
                while (sets[i].next()) {
                    result.removeMemberOf(sets[i]);
                }
            }
        } else {
            while (next()) {
                result.addMemberOf(current());
            }
        }
    }

    private static void addAll(SetValue set, SetValue result) {
        set.rewind();
        while (set.next()) {
            result.addMemberOf(set);
        }
    }
}
