package dev.cinnabar.compat.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once on every {@link dev.cinnabar.compat.harness.Target}: what it expects is proved by the real servers.
 * Where a server is not installed, or is too old, its run is reported as not run, with the reason.
 *
 * <p>The method takes a {@link Client}, connected, and if it wants a {@link Server}. Before it, the server is empty and has
 * its first configuration; after it, the connections of the test are closed.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@TestTemplate
@ExtendWith(RedisTestExtension.class)
public @interface RedisTest {

    /** The first Redis that behaves so; real servers that are older are left out. */
    String since() default "";

    /** Protocols to run in, each a run of its own. */
    int[] resp() default {2};

    /** Why this cannot be asked of our server. */
    String redisOnly() default "";

    /** Why this cannot be asked of a real server. */
    String cinnabarOnly() default "";

    /** How Valkey differs here from Redis, whom we follow. */
    String valkeyDiffers() default "";
}
