@NullMarked
package dev.cinnabar.commands.streams;

import org.jspecify.annotations.NullMarked;
