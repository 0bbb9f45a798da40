@NullMarked
package dev.cinnabar.command;

import org.jspecify.annotations.NullMarked;
