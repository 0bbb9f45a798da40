package dev.cinnabar.commands.geo;

/**
 * Places as numbers: longitude and latitude, each halved again and again, their bits taking turns. Near numbers are near
 * places, so a cell of the grid is a range of numbers. Stateless.
 *
 * <p>At step n a coordinate has n bits and the grid 4^n cells; a score has step {@value #STEPS}, 52 bits, and is exact as a
 * double. Latitude has the even bits. It ends where the square of the Mercator projection does.
 */
final class GeoHash {

    /*
     * Example: Palermo, 13.361389 38.115556, at step 26
     *
     *   longitude (13.361389 + 180) / 360 * 2^26                    = 36045175   10001001100000000101110111
     *   latitude  (38.115556 + 85.05112878) / 170.10225756 * 2^26   = 48591808   10111001010111001111000000
     *   by turns, longitude first                                   = 3479099956230698
     */

    static final int STEPS = 26;

    static final double MAX_LONGITUDE = 180;
    static final double MAX_LATITUDE = 85.05112878;

    /** The bits that a score has. */
    private static final int SCORE_BITS = 2 * STEPS;

    /** The latitudes of the text form, which other systems read, go from pole to pole. */
    private static final double POLE = 90;

    private static final String ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
    private static final int TEXT_LENGTH = 11;

    private GeoHash() {}

    static boolean isValid(double longitude, double latitude) {
        return Math.abs(longitude) <= MAX_LONGITUDE && Math.abs(latitude) <= MAX_LATITUDE;
    }

    /** The number of a place. */
    static long encode(double longitude, double latitude) {
        return cell(longitude, latitude, STEPS);
    }

    /** The number of the cell that a place is in, of a step's grid. */
    static long cell(double longitude, double latitude, int step) {
        return cell(longitude, latitude, step, MAX_LATITUDE);
    }

    private static long cell(double longitude, double latitude, int step, double maxLatitude) {
        return interleave(index(latitude, maxLatitude, step), index(longitude, MAX_LONGITUDE, step));
    }

    private static long index(double coordinate, double max, int step) {
        double part = (coordinate + max) / (max + max);
        return (long) (part * (1L << step)) & 0xffffffffL;
    }

    /**
     * The cell that lies so many columns to the east and rows to the north. The grid goes round; but the places on its
     * eastern and northern edge are in a column and row behind the last, as in Redis.
     */
    static long neighbour(long cell, int step, int columns, int rows) {
        return interleave(moved(gather(cell), rows, step), moved(gather(cell >>> 1), columns, step));
    }

    private static long moved(long index, int by, int step) {
        return by == 0 ? index : index + by & (1L << step) - 1;
    }

    /** The lowest score in a cell; that of the next cell lies behind all. */
    static long firstScore(long cell, int step) {
        return cell << SCORE_BITS - 2 * step;
    }

    // The sides of a cell.

    static double west(long cell, int step) {
        return edge(gather(cell >>> 1), step, MAX_LONGITUDE);
    }

    static double east(long cell, int step) {
        return edge(gather(cell >>> 1) + 1, step, MAX_LONGITUDE);
    }

    static double south(long cell, int step) {
        return edge(gather(cell), step, MAX_LATITUDE);
    }

    static double north(long cell, int step) {
        return edge(gather(cell) + 1, step, MAX_LATITUDE);
    }

    private static double edge(long index, int step, double max) {
        return -max + (double) index / (1L << step) * (max + max);
    }

    /** The longitude of the middle of a score's cell. */
    static double longitude(double score) {
        long cell = (long) score;
        return clamp((west(cell, STEPS) + east(cell, STEPS)) / 2, MAX_LONGITUDE);
    }

    static double latitude(double score) {
        long cell = (long) score;
        return clamp((south(cell, STEPS) + north(cell, STEPS)) / 2, MAX_LATITUDE);
    }

    private static double clamp(double coordinate, double max) {
        return Math.max(-max, Math.min(max, coordinate));
    }

    /** The text form of a score's place: eleven digits of five bits, as other systems write it; the last is always 0. */
    static byte[] text(double score) {
        long cell = cell(longitude(score), latitude(score), STEPS, POLE);
        byte[] text = new byte[TEXT_LENGTH];
        for (int i = 0; i < TEXT_LENGTH; i++) {
            int shift = SCORE_BITS - 5 * (i + 1);
            text[i] = (byte) ALPHABET.charAt(shift < 0 ? 0 : (int) (cell >>> shift) & 31);
        }
        return text;
    }

    private static long interleave(long even, long odd) {
        return spread(even) | spread(odd) << 1;
    }

    /** Puts the low 32 bits into the even ones. */
    private static long spread(long bits) {
        long b = bits;
        b = (b | b << 16) & 0x0000ffff0000ffffL;
        b = (b | b << 8) & 0x00ff00ff00ff00ffL;
        b = (b | b << 4) & 0x0f0f0f0f0f0f0f0fL;
        b = (b | b << 2) & 0x3333333333333333L;
        return (b | b << 1) & 0x5555555555555555L;
    }

    /** The opposite of {@link #spread}; odd bits are ignored. */
    private static long gather(long bits) {
        long b = bits & 0x5555555555555555L;
        b = (b | b >>> 1) & 0x3333333333333333L;
        b = (b | b >>> 2) & 0x0f0f0f0f0f0f0f0fL;
        b = (b | b >>> 4) & 0x00ff00ff00ff00ffL;
        b = (b | b >>> 8) & 0x0000ffff0000ffffL;
        return (b | b >>> 16) & 0xffffffffL;
    }
}
