package dev.cinnabar.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.acl.Catalogue;
import dev.cinnabar.memory.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The table of commands as rules about users see it. Immutable; thread-safe. */
public final class CommandCatalogue implements Catalogue {

    private static final List<String> CATEGORIES = Arrays.stream(Category.values())
            .map(category -> category.label().substring(1))
            .toList();

    private final CommandTable table;

    public CommandCatalogue(CommandTable table) {
        this.table = table;
    }

    @Override
    public int size() {
        return table.ids();
    }

    @Override
    public int find(String fullName) {
        CommandSpec spec = table.findFullNamed(Bytes.of(fullName.getBytes(ISO_8859_1)));
        return spec == null ? -1 : spec.id();
    }

    @Override
    public String name(int command) {
        return table.byId(command).fullName();
    }

    @Override
    public boolean isSubcommand(int command) {
        return table.byId(command).parent() != null;
    }

    @Override
    public List<Integer> subcommands(int command) {
        return table.byId(command).subcommands().stream().map(CommandSpec::id).toList();
    }

    @Override
    public List<String> categories() {
        return CATEGORIES;
    }

    @Override
    public boolean isInCategory(int command, String category) {
        int at = CATEGORIES.indexOf(category.toLowerCase(Locale.ROOT));
        return at >= 0 && table.byId(command).categories().contains(Category.values()[at]);
    }
}
