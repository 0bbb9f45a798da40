package dev.cinnabar.values;

import dev.cinnabar.memory.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * The views of collections that a thread moves from entry to entry: one of each type, and more where commands look at several
 * at a time. Owned by one thread; what a view shows is guarded by the lock of the entry's partition.
 */
public final class Views {

    public final HashValue hash;
    public final HashValue otherHash;
    public final SetValue set;
    public final ListValue list;
    public final ListValue otherList;
    public final SortedSetValue sortedSet;
    public final HyperLogLog hyperLogLog = new HyperLogLog();
    public final StreamValue stream;
    public final ConsumerGroup consumerGroup = new ConsumerGroup();
    public final Idempotency idempotency = new Idempotency();

    // What commands on streams have read of their arguments.
    public final StreamId streamId = new StreamId();
    public final StreamId otherStreamId = new StreamId();
    public final StreamOptions streamOptions = new StreamOptions();
    public final Bytes field = new Bytes();
    public final Bytes value = new Bytes();

    private final Limits limits;
    private final List<SetValue> sets = new ArrayList<>();
    private final List<SortedSetValue> sortedSets = new ArrayList<>();

    public Views(Limits limits) {
        this.limits = limits;
        this.hash = new HashValue(limits);
        this.otherHash = new HashValue(limits);
        this.set = new SetValue(limits);
        this.list = new ListValue(limits);
        this.otherList = new ListValue(limits);
        this.sortedSet = new SortedSetValue(limits);
        this.stream = new StreamValue(limits);
    }

    /** One of as many views of sets as a command looks at at a time, apart from {@link #set}. */
    public SetValue set(int index) {
        while (sets.size() <= index) {
            sets.add(new SetValue(limits));
        }
        return sets.get(index);
    }

    /** The same of sorted sets. */
    public SortedSetValue sortedSet(int index) {
        while (sortedSets.size() <= index) {
            sortedSets.add(new SortedSetValue(limits));
        }
        return sortedSets.get(index);
    }

    public Limits limits() {
        return limits;
    }
}
