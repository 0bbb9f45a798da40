package dev.cinnabar.net;

/**
 * Decides on which loops connections are served. Stateless.
 *
 * <p>One loop serves many connections at less cost than several that share them: each wait then brings more requests, fewer
 * threads are woken, and none waits for what another has locked. So connections stay together as long as one loop can do the
 * work, spread when it cannot and the machine has a core to spare for one more, and come together again when one could. They
 * also do when one nearly could, if the loops lock each other out, or if every core is busy, so that what the second thread costs
 * is taken from the clients. A loop that is stuck in a long command counts as full, so that new connections avoid it.
 */
final class Balance {

    /** A loop that works for more than this part of the time gives connections away. */
    private static final double FULL = 0.95;

    /** New connections go to the first loop below this load. */
    private static final double ROOMY = 0.7;

    /** Two loops whose loads sum up to less than this become one. */
    private static final double TOGETHER = 0.6;

    /** What a loop works more because there is a second one, if they lock each other out, and once more if all cores are busy. */
    private static final double COST = 0.3;

    /** Two loops that wait for each other's locks for more than this part of the time, in sum, are in each other's way. */
    private static final double LOCKED_OUT = 0.1;

    /** One more thread gains something where so many cores are idle. */
    private static final double IDLE = 0.5;

    /** All cores are busy where fewer than this are idle. */
    private static final double BUSY = 0.25;

    /** Stay as it is. */
    static final int NOWHERE = -1;

    private Balance() {}

    /** The loop for a new connection: the first with room, else the one with the fewest connections. */
    static int forNew(double[] loads, int[] sizes) {
        for (int i = 0; i < loads.length; i++) {
            if (loads[i] < ROOMY) {
                return i;
            }
        }
        return smallest(sizes);
    }

    /** The loop with the fewest connections. */
    static int smallest(int[] sizes) {
        int smallest = 0;
        for (int i = 1; i < sizes.length; i++) {
            if (sizes[i] < sizes[smallest]) {
                smallest = i;
            }
        }
        return smallest;
    }

    /**
     * The loop to which a full one gives half of its connections, or {@link #NOWHERE}.
     *
     * @param idleCores how many cores have nothing to do; NaN where that is not known
     */
    static int toShareWith(int me, double[] loads, int[] sizes, double idleCores) {
        if (loads[me] < FULL || sizes[me] < 2 || !(idleCores >= IDLE)) {
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

    /**
     * The loop before this one that better takes all its connections, although it will be full then, or {@link #NOWHERE}.
     *
     * @param lockedOut for which part of the time the loops wait for what others have locked
     * @param idleCores as above
     */
    static int toGiveWayTo(int me, double[] loads, double[] lockedOut, int[] sizes, double idleCores) {
        double cost = idleCores < BUSY ? COST : 0;
        for (int i = 0; i < me && sizes[me] > 0; i++) {
            double both = cost + (lockedOut[i] + lockedOut[me] > LOCKED_OUT ? COST : 0);
            if (sizes[i] > 0 && both > 0 && loads[i] + loads[me] < 1 + both) {
                return i;
            }
        }
        return NOWHERE;
    }
}
