/** An engine without a network, for tests of commands: requests go in as bytes of the protocol, replies come out as text. */
@NullMarked
package dev.cinnabar.command.testing;

import org.jspecify.annotations.NullMarked;
