@NullMarked
package dev.cinnabar.commands.strings;

import org.jspecify.annotations.NullMarked;
