/** Tests of SORT. */
@NullMarked
package dev.cinnabar.commands.sort;

import org.jspecify.annotations.NullMarked;
