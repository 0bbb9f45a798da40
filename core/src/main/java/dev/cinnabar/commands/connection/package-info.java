/** Commands about the client's own connection. */
@NullMarked
package dev.cinnabar.commands.connection;

import org.jspecify.annotations.NullMarked;
