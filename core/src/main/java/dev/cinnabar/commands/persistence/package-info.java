/** Commands about the append-only file. */
@NullMarked
package dev.cinnabar.commands.persistence;

import org.jspecify.annotations.NullMarked;
