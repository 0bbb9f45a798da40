/** Tests of the commands on lists. */
@NullMarked
package dev.cinnabar.commands.lists;

import org.jspecify.annotations.NullMarked;
