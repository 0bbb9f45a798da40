/** Races in the package of this name, which the tests here must be part of. */
@NullMarked
package dev.cinnabar.command;

import org.jspecify.annotations.NullMarked;
