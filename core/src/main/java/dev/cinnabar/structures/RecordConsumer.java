package dev.cinnabar.structures;

/** Takes the addresses of records, one by one. Must not change the structure that hands them out. */
@FunctionalInterface
public interface RecordConsumer {
    void accept(long record);
}
