package dev.cinnabar.log;

/** Where packages write what an operator should know. Thread-safe. */
public interface Log {

    void write(LogLevel level, String text);

    default void debug(String text) {
        write(LogLevel.DEBUG, text);
    }

    default void verbose(String text) {
        write(LogLevel.VERBOSE, text);
    }

    default void notice(String text) {
        write(LogLevel.NOTICE, text);
    }

    default void warning(String text) {
        write(LogLevel.WARNING, text);
    }

    /** A log that keeps nothing: for the library, whose host has not asked for one. */
    static Log silent() {
        return (level, text) -> {};
    }
}
