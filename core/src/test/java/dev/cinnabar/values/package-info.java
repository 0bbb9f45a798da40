@NullMarked
package dev.cinnabar.values;

import org.jspecify.annotations.NullMarked;
