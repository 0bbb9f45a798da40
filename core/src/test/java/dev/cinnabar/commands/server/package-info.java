@NullMarked
package dev.cinnabar.commands.server;

import org.jspecify.annotations.NullMarked;
