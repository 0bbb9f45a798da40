package dev.cinnabar.aof;

/** When what was written goes to the disk. */
public enum FsyncPolicy {
    /** Before the replies to the commands leave. */
    ALWAYS,
    /** Once a second. */
    EVERYSEC,
    /** When the system likes. */
    NO;

    /** By its name in the configuration. */
    public static FsyncPolicy of(String name) {
        return switch (name) {
            case "always" -> ALWAYS;
            case "no" -> NO;
            default -> EVERYSEC;
        };
    }
}
