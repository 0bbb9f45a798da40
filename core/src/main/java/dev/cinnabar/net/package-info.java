/** Sockets: loops that read, run and answer, the listeners that feed them, and connections, each owned by one loop. */
@NullMarked
package dev.cinnabar.net;

import org.jspecify.annotations.NullMarked;
