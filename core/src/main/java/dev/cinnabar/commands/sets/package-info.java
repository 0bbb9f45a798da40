/** Commands on sets. */
@NullMarked
package dev.cinnabar.commands.sets;

import org.jspecify.annotations.NullMarked;
