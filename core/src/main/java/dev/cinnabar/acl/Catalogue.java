package dev.cinnabar.acl;

import java.util.List;

/** The commands that rules are about, as numbers from zero on. Immutable; names are in lower case. */
public interface Catalogue {

    /** How many there are, subcommands included. */
    int size();

    /** The number of a command, or of a subcommand named {@code container|name}, in any case; -1 if there is none. */
    int find(String fullName);

    /** The full name of a command. */
    String name(int command);

    boolean isSubcommand(int command);

    /** The subcommands of a command; mostly none. */
    List<Integer> subcommands(int command);

    /** The categories, without the '@'. */
    List<String> categories();

    boolean isInCategory(int command, String category);
}
