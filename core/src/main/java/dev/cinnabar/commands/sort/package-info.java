/** SORT and SORT_RO. */
@NullMarked
package dev.cinnabar.commands.sort;

import org.jspecify.annotations.NullMarked;
