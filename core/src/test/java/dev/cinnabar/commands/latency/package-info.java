@NullMarked
package dev.cinnabar.commands.latency;

import org.jspecify.annotations.NullMarked;
