/** The server: its life, its log, and the main class. */
@NullMarked
package dev.cinnabar.server;

import org.jspecify.annotations.NullMarked;
