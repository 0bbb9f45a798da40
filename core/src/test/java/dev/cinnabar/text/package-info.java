@NullMarked
package dev.cinnabar.text;

import org.jspecify.annotations.NullMarked;
