@NullMarked
package dev.cinnabar.log;

import org.jspecify.annotations.NullMarked;
