package dev.cinnabar.values;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import dev.cinnabar.memory.testing.MemoryExtension;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Groups of streams and their pending entries, in memory that is checked.
 *
 * <p>Strategy: random operations on some groups of one stream against maps. Invariants: pending entries by ID, of each
 * consumer and in the order of delivery are those of the model, and the bytes in use are those that the entry says.
 */
@ExtendWith(MemoryExtension.class)
class ConsumerGroupTest {

    /** A pending entry of the model; released ones have no owner, and their number as time. */
    private static final class Pending {
        String owner = "";
        long time;
        long count;
    }

    private static final class Model {
        final TreeMap<String, String> consumers = new TreeMap<>();
        final TreeMap<StreamId, Pending> pending = new TreeMap<>();
        long releases = Long.MIN_VALUE;
    }

    private final StreamValue stream = new StreamValue(new Limits());
    private final ConsumerGroup group = new ConsumerGroup();
    private final TreeMap<String, Model> models = new TreeMap<>();
    private final StreamId id = new StreamId();
    private final Bytes view = new Bytes();

    private Entry create(Memory memory) {
        long address = Entry.create(memory, Encoding.STREAM, 0, Bytes.of("key"), 0, Entry.NEVER);
        Entry entry = new Entry().set(memory, (changed, from, old) -> {}, 0, 0, address);
        stream.initialize(entry);
        return entry;
    }

    private static void release(Entry entry, int maxBlocks) {
        while (!Values.releaseStep(entry, maxBlocks)) {
            assertThat(Values.externalSize(entry)).isEqualTo(entry.memory().used(Tag.VALUE));
        }
        entry.free();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithMaps(long seed, Memory memory) {
        SplittableRandom random = new SplittableRandom(seed);
        Entry entry = create(memory);
        int ids = random.nextInt(5, 2000);
        for (int round = 0; round < 4000; round++) {
            String context = "seed " + seed + ", round " + round;
            String name = "group" + random.nextInt(3);
            Model model = models.get(name);
            assertThat(group.find(stream, Bytes.of(name))).as(context).isEqualTo(model != null);
            if (model == null) {
                group.create(stream, Bytes.of(name), id.setMin(), 0);
                models.put(name, new Model());
            } else if (random.nextInt(1000) == 0) {
                destroy(memory, name);
            } else {
                step(context, random, model, ids);
            }
            if (random.nextInt(200) == 0) {
                check(context, memory, entry);
            }
        }
        check("seed " + seed, memory, entry);
        checkCopy(memory, entry);
        release(entry, 1 + random.nextInt(40));
    }

    private void destroy(Memory memory, String name) {
        long address = Entry.create(memory, Encoding.STREAM, 0, Bytes.of("gone"), 0, Entry.NEVER);
        Entry gone = new Entry().set(memory, (changed, from, old) -> {}, 0, 0, address);
        group.moveTo(new StreamValue(new Limits()).initialize(gone));
        Values.checkInvariants(gone);
        while (!Values.releaseStep(gone, 20)) {}
        gone.free();
        models.remove(name);
    }

    private void step(String context, SplittableRandom random, Model model, int ids) {
        StreamId some = new StreamId(1 + random.nextInt(ids) / 3, random.nextInt(3));
        Pending known = model.pending.get(some);
        String consumer = "consumer" + random.nextInt(6);
        assertThat(group.findConsumer(Bytes.of(consumer))).as(context).isEqualTo(model.consumers.containsKey(consumer));
        if (!model.consumers.containsKey(consumer)) {
            group.createConsumer(Bytes.of(consumer), 1);
            model.consumers.put(consumer, consumer);
        }
        long time = random.nextInt(1000);
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> {
                group.deliver(some, time);
                Pending pending = model.pending.computeIfAbsent(some, key -> new Pending());
                pending.owner = consumer;
                pending.time = time;
                pending.count = 1;
            }
            case 5, 6 -> assertThat(group.acknowledge(some)).as(context).isEqualTo(model.pending.remove(some) != null);
            case 7, 8 -> {
                assertThat(group.findPending(some)).as(context).isEqualTo(known != null);
                if (known != null) {
                    group.giveToConsumer(time);
                    group.countDelivery();
                    known.owner = consumer;
                    known.time = time;
                    known.count++;
                }
            }
            case 9 -> {
                if (group.findPending(some)) {
                    group.release();
                    known.owner = "";
                    known.time = model.releases++;
                } else {
                    group.forceReleased(some);
                    Pending pending = new Pending();
                    pending.time = model.releases++;
                    model.pending.put(some, pending);
                }
            }
            case 10 -> {
                if (random.nextInt(30) == 0) {
                    long n = model.pending.values().stream()
                            .filter(pending -> pending.owner.equals(consumer))
                            .count();
                    assertThat(group.deleteConsumer()).as(context).isEqualTo(n);
                    model.pending.values().removeIf(pending -> pending.owner.equals(consumer));
                    model.consumers.remove(consumer);
                }
            }
            default -> {
                long n = model.pending.values().stream()
                        .filter(pending -> pending.owner.equals(consumer))
                        .count();
                assertThat(group.consumerPendingCount()).as(context).isEqualTo(n);
            }
        }
    }

