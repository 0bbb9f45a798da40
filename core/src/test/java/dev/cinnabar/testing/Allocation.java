package dev.cinnabar.testing;

import java.lang.reflect.Method;

/**
 * How much a thread allocates on the heap. Stateless. By reflection, because the module under test, with which tests are
 * compiled, does not read {@code jdk.management}.
 */
public final class Allocation {

    private static final Object THREADS;
    private static final Method BYTES;
    private static final Method BYTES_OF;

    static {
        try {
            THREADS = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            Class<?> bean = Class.forName("com.sun.management.ThreadMXBean");
            BYTES = bean.getMethod("getCurrentThreadAllocatedBytes");
            BYTES_OF = bean.getMethod("getThreadAllocatedBytes", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Allocation() {}

    /** The bytes that the calling thread has allocated so far. */
    public static long bytesOfThisThread() {
        try {
            return (Long) BYTES.invoke(THREADS);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** The bytes that a running thread has allocated so far. */
    public static long bytesOf(Thread thread) {
        try {
            return (Long) BYTES_OF.invoke(THREADS, thread.threadId());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** The bytes that an action allocates: the least of several times, the first of which may load classes. */
    public static long leastBytesOf(int times, Runnable action) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < times; i++) {
            long before = bytesOfThisThread();
            action.run();
            least = Math.min(least, bytesOfThisThread() - before);
        }
        return least;
    }
}
