/** Commands about the server: the table of commands, configuration, figures, databases as a whole. */
@NullMarked
package dev.cinnabar.commands.server;

import org.jspecify.annotations.NullMarked;
