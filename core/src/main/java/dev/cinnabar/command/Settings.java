package dev.cinnabar.command;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The settings that running commands read; the configuration writes them. Thread-safe: each field on its own. */
public final class Settings {

    /** The password of the default user as UTF-8, or null. */
    public volatile byte @Nullable [] password;

    /** The longest bulk string of a request, and the longest string value, in bytes. */
    public volatile long maxBulkLength = 512L << 20;

    /** Whether keys are deleted when their time has come, and not only when someone asks for them. */
    public volatile boolean activeExpiry = true;

    /** Takes what must not happen: where, and the exception. */
    public volatile BiConsumer<String, Throwable> failures = (where, failure) -> {
        System.err.println("Failure in " + where);
        failure.printStackTrace();
    };

    /** Takes what an operator should know. */
    public volatile Consumer<String> warnings = System.err::println;

    public Settings() {}
}
