package dev.cinnabar.command;

import dev.cinnabar.resp.RedisError;
import dev.cinnabar.resp.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The HELP subcommand that every container has: it tells what the rows of its sisters say. Stateless. */
public final class Help {

    private static final int WIDTH = 80;
    private static final String INDENT = "    ";

    private Help() {}

    /** The row of a container's HELP; the last among its subcommands, for so it stands in the text. */
    public static CommandSpec row(String since, Group group, Category... categories) {
        return CommandSpec.command("help", 2, Flag.LOADING, Flag.STALE)
                .since(since)
                .group(group)
                .categories(categories)
                .locks(CommandSpec.Locks.NONE)
                .summary("Prints this help.")
                .complexity("O(1)")
                .handler(Help::help);
    }

    /** The error for a subcommand that cannot be understood as it stands, where the number of arguments may be to blame. */
    public static RedisError wrongSyntax(CommandSpec container, String subcommand) {
        return new RedisError("ERR unknown subcommand or wrong number of arguments for '"
                + subcommand.substring(0, Math.min(subcommand.length(), 128)) + "'. Try "
                + container.name().toUpperCase(Locale.ROOT) + " HELP.");
    }

    static void help(Call call, Args args, Reply reply) {
        CommandSpec container = call.spec().parent();
        if (container == null) {
            throw new IllegalStateException("HELP is no command of its own");
        }
        List<String> lines = lines(container);
        reply.array(lines.size());
        lines.forEach(reply::simple);
    }

    /** The whole text, line by line. */
    public static List<String> lines(CommandSpec container) {
        List<String> lines = new ArrayList<>();
        lines.add(container.name().toUpperCase(Locale.ROOT)
                + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        if (container.handler() != null) {
            lines.add("(no subcommand)");
            wrap(container.summary(), lines);
        }
        for (CommandSpec sub : container.subcommands()) {
            lines.add(syntax(sub));
            wrap(sub.summary(), lines);
        }
        return lines;
    }

    private static void wrap(String text, List<String> lines) {
        StringBuilder line = new StringBuilder(INDENT);
        for (String word : text.split(" ", -1)) {
            if (line.length() > INDENT.length()) {
                if (line.length() + 1 + word.length() > WIDTH) {
                    lines.add(line.toString());
                    line.setLength(INDENT.length());
                } else {
                    line.append(' ');
                }
            }
            line.append(word);
        }
        lines.add(line.toString());
    }

    /** A subcommand with its arguments: words in capitals stand for themselves, {@code <names>} for values. */
    public static String syntax(CommandSpec sub) {
        StringBuilder text = new StringBuilder(sub.name().toUpperCase(Locale.ROOT));
        sub.arguments().forEach(argument -> append(text.append(' '), argument));
        return text.toString();
    }

    private static void append(StringBuilder text, Argument argument) {
        if (argument.isOptional()) {
            text.append('[');
        }
        appendOnce(text, argument);
        if (argument.isMultiple()) {
            text.append(" [");
            appendOnce(text, argument);
            text.append(" ...]");
        }
        if (argument.isOptional()) {
            text.append(']');
        }
    }

    private static void appendOnce(StringBuilder text, Argument argument) {
        if (argument.kind() == Argument.Kind.PURE_TOKEN) {
            text.append(argument.token());
            return;
        }
        if (argument.token() != null) {
            text.append(argument.token()).append(' ');
        }
        switch (argument.kind()) {
            case ONEOF -> appendParts(text, argument, "(", "|", ")");
            case BLOCK -> appendParts(text, argument, "", " ", "");
            default -> text.append('<').append(argument.displayText()).append('>');
        }
    }

    private static void appendParts(StringBuilder text, Argument argument, String open, String between, String close) {
        String separator = open;
        for (Argument part : argument.parts()) {
            append(text.append(separator), part);
            separator = between;
        }
        text.append(close);
    }
}
