package dev.cinnabar.keyspace;

/** The time, injected so that tests can stop it. Thread-safe. */
public interface Clock {

    /** Milliseconds since 1970. */
    long millis();

    /** Nanoseconds since some fixed moment: for durations. */
    long nanos();

    /** Microseconds since 1970. */
    default long micros() {
        return millis() * 1000;
    }

    /** The time of the machine. */
    Clock SYSTEM = new Clock() {
        @Override
        public long millis() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long micros() {
            java.time.Instant now = java.time.Instant.now();
            return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        }
    };
}
