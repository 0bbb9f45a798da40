/** The whole of the commands: what holds for several families. */
@NullMarked
package dev.cinnabar.commands;

import org.jspecify.annotations.NullMarked;
