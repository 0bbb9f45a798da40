/** Commands that watch the server at work: what is slow, and what clients do. */
@NullMarked
package dev.cinnabar.commands.latency;

import org.jspecify.annotations.NullMarked;
