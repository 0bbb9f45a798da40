@NullMarked
package dev.cinnabar.commands.geo;

import org.jspecify.annotations.NullMarked;
