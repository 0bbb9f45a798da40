/** Tests of the commands on HyperLogLogs. */
@NullMarked
package dev.cinnabar.commands.hyperloglog;

import org.jspecify.annotations.NullMarked;
