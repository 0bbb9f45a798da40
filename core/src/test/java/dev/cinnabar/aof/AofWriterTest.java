package dev.cinnabar.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.journal.Cut;
import dev.cinnabar.journal.Effects;
import dev.cinnabar.journal.Journal;
import dev.cinnabar.keyspace.Clock;
import dev.cinnabar.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The writer on a disk that is slow, full or broken. */
@Timeout(60)
class AofWriterTest {

    /** A file in memory that does what the test says. */
    private static final class Disk implements Storage.Target {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        final Semaphore syncs = new Semaphore(1_000_000);
        final Semaphore begun = new Semaphore(0);
        int syncCount;
        int most = Integer.MAX_VALUE;
        long room = Long.MAX_VALUE;
        volatile boolean syncFails;
        int synced;

        @Override
        public synchronized int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            int n = (int) Math.min(Math.min(most, room), bytes.remaining());
            byte[] part = new byte[n];
            bytes.get(part);
            content.writeBytes(part);
            room -= n;
            return n;
        }

        @Override
        public void sync() throws IOException {
            begun.release();
            syncs.acquireUninterruptibly();
            if (syncFails) {
                throw new IOException("Input/output error");
            }
            synchronized (this) {
                synced = content.size();
                syncCount++;
            }
        }

        @Override
        public synchronized long size() {
            return content.size();
        }

        @Override
        public synchronized void truncate(long size) {
            byte[] all = content.toByteArray();
            content.reset();
            content.write(all, 0, (int) size);
        }

        synchronized String text() {
            return content.toString(ISO_8859_1);
        }

        synchronized void room(long bytes) {
            room = bytes;
        }

        synchronized int syncCount() {
            return syncCount;
        }