    private void check(String context, Memory memory, Entry entry) {
        Values.checkInvariants(entry);
        assertThat(memory.used(Tag.VALUE)).as(context).isEqualTo(Values.externalSize(entry));
        List<String> names = new ArrayList<>();
        for (boolean found = group.first(stream); found; found = group.next()) {
            names.add(group.name(view).toString());
            Model model = models.get(group.name(view).toString());
            assertThat(all(false)).as(context).isEqualTo(described(model, ""));
            List<String> consumers = new ArrayList<>();
            for (boolean more = group.firstConsumer(); more; more = group.nextConsumer()) {
                String consumer = group.consumerName(view).toString();
                consumers.add(consumer);
                assertThat(all(true)).as(context).isEqualTo(described(model, consumer));
            }
            assertThat(consumers).as(context).containsExactlyElementsOf(model.consumers.keySet());
            checkOrderOfDelivery(context, model);
        }
        assertThat(names).as(context).containsExactlyElementsOf(models.keySet());
    }

    private List<String> all(boolean ofConsumer) {
        List<String> all = new ArrayList<>();
        for (boolean found = group.seekPending(id.setMin(), ofConsumer); found; found = group.nextPending()) {
            all.add(group.pendingId(id) + " " + group.ownerName(view) + " " + group.deliveryMillis() + " "
                    + group.deliveryCount());
        }
        return all;
    }

    private static List<String> described(Model model, String owner) {
        List<String> all = new ArrayList<>();
        model.pending.forEach((key, pending) -> {
            if (owner.isEmpty() || owner.equals(pending.owner)) {
                all.add(key + " " + pending.owner + " " + Math.max(0, pending.time) + " " + pending.count);
            }
        });
        return all;
    }

    private void checkOrderOfDelivery(String context, Model model) {
        List<String> expected = model.pending.entrySet().stream()
                .sorted(Comparator.comparingLong((java.util.Map.Entry<StreamId, Pending> e) -> e.getValue().time)
                        .thenComparing(java.util.Map.Entry::getKey))
                .map(e -> e.getKey().toString())
                .toList();
        List<String> found = new ArrayList<>();
        for (boolean more = group.firstDelivered(); more; more = group.nextDelivered()) {
            found.add(group.pendingId(id).toString());
        }
        assertThat(found).as(context).isEqualTo(expected);
    }

    private void checkCopy(Memory memory, Entry entry) {
        long used = memory.used(Tag.VALUE);
        long address = Entry.create(memory, Encoding.STREAM, 0, Bytes.of("copy"), 0, Entry.NEVER);
        Entry copy = new Entry().set(memory, (changed, from, old) -> {}, 0, 0, address);
        Values.copy(entry, copy);
        Values.checkInvariants(copy);
        assertThat(memory.used(Tag.VALUE) - used).isEqualTo(Values.externalSize(copy));
        ConsumerGroup theirs = new ConsumerGroup();
        StreamValue other = new StreamValue(new Limits()).at(copy);
        for (boolean found = group.first(stream); found; found = group.next()) {
            assertThat(theirs.find(other, group.name(view))).isTrue();
            assertThat(theirs.pendingCount()).isEqualTo(group.pendingCount());
            assertThat(theirs.releasedCount()).isEqualTo(group.releasedCount());
            assertThat(theirs.consumers()).isEqualTo(group.consumers());
        }
        while (!Values.releaseStep(copy, 100)) {}
        copy.free();
        assertThat(memory.used(Tag.VALUE)).isEqualTo(used);
    }

    /** However much is pending, a step frees no more than it was told to, but for what is left of a tree's leaf. */
    @Test
    void isFreedInSteps(Memory memory) {
        Entry entry = create(memory);
        group.create(stream, Bytes.of("group"), id.setMin(), 0);
        for (int c = 0; c < 300; c++) {
            group.createConsumer(Bytes.of("consumer" + c), 1);
            for (int i = 0; i < 100; i++) {
                group.deliver(id.set(1 + i, c), i);
            }
        }
        long mostFreed = 0;
        int steps = 0;
        long before = memory.used(Tag.VALUE);
        while (!Values.releaseStep(entry, 100)) {
            long now = memory.used(Tag.VALUE);
            assertThat(Values.externalSize(entry)).isEqualTo(now);
            mostFreed = Math.max(mostFreed, before - now);
            before = now;
            steps++;
        }
        entry.free();
        assertThat(mostFreed).isLessThan(100 * 1000);
        assertThat(steps).isGreaterThan(300);
    }
}
