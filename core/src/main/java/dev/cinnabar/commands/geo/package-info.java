/** Places on the earth in sorted sets. Builds on {@code commands.zsets}. */
@NullMarked
package dev.cinnabar.commands.geo;

import org.jspecify.annotations.NullMarked;