        @Override
        public void close() {}
    }

    private final Journal journal = new Journal();
    private final Disk disk = new Disk();
    private final Disk next = new Disk();
    private final CountDownLatch died = new CountDownLatch(1);
    private final StringBuilder appended = new StringBuilder();
    private final Semaphore releases = new Semaphore(0);
    private @Nullable AofWriter writer;

    private AofWriter start(FsyncPolicy policy) throws IOException {
        AofWriter fresh = new AofWriter(journal, disk, policy, Log.silent(), Clock.SYSTEM, new AofWriter.Owner() {
            @Override
            public Storage.Target cut(Cut cut, Storage.Target old) {
                return next;
            }

            @Override
            public void die() {
                died.countDown();
            }

            @Override
            public boolean avoidsSync() {
                return false;
            }
        });
        journal.onRelease(releases::release);
        journal.open(fresh);
        fresh.start();
        writer = fresh;
        return fresh;
    }

    @AfterEach
    void close() {
        disk.syncs.release(1_000_000);
        disk.room(Long.MAX_VALUE);
        disk.syncFails = false;
        if (writer != null) {
            writer.close();
        }
    }

    private void append(String... words) {
        Effects effects = new Effects();
        effects.begin(0);
        for (String word : words) {
            effects.word(word);
        }
        effects.end();
        appended.append(effects);
        journal.append(effects);
    }

    private void awaitReleased(long offset) throws InterruptedException {
        while (journal.released() < offset) {
            releases.tryAcquire(10, TimeUnit.MILLISECONDS);
        }
    }

    private String expected() {
        return "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n" + appended;
    }

    @Test
    void oneSyncServesAllThatWait() throws Exception {
        disk.syncs.drainPermits();
        start(FsyncPolicy.ALWAYS);
        append("SET", "a", "1");
        long first = journal.end();
        journal.urge();
        disk.begun.acquireUninterruptibly();
        assertThat(journal.released()).as("released before it is on disk").isLessThan(first);
        for (int i = 0; i < 100; i++) {
            append("SET", "b", Integer.toString(i));
        }
        disk.syncs.release(1);
        awaitReleased(first);
        disk.syncs.release(1);
        journal.urge();
        awaitReleased(journal.end());
        assertThat(disk.syncCount()).isEqualTo(2);
        assertThat(disk.text()).isEqualTo(expected());
    }

    @Test
    void whoHasNobodyElseToServeCommitsByItself() throws Exception {
        start(FsyncPolicy.ALWAYS);
        int committed = 0;
        for (int i = 0; i < 100; i++) {
            append("SET", "a", Integer.toString(i));
            journal.countWait();
            committed += journal.commit() ? 1 : 0;
            awaitReleased(journal.end());
        }
        assertThat(disk.text()).isEqualTo(expected());
        assertThat(committed)
                .as("the writer's own thread looks ten times a second, and may be the first")
                .isPositive();
    }

    @Test
    void manyThreadsThatWaitAreAllReleased() throws Exception {
        start(FsyncPolicy.ALWAYS);
        Thread[] threads = new Thread[8];
        CountDownLatch done = new CountDownLatch(threads.length);
        for (int t = 0; t < threads.length; t++) {
            threads[t] = Thread.ofPlatform().daemon().start(() -> {
                Effects effects = new Effects();
                for (int i = 0; i < 500; i++) {
                    effects.clear();
                    effects.begin(0);
                    effects.word("INCR");
                    effects.word("a");
                    effects.end();
                    journal.append(effects);
                    long end = journal.end();
                    journal.countWait();
                    journal.commit();
                    while (journal.released() < end) {
                        journal.commit();
                        LockSupport.parkNanos(100_000);
                    }
                }
                done.countDown();
            });
        }
        assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
        assertThat(journal.released()).isEqualTo(journal.end());
        assertThat(disk.text()).hasSize((int) journal.end());
    }

    @Test
    void shortWritesAreContinued() throws Exception {
        disk.most = 7;
        start(FsyncPolicy.ALWAYS);
        append("SET", "a", "x".repeat(300_000));
        append("SET", "b", "1");
        journal.urge();
        awaitReleased(journal.end());
        assertThat(disk.text()).isEqualTo(expected());
    }

    @Test
    void aFullDiskLeavesWholeStepsAndIsTriedAgain() throws Exception {
        AofWriter fresh = start(FsyncPolicy.NO);
        append("SET", "a", "1");
        fresh.flush();
        String before = disk.text();
        disk.room(5);
        append("SET", "b", "1");
        fresh.flush();
        assertThat(fresh.failure()).isEqualTo("No space left on device");
        assertThat(disk.text()).isEqualTo(before);
        assertThat(journal.released()).isEqualTo(Long.MAX_VALUE);
        disk.room(Long.MAX_VALUE);
        append("SET", "c", "1");
        while (fresh.failure() != null || disk.text().length() < expected().length()) {
            fresh.flush();
            fresh.urge();
            Thread.onSpinWait();
        }
        assertThat(disk.text()).isEqualTo(expected());
    }

    @Test
    void whatWasPromisedAndCannotBeKeptIsTheEnd() throws Exception {
        disk.room(5);
        start(FsyncPolicy.ALWAYS);
        append("SET", "a", "1");
        journal.urge();
        assertThat(died.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(journal.released()).isLessThan(journal.end());
    }

    @Test
    void soIsASyncThatFails() throws Exception {
        disk.syncFails = true;
        start(FsyncPolicy.ALWAYS);
        append("SET", "a", "1");
        journal.urge();
        assertThat(died.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCutBeginsTheNextFile() throws Exception {
        start(FsyncPolicy.ALWAYS);
        append("SET", "a", "1");
        journal.cut(new Cut() {});
        String before = expected();
        appended.setLength(0);
        append("SET", "b", "1");
        journal.urge();
        awaitReleased(journal.end());
        assertThat(disk.text()).isEqualTo(before);
        assertThat(next.text()).as("it selects its database anew").isEqualTo(expected());
    }

    @Test
    void aCutIsMadeThoughNothingFollowsIt() throws Exception {
        for (FsyncPolicy policy : FsyncPolicy.values()) {
            AofWriter fresh = start(policy);
            append("SET", "a", "1");
            journal.urge();
            while (!fresh.awaitWritten()) {
                Thread.onSpinWait();
            }
            journal.cut(new Cut() {});
            journal.urge();
            while (journal.hasCut()) {
                Thread.onSpinWait();
            }
            fresh.close();
            writer = null;
        }
    }

    @Test
    void closingWritesAndSyncsAll() throws Exception {
        AofWriter fresh = start(FsyncPolicy.EVERYSEC);
        append("SET", "a", "1");
        fresh.close();
        writer = null;
        assertThat(disk.text()).isEqualTo(expected());
        assertThat(disk.synced).isEqualTo(expected().length());
    }
}
