@NullMarked
package dev.cinnabar.memory;

import org.jspecify.annotations.NullMarked;
