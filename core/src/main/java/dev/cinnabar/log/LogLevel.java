package dev.cinnabar.log;

/** How much a line of the log matters, least first. {@link #NOTHING} is a threshold alone: no line has it. */
public enum LogLevel {
    DEBUG('.'),
    VERBOSE('-'),
    NOTICE('*'),
    WARNING('#'),
    NOTHING(' ');

    private final char mark;

    LogLevel(char mark) {
        this.mark = mark;
    }

    char mark() {
        return mark;
    }
}
