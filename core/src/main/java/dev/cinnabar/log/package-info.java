/** The server's log: what any package may write to. Imports nothing of ours. */
@NullMarked
package dev.cinnabar.log;

import org.jspecify.annotations.NullMarked;
