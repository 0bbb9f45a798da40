package dev.cinnabar.commands.server;

import static dev.cinnabar.command.Flag.FAST;
import static dev.cinnabar.command.Flag.READONLY;

import dev.cinnabar.command.Args;
import dev.cinnabar.command.Argument;
import dev.cinnabar.command.Call;
import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandSpec.Locks;
import dev.cinnabar.command.Group;
import dev.cinnabar.command.Version;
import dev.cinnabar.resp.Reply;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/** LOLWUT: a drawing, never the same twice, and the version. Stateless. */
final class Lolwut {

    private static final int MAX_COLUMNS = 1000;
    private static final int MAX_ROWS = 200;

    private Lolwut() {}

    static CommandSpec row() {
        return CommandSpec.command("lolwut", -1, READONLY, FAST)
                .group(Group.SERVER)
                .since("5.0.0")
                .locks(Locks.NONE)
                .summary("Draws something, and tells the version.")
                .complexity("O(N), N being the size of the drawing.")
                .arguments(Argument.integer("version").after("VERSION").optional())
                .handler(Lolwut::lolwut);
    }

    static void lolwut(Call call, Args args, Reply reply) {
        boolean versioned = args.count() > 2 && args.is(1, "version");
        long version = versioned ? args.integer(2) : 8;
        int first = versioned ? 3 : 1;
        // Without VERSION, words that are no numbers say nothing to the drawing of today.
        boolean sized = versioned && (version == 5 || version == 6);
        int columns = sized ? size(args, first, 66, MAX_COLUMNS) : 66;
        int rows = sized ? size(args, first + 1, 16, MAX_ROWS) : 16;
        if (args.failed()) {
            return;
        }
        RandomGenerator random = call.dispatcher().random();
        StringBuilder text = new StringBuilder();
        if (version == 5) {
            automaton(text, columns, rows, random);
        } else if (version == 6) {
            maze(text, columns, rows, random);
        } else if (version >= 8) {
            crystals(text, columns, rows, random);
        }
        text.append(text.isEmpty() ? "" : "\n")
                .append("Redis ver. ")
                .append(Version.REDIS)
                .append('\n');
        reply.verbatim("txt", text.toString());
    }

    private static int size(Args args, int index, int byDefault, int most) {
        return args.count() > index ? (int) Math.clamp(args.integer(index), 1L, (long) most) : byDefault;
    }

    /** A cellular automaton of one dimension by a rule drawn at random, time going down; eight cells a character. */
    private static void automaton(StringBuilder text, int columns, int rows, RandomGenerator random) {
        int[] lively = {18, 22, 30, 45, 60, 73, 90, 105, 110, 126, 150, 169};
        int rule = lively[random.nextInt(lively.length)];
        int width = columns * 2;
        BitSet[] lines = new BitSet[rows * 4];
        BitSet line = new BitSet(width);
        line.set(random.nextInt(width));
        for (int y = 0; y < lines.length; y++) {
            lines[y] = line;
            BitSet next = new BitSet(width);
            for (int x = 0; x < width; x++) {
                int left = line.get((x + width - 1) % width) ? 4 : 0;
                int here = line.get(x) ? 2 : 0;
                int right = line.get((x + 1) % width) ? 1 : 0;
                next.set(x, (rule >> (left + here + right) & 1) != 0);
            }
            line = next;
        }
        for (int y = 0; y < lines.length; y += 4) {
            for (int x = 0; x < width; x += 2) {
                text.append(braille(lines, x, y));
            }
            text.append('\n');
        }
        text.append("\nRule ").append(rule).append(", after Stephen Wolfram.");
    }

    /** The character with dots where two by four cells live. */
    private static char braille(BitSet[] lines, int x, int y) {
        int[] bits = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
        int dots = 0;
        for (int i = 0; i < 8; i++) {
            dots |= lines[y + i / 2].get(x + i % 2) ? bits[i] : 0;
        }
        return (char) (0x2800 + dots);
    }

    /** A maze of slanted walls. */
    private static void maze(StringBuilder text, int columns, int rows, RandomGenerator random) {
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                text.append(random.nextBoolean() ? '╱' : '╲');
            }
            text.append('\n');
        }
        text.append("\nA maze as home computers drew it in one line of BASIC.");
    }

    /** Cinnabar as it grows in rock: clusters whose shade falls off with the distance from a few centres. */
    private static void crystals(StringBuilder text, int columns, int rows, RandomGenerator random) {
        String shades = "█▓▒░ ";
        int count = 3 + random.nextInt(4);
        double[] x = random.doubles(count, 0, columns).toArray();
        double[] y = random.doubles(count, 0, rows).toArray();
        double[] radius = random.doubles(count, 3, 7).toArray();
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                double nearest = 1;
                for (int i = 0; i < count; i++) {
                    // A character is about twice as high as wide.
                    double away = Math.abs(column - x[i]) / 2 + Math.abs(row - y[i]);
                    nearest = Math.min(nearest, away / radius[i]);
                }
                double shade = nearest * (shades.length() - 1) + random.nextDouble(-0.4, 0.4);
                text.append(shades.charAt((int) Math.clamp(Math.round(shade), 0, shades.length() - 1L)));
            }
            text.append('\n');
        }
        text.append("\nCinnabar, growing in dark rock.");
    }
}
