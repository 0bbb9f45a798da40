/** MULTI, EXEC and their kin. */
@NullMarked
package dev.cinnabar.commands.transactions;

import org.jspecify.annotations.NullMarked;
