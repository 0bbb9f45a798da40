@NullMarked
package dev.cinnabar.commands.connection;

import org.jspecify.annotations.NullMarked;
