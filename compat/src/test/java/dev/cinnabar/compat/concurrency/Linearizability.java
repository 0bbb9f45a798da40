package dev.cinnabar.compat.concurrency;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/*
 * The search of Wing and Gong [1] with the memory of Lowe [2]: try to put the operations in one order that the model accepts,
 * taking next only an operation that was called before every other remaining one returned. Having once reached a set of
 * operations done together with a model state, and failed from there, is remembered: another way to the same place fails too.
 *
 * Exponential in the number of clients at worst, so histories are kept to some hundred operations of a few clients.
 *
 * [1] J. Wing, C. Gong: Testing and verifying concurrent objects, 1993.
 * [2] G. Lowe: Testing for linearizability, 2017.
 */

/** Decides whether a history of concurrent calls could have come from an object that does one call after the other. */
final class Linearizability {

    /** One call as its client saw it: what was asked and answered, and when, on one clock. */
    record Call<O>(O operation, String reply, long calledNanos, long returnedNanos) {}

    /** The sequential object. States are immutable, and compared by equals. */
    interface Model<S, O> {
        S initial();

        /** What the operation replies in this state, and the state it leaves. */
        Step<S> apply(S state, O operation);
    }

    record Step<S>(String reply, S next) {}

    private record Place<S>(BitSet done, S state) {}

    private record Frame<S>(int operation, S before) {}

    private Linearizability() {}

    static <S, O> boolean holds(List<Call<O>> history, Model<S, O> model) {
        List<Call<O>> calls = new ArrayList<>(history);
        calls.sort(Comparator.comparingLong(Call::calledNanos));
        Set<Place<S>> failed = new HashSet<>();
        List<Frame<S>> path = new ArrayList<>();
        BitSet done = new BitSet(calls.size());
        S state = model.initial();
        int candidate = 0;
        while (path.size() < calls.size()) {
            int chosen = -1;
            Step<S> step = null;
            long firstReturn = firstReturn(calls, done);
            for (int i = candidate; i < calls.size() && calls.get(i).calledNanos() <= firstReturn; i++) {
                if (done.get(i)) {
                    continue;
                }
                step = model.apply(state, calls.get(i).operation());
                if (step.reply().equals(calls.get(i).reply())) {
                    done.set(i);
                    if (failed.add(new Place<>((BitSet) done.clone(), step.next()))) {
                        chosen = i;
                        break;
                    }
                    done.clear(i);
                }
            }
            if (chosen >= 0) {
                path.add(new Frame<>(chosen, state));
                state = step.next();
                candidate = 0;
            } else if (path.isEmpty()) {
                return false;
            } else {
                Frame<S> last = path.removeLast();
                done.clear(last.operation());
                state = last.before();
                candidate = last.operation() + 1;
            }
        }
        return true;
    }

    private static <O> long firstReturn(List<Call<O>> calls, BitSet done) {
        long first = Long.MAX_VALUE;
        for (int i = done.nextClearBit(0); i < calls.size(); i = done.nextClearBit(i + 1)) {
            if (calls.get(i).calledNanos() > first) {
                break;
            }
            first = Math.min(first, calls.get(i).returnedNanos());
        }
        return first;
    }
}
