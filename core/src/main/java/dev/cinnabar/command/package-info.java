/**
 * The frame in which commands run: their table, their arguments, the checks before and the locks around them. No command is
 * in it.
 */
@NullMarked
package dev.cinnabar.command;

import org.jspecify.annotations.NullMarked;
