package dev.cinnabar.acl;

/** A rule that cannot be. The message is for the one who wrote it. */
public final class AclException extends Exception {

    private static final long serialVersionUID = 1;

    static final String UNKNOWN = "Unknown command or category name in ACL";
    static final String SYNTAX = "Syntax error";
    static final String KEYS_AFTER_ALL =
            "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect."
                    + " Try 'resetkeys' to start with an empty list of patterns";
    static final String CHANNELS_AFTER_ALL =
            "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect."
                    + " Try 'resetchannels' to start with an empty list of channels";
    static final String NO_SUCH_PASSWORD = "The password you are trying to remove from the user does not exist";
    static final String BAD_HASH =
            "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";
    static final String FIRST_ARGUMENT_OF_SUBCOMMAND = "Allowing first-arg of a subcommand is not supported";
    static final String DUPLICATE = "Duplicate user found. A user can only be defined once in config files";

    private final String rule;

    AclException(String message) {
        this("", message);
    }

    AclException(String rule, String message) {
        super(message);
        this.rule = rule;
    }

    /** A second definition of one user. */
    public static AclException duplicate(String name) {
        return new AclException(name, DUPLICATE);
    }

    /** The rule that is wrong; "" if it is not one of them that is wrong, and the message says it all. */
    public String rule() {
        return rule;
    }

    /** The message with the rule, if that is known. */
    public String full(String what) {
        return rule.isEmpty() ? getMessage() : "Error in " + what + " '" + rule + "': " + getMessage();
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
