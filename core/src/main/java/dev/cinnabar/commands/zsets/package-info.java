/** Commands on sorted sets. Imports the frame, {@code values}, {@code resp}, {@code memory} and {@code text}. */
@NullMarked
package dev.cinnabar.commands.zsets;

import org.jspecify.annotations.NullMarked;
