package dev.cinnabar.command;

/** The versions that the server tells. */
public final class Version {

    /**
     * The release of Redis whose commands and replies this server follows. Clients switch features on it, so it is what HELLO
     * and INFO answer as the server's version.
     */
    public static final String REDIS = "8.10.1";

    /** Cinnabar's own version: that of the module or jar it was loaded from, or {@code dev}. */
    public static final String CINNABAR = own();

    private Version() {}

    private static String own() {
        Module module = Version.class.getModule();
        if (module.isNamed() && module.getDescriptor().rawVersion().isPresent()) {
            return module.getDescriptor().rawVersion().get();
        }
        String implementation = Version.class.getPackage().getImplementationVersion();
        return implementation == null ? "dev" : implementation;
    }
}
