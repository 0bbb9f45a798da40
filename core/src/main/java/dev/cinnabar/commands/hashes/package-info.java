/** Commands on hashes, and on the expiry of their fields. */
@NullMarked
package dev.cinnabar.commands.hashes;

import org.jspecify.annotations.NullMarked;
