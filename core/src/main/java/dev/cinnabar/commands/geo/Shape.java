package dev.cinnabar.commands.geo;

/** The area of a search: a circle, or a box along the meridians, around a place; lengths in metres. Owned by one call. */
final class Shape {

    /*
     * A search looks at the cell of the centre and the eight around it, in a grid that is as fine as it may be for these to
     * cover the area. Cells that the area does not touch are left out; the order of the others is that of Redis, since it is
     * seen where no order is asked for.
     *
     * Limitations, as in Redis: cells do not go round the pole. Near the poles, where cells get narrow, a coarser grid is taken.
     */

    private static final int CELLS = 9;

    /** Where the cells lie: columns to the east, rows to the north. */
    private static final int[] COLUMNS = {0, 0, 0, 1, -1, 1, -1, 1, -1};

    private static final int[] ROWS = {0, 1, -1, 0, 0, 1, 1, -1, -1};

    /** Half the earth's circumference: what the side of the coarsest grid's cell is taken for. */
    private static final double HALF_ROUND_METRES = 20037726.37;

    private double longitude;
    private double latitude;
    private boolean isBox;
    private double width;
    private double height;

    // The cells.
    private int step;
    private long centre;
    private int used;

    private double west;
    private double south;
    private double east;
    private double north;

    void around(double longitude, double latitude) {
        this.longitude = longitude;
        this.latitude = latitude;
    }

    void circle(double radius) {
        isBox = false;
        width = radius;
        height = radius;
    }

    void box(double width, double height) {
        isBox = true;
        this.width = width;
        this.height = height;
    }

    /** The distance of a place from the centre, or -1 if it is outside. */
    double distanceIfInside(double placeLongitude, double placeLatitude) {
        if (!isBox) {
            double distance = Sphere.distance(longitude, latitude, placeLongitude, placeLatitude);
            return distance > width ? -1 : distance;
        }
        // How far north or south is the cheaper question.
        if (Sphere.distance(placeLatitude, latitude) > height / 2
                || Sphere.distance(placeLongitude, placeLatitude, longitude, placeLatitude) > width / 2) {
            return -1;
        }
        return Sphere.distance(longitude, latitude, placeLongitude, placeLatitude);
    }

    /** The distance of a place from the centre, to the last digit. */
    double exactDistance(double score) {
        return Sphere.exactDistance(longitude, latitude, GeoHash.longitude(score), GeoHash.latitude(score));
    }

    /** Chooses the cells to look at. */
    void chooseCells() {
        bound();
        double reach = isBox ? Math.sqrt(width / 2 * (width / 2) + height / 2 * (height / 2)) : width;
        step = stepFor(reach);
        centre = GeoHash.cell(longitude, latitude, step);
        if (step > 1 && !isCovered()) {
            step--;
            centre = GeoHash.cell(longitude, latitude, step);
        }
        used = (1 << CELLS) - 1;
        if (step >= 2) {
            leaveOut(GeoHash.south(centre, step) < south, ROWS, -1);
            leaveOut(GeoHash.north(centre, step) > north, ROWS, 1);
            leaveOut(GeoHash.west(centre, step) < west, COLUMNS, -1);
            leaveOut(GeoHash.east(centre, step) > east, COLUMNS, 1);
        }
    }

    /** The box of meridians and parallels around the area. */
    private void bound() {
        double halfHeight = isBox ? height / 2 : height;
        double halfWidth = isBox ? width / 2 : width;
        double rows = Sphere.degrees(halfHeight / Sphere.RADIUS_METRES);
        // Where parallels are shorter: to the pole of this hemisphere.
        double widest = latitude < 0 ? latitude - rows : latitude + rows;
        double columns = Sphere.degrees(halfWidth / Sphere.RADIUS_METRES / Math.cos(Sphere.radians(widest)));
        west = longitude - columns;
        east = longitude + columns;
        south = latitude - rows;
        north = latitude + rows;
    }

    private int stepFor(double reach) {
        if (reach == 0) {
            return GeoHash.STEPS;
        }
        int steps = -1;
        for (double metres = reach; metres < HALF_ROUND_METRES; metres *= 2) {
            steps++;
        }
        double pole = Math.abs(latitude);
        steps -= pole > 80 ? 2 : pole > 66 ? 1 : 0;
        return Math.clamp(steps, 1, GeoHash.STEPS);
    }

    private boolean isCovered() {
        return GeoHash.north(GeoHash.neighbour(centre, step, 0, 1), step) >= north
                && GeoHash.south(GeoHash.neighbour(centre, step, 0, -1), step) <= south
                && GeoHash.east(GeoHash.neighbour(centre, step, 1, 0), step) >= east
                && GeoHash.west(GeoHash.neighbour(centre, step, -1, 0), step) <= west;
    }

    private void leaveOut(boolean condition, int[] offsets, int offset) {
        for (int i = 0; i < CELLS && condition; i++) {
            if (offsets[i] == offset) {
                used &= ~(1 << i);
            }
        }
    }

    /** Takes ranges of scores. */
    @FunctionalInterface
    interface Ranges {
        /** Scores from one to another, the latter excluded; returns whether to go on. */
        boolean accept(long from, long to);
    }

    /** Hands out the cells' ranges of scores. */
    void forEachCell(Ranges ranges) {
        // In a coarse grid neighbours can be the same cell.
        long last = -1;
        for (int i = 0; i < CELLS; i++) {
            long cell = GeoHash.neighbour(centre, step, COLUMNS[i], ROWS[i]);
            if ((used & 1 << i) == 0 || cell == last) {
                continue;
            }
            if (!ranges.accept(GeoHash.firstScore(cell, step), GeoHash.firstScore(cell + 1, step))) {
                return;
            }
            if (i > 0) {
                last = cell;
            }
        }
    }
}
