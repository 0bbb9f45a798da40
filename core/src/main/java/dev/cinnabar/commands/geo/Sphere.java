package dev.cinnabar.commands.geo;

/** Distances on the earth, taken for a ball: in metres, between places in degrees, by the haversine formula. Stateless. */
final class Sphere {

    static final double RADIUS_METRES = 6372797.560856;

    private static final double DEGREE = Math.PI / 180;

    private Sphere() {}

    static double radians(double degrees) {
        return degrees * DEGREE;
    }

    static double degrees(double radians) {
        return radians / DEGREE;
    }

    /** A distance to compare with others: good to a millionth of a metre. */
    static double distance(double longitude1, double latitude1, double longitude2, double latitude2) {
        double v = Math.sin((radians(longitude2) - radians(longitude1)) / 2);
        if (v == 0) {
            return distance(latitude1, latitude2);
        }
        double a = radians(latitude1);
        double b = radians(latitude2);
        double u = Math.sin((b - a) / 2);
        double h = u * u + Math.cos(a) * Math.cos(b) * v * v;
        return 2 * RADIUS_METRES * Math.asin(Math.sqrt(h));
    }

    /** A distance to show: with the same steps and the same last digit as in Redis. */
    static double exactDistance(double longitude1, double latitude1, double longitude2, double latitude2) {
        double v = Trigonometry.sin((radians(longitude2) - radians(longitude1)) / 2);
        if (v == 0) {
            return distance(latitude1, latitude2);
        }
        double a = radians(latitude1);
        double b = radians(latitude2);
        double u = Trigonometry.sin((b - a) / 2);
        double h = u * u + Trigonometry.cos(a) * Trigonometry.cos(b) * v * v;
        return 2 * RADIUS_METRES * Trigonometry.asin(Math.sqrt(h));
    }

    /** The distance of two places of the same longitude. */
    static double distance(double latitude1, double latitude2) {
        return RADIUS_METRES * Math.abs(radians(latitude2) - radians(latitude1));
    }
}
