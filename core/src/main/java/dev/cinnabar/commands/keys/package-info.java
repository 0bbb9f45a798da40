/** Commands on keys of any type: existence, names, expiry, iteration. */
@NullMarked
package dev.cinnabar.commands.keys;

import org.jspecify.annotations.NullMarked;
