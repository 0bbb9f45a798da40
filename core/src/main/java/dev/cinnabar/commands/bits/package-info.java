/** The commands on strings as bitmaps: their rows and handlers. Imports the frame, values and structures. */
@NullMarked
package dev.cinnabar.commands.bits;

import org.jspecify.annotations.NullMarked;
