package dev.cinnabar.keyspace;

import dev.cinnabar.memory.Bytes;
import dev.cinnabar.values.Entry;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses keys that are to go when memory is full, and deletes them, one at a time. Owned by one thread, which holds no lock;
 * locks one partition at a time by itself.
 */
public final class Eviction {

    /*
     * To know which of all keys has not been used for longest would take an order of all keys, written at each use. A sample
     * comes close: some keys drawn evenly, of which the worst goes. It comes much closer if the second worst are remembered
     * and compete with the next sample (Redis does so since 3.0, with the same 16 places). Keys are spread over partitions by
     * a hash, so a sample from one partition drawn by lot is as good as one from all.
     *
     * A remembered key may have been used, changed or deleted since. It is looked up again, but its score is believed: Redis
     * does the same, and it decides between keys that have not been used for long.
     */

    private static final int PLACES = 16;

    /** How many blocks of a big value are freed in one locked step. */
    private static final int FREED_AT_ONCE = 128;

    /** How bad it would be to lose a key: the one with the highest score goes first. */
    @FunctionalInterface
    public interface Scorer {
        long score(Entry entry);
    }

    private record Candidate(long score, int partition, int database, long hash, Bytes key) {
        boolean isSameKey(int otherDatabase, long otherHash) {
            return hash == otherHash && database == otherDatabase;
        }
    }

    private final Keyspace keyspace;
    private final RandomGenerator random;
    private final Entry entry = new Entry();
    private final Bytes keyView = new Bytes();

    /** Those with the highest scores that were seen and still live, in ascending order. */
    private final @Nullable Candidate[] best = new @Nullable Candidate[PLACES];

    private int count;

    public Eviction(Keyspace keyspace, RandomGenerator random) {
        this.keyspace = keyspace;
        this.random = random;
    }

    /**
     * Deletes a key of those with a high score.
     *
     * @param expiring whether only keys that have an expiry may go
     * @param samples how many keys to draw in each database
     * @return false if there was no key that may go
     */
    public boolean evictWorst(boolean expiring, int samples, Scorer scorer) {
        int partitions = keyspace.partitions();
        int first = random.nextInt(partitions);
        boolean fresh = false;
        for (int i = 0; i < partitions && !fresh; i++) {
            int sampled = sample(first + i & partitions - 1, expiring, samples, scorer);
            // A sample may bring nothing new, for all of it is remembered already.
            fresh = sampled > 0;
        }
        while (count > 0) {
            Candidate worst = best[--count];
            best[count] = null;
            if (worst != null && evict(worst, expiring)) {
                return true;
            }
        }
        return fresh && evictAny(expiring);
    }

    private int sample(int index, boolean expiring, int samples, Scorer scorer) {
        return keyspace.locked(index, partition -> {
            int drawn = 0;
            for (int n = 0; n < keyspace.databases(); n++) {
                Database database = partition.databaseIfAny(n);
                long size = database == null ? 0 : expiring ? database.expiringSize() : database.size();
                if (database == null || size == 0) {
                    continue;
                }
                for (long i = Math.min(samples, size); i > 0; i--) {
                    if (draw(database, expiring)) {
                        drawn++;
                        remember(scorer.score(entry), index, n);
                    }
                }
            }
            return drawn;
        });
    }

    private boolean draw(Database database, boolean expiring) {
        return expiring ? database.randomExpiring(random, entry) : database.random(random, entry);
    }

    private void remember(long score, int partition, int database) {
        Candidate lowest = best[0];
        if (count == PLACES && lowest != null && score <= lowest.score()) {
            return;
        }
        Bytes key = entry.key(keyView);
        long hash = keyspace.hash(key);
        for (int i = 0; i < count; i++) {
            Candidate known = best[i];
            if (known != null && known.isSameKey(database, hash)) {
                return;
            }
        }
        if (count == PLACES) {
            System.arraycopy(best, 1, best, 0, PLACES - 1);
            count--;
        }
        int at = count++;
        for (; at > 0; at--) {
            Candidate before = best[at - 1];
            if (before == null || before.score() <= score) {
                break;
            }
            best[at] = before;
        }
        best[at] = new Candidate(score, partition, database, hash, Bytes.of(key.toByteArray()));
    }

    private boolean evict(Candidate candidate, boolean expiring) {
        return keyspace.locked(candidate.partition(), partition -> {
                    Database database = partition.databaseIfAny(candidate.database());
                    if (database == null
                            || !database.find(candidate.hash(), candidate.key(), entry)
                            || expiring && !entry.hasExpiry()) {
                        return false;
                    }
                    partition.evict(candidate.database(), database, entry);
                    return true;
                })
                && freed(candidate.partition());
    }

    /** Frees what was thrown away in a partition, lest more keys than needed have to go. Returns true. */
    private boolean freed(int index) {
        while (keyspace.locked(index, partition -> partition.collectGarbage(FREED_AT_ONCE))) {}
        return true;
    }

    /** Deletes a key drawn by lot. Returns false if there was none that may go. */
    public boolean evictAny(boolean expiring) {
        int partitions = keyspace.partitions();
        int first = random.nextInt(partitions);
        for (int i = 0; i < partitions; i++) {
            int index = first + i & partitions - 1;
            boolean done = keyspace.locked(index, partition -> {
                int databases = keyspace.databases();
                int firstDatabase = random.nextInt(databases);
                for (int n = 0; n < databases; n++) {
                    int number = (firstDatabase + n) % databases;
                    Database database = partition.databaseIfAny(number);
                    if (database != null && draw(database, expiring)) {
                        partition.evict(number, database, entry);
                        return true;
                    }
                }
                return false;
            });
            if (done) {
                return freed(index);
            }
        }
        return false;
    }

    /** Deletes the key that would expire first. Returns false if no key expires. */
    public boolean evictFirstDue() {
        int first = keyspace.firstDuePartition();
        return first >= 0 && keyspace.locked(first, partition -> partition.evictFirstDue(entry)) && freed(first);
    }
}
