/** Tests of transactions. */
@NullMarked
package dev.cinnabar.commands.transactions;

import org.jspecify.annotations.NullMarked;
