/** The commands on HyperLogLogs: their rows and handlers. Imports the frame, values and structures. */
@NullMarked
package dev.cinnabar.commands.hyperloglog;

import org.jspecify.annotations.NullMarked;
