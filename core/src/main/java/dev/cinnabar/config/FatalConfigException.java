package dev.cinnabar.config;

/** A configuration with which the server cannot start. The message is for the operator and may have several lines. */
public final class FatalConfigException extends Exception {

    private static final long serialVersionUID = 1;

    /** Whether the message is a line of the log, and not the banner for a bad line. */
    private final boolean forLog;

    private FatalConfigException(String message, boolean forLog) {
        super(message);
        this.forLog = forLog;
    }

    static FatalConfigException atLine(String version, int line, String text, String why) {
        return new FatalConfigException(
                "\n*** FATAL CONFIG FILE ERROR (Redis " + version + ") ***\nReading the configuration file, at line "
                        + line + "\n>>> '" + text + "'\n" + why + "\n",
                false);
    }

    /** An error of the configuration that is not one line's. */
    public static FatalConfigException general(String version, String why) {
        return new FatalConfigException(
                "\n*** FATAL CONFIG FILE ERROR (Redis " + version + ") ***\n" + why + "\n", false);
    }

    static FatalConfigException forLog(String text) {
        return new FatalConfigException(text, true);
    }

    public boolean isForLog() {
        return forLog;
    }

    /** The text; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
