package dev.cinnabar.command;

/**
 * What one thread that serves connections has done so far. Immutable.
 *
 * @param cycles how often it was woken
 * @param workedNanos the time between being woken and waiting again, in all
 * @param reads how often it has read from a socket
 * @param writes how often it has written to one
 */
public record LoopFigures(long cycles, long workedNanos, long reads, long writes) {

    LoopFigures plus(LoopFigures other) {
        return new LoopFigures(
                cycles + other.cycles, workedNanos + other.workedNanos, reads + other.reads, writes + other.writes);
    }
}
