/** Tests of the commands on hashes. */
@NullMarked
package dev.cinnabar.commands.hashes;

import org.jspecify.annotations.NullMarked;
