/** What the server finds beside itself, if it is there: parts that need more than {@code java.base}. */
@NullMarked
package dev.cinnabar.spi;

import org.jspecify.annotations.NullMarked;
