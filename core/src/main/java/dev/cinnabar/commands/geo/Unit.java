package dev.cinnabar.commands.geo;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.resp.RedisError;

/** Units of length. */
enum Unit {
    M("m", 1),
    KM("km", 1000),
    FT("ft", 0.3048),
    MI("mi", 1609.34);

    private static final RedisError UNKNOWN = new RedisError("ERR unsupported unit provided. please use M, KM, FT, MI");
    private static final Unit[] ALL = values();

    private final String word;
    final double metres;

    Unit(String word, double metres) {
        this.word = word;
        this.metres = metres;
    }

    static Unit at(Args args, int index) {
        for (Unit unit : ALL) {
            if (args.is(index, unit.word)) {
                return unit;
            }
        }
        args.fail(UNKNOWN);
        return M;
    }

    static Argument argument() {
        return Argument.oneOf(
                "unit", Argument.token("M"), Argument.token("KM"), Argument.token("FT"), Argument.token("MI"));
    }
}
