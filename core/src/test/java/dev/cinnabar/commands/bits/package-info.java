/** Tests of the commands on bits. */
@NullMarked
package dev.cinnabar.commands.bits;

import org.jspecify.annotations.NullMarked;
