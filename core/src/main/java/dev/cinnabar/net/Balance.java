package dev.cinnabar.net;

/**
 * Decides on which loops connections are served. Stateless.
 *
 * <p>One loop serves many connections at less cost than several that share them: each wait then brings more requests, and
 * fewer threads are woken. So connections stay together as long as one loop can do the work, spread when it cannot, and come
 * together again when it could. A loop that is stuck in a long command counts as full, so that new connections avoid it.
 */
final class Balance {

    /** A loop that works for more than this part of the time gives connections away. */
    private static final double FULL = 0.95;

    /** New connections go to the first loop below this load. */
    private static final double ROOMY = 0.7;

    /** Two loops whose loads sum up to less than this become one. */
    private static final double TOGETHER = 0.6;

    /** Stay as it is. */
    static final int NOWHERE = -1;

    private Balance() {}

    /** The loop for a new connection: the first with room, else the one with the fewest connections. */
    static int forNew(double[] loads, int[] sizes) {
        int fewest = 0;
        for (int i = 0; i < loads.length; i++) {
            if (loads[i] < ROOMY) {
                return i;
            }
            if (sizes[i] < sizes[fewest]) {
                fewest = i;
            }
        }
        return fewest;
    }

    /** The loop to which a full one gives half of its connections, or {@link #NOWHERE}. */
    static int toShareWith(int me, double[] loads, int[] sizes) {
        if (loads[me] < FULL || sizes[me] < 2) {
            return NOWHERE;
        }
        int idlest = me;
        for (int i = 0; i < loads.length; i++) {
            if (loads[i] < loads[idlest]) {
                idlest = i;
            }
        }
        return loads[idlest] < loads[me] / 2 ? idlest : NOWHERE;
    }

    /** The loop before this one that could take all its connections, or {@link #NOWHERE}. */
    static int toJoin(int me, double[] loads, int[] sizes) {
        for (int i = 0; i < me && sizes[me] > 0; i++) {
            if (sizes[i] > 0 && loads[i] + loads[me] < TOGETHER) {
                return i;
            }
        }
        return NOWHERE;
    }
}
