package dev.cinnabar.resp;

import dev.cinnabar.memory.Bytes;
import java.lang.foreign.MemorySegment;

/**
 * Where a command writes its answer: one method a type of the protocol. The differences between versions 2 and 3 live
 * behind it; so do the wire, the in-process caller and, later, scripts. Owned by the thread that runs the command.
 */
public interface Reply {

    /** Whether types that only version 3 has will arrive as such. */
    boolean isResp3();

    /**
     * Whether somebody reads what is written. Where a small request makes a reply without bounds, its loop asks before each
     * element, and ends when the client has been cut off for not reading, or wants no replies.
     */
    boolean isWanted();

    void ok();

    void simple(String text);

    void error(RedisError error);

    void integer(long value);

    void bulk(Bytes value);

    void bulk(byte[] value);

    void bulk(String value);

    void bulk(MemorySegment segment, long offset, int length);

    /** A number as the decimal digits of a bulk string. */
    void bulkInteger(long value);

    void nil();

    /** The nil that stands for an array: differs from {@link #nil} in version 2 only. */
    void nilArray();

    void bool(boolean value);

    /** A floating-point number: in version 2 the digits as a bulk string. */
    void doubleValue(double value);

    /** A floating-point number by its digits, which may be more than a {@code double} has. */
    void doubleValue(String digits);

    /** Text with a three-letter format ("txt", "mkd"): in version 2 a bulk string. */
    void verbatim(String format, String text);

    /** An array of {@code n} elements follows. */
    void array(long n);

    /** A map of {@code n} pairs follows: in version 2 an array of {@code 2 n}. */
    void map(long n);

    void set(long n);

    /** An out-of-band message of {@code n} elements follows: in version 2 an array. */
    void push(long n);

    /**
     * What follows is held back until {@link #endArray}, for an array whose size is not known before its elements. Not to
     * be nested.
     */
    void beginArray();

    /** Sends the array begun with {@link #beginArray}, which turned out to have {@code n} elements. */
    void endArray(long n);

    /** As {@link #endArray}, for a map of {@code n} pairs. */
    void endMap(long n);

    /** As {@link #endArray}, for a set. */
    void endSet(long n);
}
