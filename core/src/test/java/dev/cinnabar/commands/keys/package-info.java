/** Tests of the commands on keys of any type. */
@NullMarked
package dev.cinnabar.commands.keys;

import org.jspecify.annotations.NullMarked;
