/** The public API: open an engine inside this JVM and call it, or start a server around it. May import every package. */
@NullMarked
package dev.cinnabar;

import org.jspecify.annotations.NullMarked;
